// The ledger's receipt of an answer, checked offline against what this wallet sent, and kept with the consent.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Nullifier } from "../../protocol/primitives/field.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { computePolicy, computeRequestHash } from "../../protocol/credential/presentation-request.ts"
import { parsePolicy } from "../../protocol/log/policy.ts"
import { parseReceipt } from "../../protocol/log/receipt.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { verifyReceipt } from "../../protocol/log/verify-receipt.ts"
import type { ReceiptRefusal } from "../../protocol/log/verify-receipt.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { PresentationOpening } from "../../protocol/wire/presentation.ts"
import type { ConsentReceipt } from "./consent-receipt.ts"
import type { WalletStore } from "./store.ts"
import type { Wallet } from "./wallet.ts"

/** Why a receipt is not kept: `receipt-mismatch` means that it is genuine and of something else. */
export type AnswerReceiptRefusal =
  ReceiptRefusal | "malformed-receipt" | "answer-unknown" | "receipt-mismatch"

/**
 * Verifies the receipt of an answer against the wallet's own policy and its own copy of request and answer, then stores
 * it. Nothing is read from the network.
 * @param requestId - of the request that was answered
 * @param bytes - attacker-controlled
 */
export async function acceptReceipt(
  requestId: string,
  bytes: Uint8Array,
  store: WalletStore,
): Promise<Verdict<ConsentReceipt, AnswerReceiptRefusal>> {
  const wallet = store.current()
  const consent = wallet.receipts.find(({ request }) => request.id === requestId)
  if (consent === undefined) return refuse("answer-unknown")
  const receipt = readReceipt(bytes)
  if (receipt === null) return refuse("malformed-receipt")
  const verified = verifyReceipt(receipt, parsePolicy(wallet.trust.policy))
  if (!verified.ok) return verified
  const { entry, opening } = verified.value
  const isOurs =
    entry.kind === "presentation" &&
    opening !== null &&
    isOpeningOf(opening, consent) &&
    entry.spent.join() === spentOf(consent).join() &&
    isRequestOf(receipt, consent)
  if (!isOurs) return refuse("receipt-mismatch")
  const kept = { ...consent, receipt }
  const receipts = wallet.receipts.map((old) => (old === consent ? kept : old))
  await store.replace({ ...wallet, receipts })
  return accept(kept)
}

/**
 * The consent receipt of an answer as a document of its own, for whoever the holder wants to show it to; which record
 * answered is left out, since its issuer is what the proof hides.
 */
export function exportConsentReceipt(wallet: Wallet, requestId: string): string | null {
  const consent = wallet.receipts.find(({ request }) => request.id === requestId)
  if (consent === undefined) return null
  const { records: _records, ...shown } = consent
  return canonicalText({ type: "sotto/consent-receipt/1", ...shown } as unknown as Json)
}

/** The wallet without a consent receipt; later questions of the same verifier are no longer held against that answer. */
export function forgetConsentReceipt(wallet: Wallet, requestId: string): Wallet {
  return { ...wallet, receipts: wallet.receipts.filter(({ request }) => request.id !== requestId) }
}

function readReceipt(bytes: Uint8Array): Receipt | null {
  try {
    return parseReceipt(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

function isOpeningOf(opening: PresentationOpening, consent: ConsentReceipt): boolean {
  const { request } = consent
  const registries = Object.entries(request.registries)
    .map(([id, { epoch }]): [string, number] => [id, epoch])
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const expected: PresentationOpening = {
    type: "sotto/entry/presentation/1",
    requestHash: encodeFr(computeRequestHash(request)),
    policy: encodeFr(computePolicy(request)),
    circuit: request.circuit.vkey,
    registries,
    nullifiers: nullifiersOf(consent),
    acceptedAt: opening.acceptedAt,
  }
  const isInTime = request.createdAt <= opening.acceptedAt && opening.acceptedAt <= request.expiresAt
  return isInTime && canonicalText(expected) === canonicalText(opening)
}

// Items whose request travels with the receipt: it must be the one this wallet consented to.
function isRequestOf({ request }: Receipt, consent: ConsentReceipt): boolean {
  return request === undefined || canonicalText(request) === canonicalText(consent.request)
}

function nullifiersOf({ presentation }: ConsentReceipt): Nullifier[] {
  return presentation.items.flatMap(({ parts }) => parts[0]?.nullifier ?? [])
}

function spentOf({ request, presentation }: ConsentReceipt): readonly Nullifier[] {
  const once = presentation.items.flatMap(({ parts }, item) =>
    request.items[item]?.nullifier.use === "once" ? (parts[0]?.nullifier ?? []) : [],
  )
  return [...new Set(once)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)) // canonical decimals: shorter is smaller
}
