// A receipt comes at once, with the log's signature alone. Whoever's own policy wants cosigners waits until they have seen it.
import { setTimeout as sleep } from "node:timers/promises"
import { keysUnder, readSeenCheckpoint } from "../parties/verifier/audit-steps/notes.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { parseReceipt, readReceipt } from "../protocol/log/receipt.ts"
import type { Receipt } from "../protocol/log/receipt.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import type { ServiceClient } from "./service-client.ts"

/** The feed looks once a second; a cosigner has five seconds to answer. */
const TRIES = 40
const PAUSE_MS = 500

/** True when the log signed a checkpoint that too few of the reader's cosigners have signed yet. */
export function lacksQuorum(checkpoint: Uint8Array, policy: Policy): boolean {
  const seen = readSeenCheckpoint(checkpoint, policy, (origin) => keysUnder(policy, origin))
  return seen !== null && !seen.hasQuorum
}

/**
 * The receipt of the same entry under a checkpoint that meets the policy; the first one where that does not come in time,
 * for whose check it is to refuse it. Only public routes are asked, and only for the log's own part of it.
 * @param policy - the reader's own
 */
export async function untilCosigned(client: ServiceClient, first: Receipt, policy: Policy): Promise<Receipt> {
  if (!lacksQuorum(readReceipt(first).proof.checkpoint, policy)) return first
  const name = /\/elections\/([0-9a-f]{32})$/.exec(first.origin)?.[1] ?? "main"
  for (let i = 0; i < TRIES; i++) {
    await sleep(PAUSE_MS)
    const { code, bytes } = await client.send("GET", `/v1/logs/${name}/receipts/${first.logIndex}`)
    const next = code === null ? readOrNull(bytes) : null
    if (next?.canonicalizedBody !== first.canonicalizedBody) continue
    if (!lacksQuorum(readReceipt(next).proof.checkpoint, policy)) return { ...first, ...next }
  }
  return first
}

/** The same for bytes of an answer; what is no receipt stays as it is, for its check to refuse. */
export async function untilCosignedBytes(
  client: ServiceClient,
  bytes: Uint8Array,
  policy: Policy,
): Promise<Uint8Array> {
  const first = readOrNull(bytes)
  if (first === null) return bytes
  const cosigned = await untilCosigned(client, first, policy)
  return cosigned === first ? bytes : new TextEncoder().encode(JSON.stringify(cosigned))
}

function readOrNull(bytes: Uint8Array): Receipt | null {
  try {
    return parseReceipt(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
