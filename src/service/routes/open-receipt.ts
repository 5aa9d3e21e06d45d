// The receipt of an answer as only its holder and its verifier may see it.
import type { Receipt } from "../../protocol/log/receipt.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parsePresentationOpening } from "../../protocol/wire/presentation.ts"
import { MAX_REQUEST_BYTES } from "../../protocol/wire/presentation-request.ts"
import { Problem } from "../http/problem.ts"
import type { RouteDeps } from "./route-deps.ts"

/** Openings are a few hundred bytes; eight nullifiers and some registries. */
const MAX_OPENING_BYTES = 16 * 1024

/**
 * The receipt with opening and request.
 * @param size - of the tree whose checkpoint it carries; the published one by default
 * @throws Problem `evidence-erased` once retention has ended, `not-found`
 */
export async function openReceipt(
  { store, ledger, ledgerOrigin }: Pick<RouteDeps, "store" | "ledger" | "ledgerOrigin">,
  requestId: string,
  index: number,
  size?: number,
): Promise<Receipt> {
  const [row, kept] = [await store.findRequest(requestId), await store.findPresentation(requestId)]
  if (row === null || kept?.salt == null || kept.opening === null) throw new Problem("evidence-erased")
  const receipt = await ledger.receipt(ledgerOrigin, index, size)
  if (receipt === null || kept.entryIndex !== index) throw new Problem("not-found")
  const opening = parsePresentationOpening(parseStrictJson(kept.opening, { maxBytes: MAX_OPENING_BYTES }))
  const request = parseStrictJson(row.body, { maxBytes: MAX_REQUEST_BYTES, maxDepth: 16 })
  return {
    ...receipt,
    opening: { salt: bytesToHex(kept.salt), body: opening },
    request: request as Readonly<Record<string, Json | undefined>>,
  }
}
