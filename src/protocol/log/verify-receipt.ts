// Verifying a receipt offline: the policy file and the receipt are all that is needed.
import { hexToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import type { PresentationOpening } from "../wire/presentation.ts"
import { parseCheckpoint, verifyLogSignature } from "./checkpoint.ts"
import type { Checkpoint } from "./checkpoint.ts"
import { presentationCommitment } from "./commitment.ts"
import { verifyCosignatures } from "./cosignature.ts"
import type { Cosignature } from "./cosignature.ts"
import { parseEntry } from "./entry.ts"
import type { Entry } from "./entry.ts"
import { meetsQuorum } from "./policy.ts"
import type { Policy } from "./policy.ts"
import { readReceipt } from "./receipt.ts"
import type { Receipt, ReceiptParts } from "./receipt.ts"
import { leafHash, verifyInclusion } from "./tree.ts"

/** The step at which a receipt failed, in the order of the steps. */
export type ReceiptRefusal =
  | "origin-unknown" // (2) no log line of the policy has this origin
  | "log-signature-refused" // (3) the log did not sign this checkpoint
  | "cosignature-refused" // (4) a line of a known cosigner does not verify
  | "quorum-missing" // (4) too few cosigners
  | "inclusion-refused" // (5) the path does not lead from the entry to the root
  | "entry-refused" // (6) the entry is not canonical or of no known kind
  | "opening-refused" // (7) the opening is not what the entry commits to

/** What a receipt proves. `opening` has been checked against the entry; `request` has not, its hash is the caller's. */
export interface VerifiedReceipt {
  readonly checkpoint: Checkpoint
  readonly cosignatures: readonly Cosignature[]
  readonly index: number
  readonly entry: Entry
  readonly opening: PresentationOpening | null
}

/**
 * Verifies a receipt against the reader's own policy; step (1), parsing, is `parseReceipt`.
 * @throws ProtocolError `malformed-receipt`, `malformed-log` for a receipt that `parseReceipt` would refuse
 */
export function verifyReceipt(receipt: Receipt, policy: Policy): Verdict<VerifiedReceipt, ReceiptRefusal> {
  const parts = readReceipt(receipt)
  const { checkpoint, proof, entryBytes } = parts
  const signed = verifySignatures(parts, policy)
  if (!signed.ok) return signed
  if (!verifyInclusion(proof.index, checkpoint.size, leafHash(entryBytes), proof.hashes, checkpoint.root)) {
    return refuse("inclusion-refused")
  }
  const entry = readEntry(entryBytes)
  if (entry?.kind !== parts.kind) return refuse("entry-refused")
  if (receipt.opening !== undefined && !opens(entry, receipt.opening)) return refuse("opening-refused")
  const opening = receipt.opening?.body ?? null
  return accept({ checkpoint, cosignatures: signed.value, index: proof.index, entry, opening })
}

function verifySignatures(
  { checkpoint, proof }: ReceiptParts,
  policy: Policy,
): Verdict<readonly Cosignature[], ReceiptRefusal> {
  const { note } = parseCheckpoint(proof.checkpoint)
  const keys = policy.logs.filter((key) => key.name === checkpoint.origin)
  if (keys.length === 0) return refuse("origin-unknown")
  const log = verifyLogSignature(note, keys)
  if (!log.ok) return log
  const cosignatures = verifyCosignatures(
    note,
    policy.cosigners.map((cosigner) => cosigner.key),
  )
  if (!cosignatures.ok) return cosignatures
  const signers = cosignatures.value.map((cosignature) => cosignature.key)
  return meetsQuorum(policy, signers) ? cosignatures : refuse("quorum-missing")
}

function readEntry(bytes: Uint8Array): Entry | null {
  try {
    return parseEntry(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/** True when the salt opens the commitment and the public nullifiers are among those of the opening. */
function opens(entry: Entry, opening: NonNullable<Receipt["opening"]>): boolean {
  if (entry.kind !== "presentation") return false
  const commitment = presentationCommitment(hexToBytes(opening.salt), opening.body)
  return commitment === entry.commitment && entry.spent.every((n) => opening.body.nullifiers.includes(n))
}
