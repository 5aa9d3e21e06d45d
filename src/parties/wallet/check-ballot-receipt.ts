// A voter's receipt: the entry under the head holds this ballot and not somebody else's that looks like it.
import { parsePolicy } from "../../protocol/log/policy.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { verifyReceipt } from "../../protocol/log/verify-receipt.ts"
import type { ReceiptRefusal } from "../../protocol/log/verify-receipt.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { ballotEntryOf, challengedEntryOf } from "../../protocol/wire/ballot.ts"
import type { Ballot, ChallengedBallot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"

/** Why a receipt is none for this ballot. */
export type BallotReceiptRefusal = ReceiptRefusal | "other-ballot"

/**
 * Checks a receipt offline against the log that the definition names. One ballot's receipt shown to many voters fails:
 * the entry must hold this voter's nullifier, randomness and ciphertexts, and the very proof is of no account.
 * @param receipt - from the service, as from `parseReceipt`
 * @param policy - the voter's own: its cosigners and quorum count, its logs are replaced by the definition's
 */
export function checkBallotReceipt(
  receipt: Receipt,
  ballot: Ballot | ChallengedBallot,
  { log }: Pick<ElectionDefinition, "log">,
  policy: Policy,
): Verdict<{ readonly index: number }, BallotReceiptRefusal> {
  const [key] = parsePolicy(`log ${log.vkey}\nquorum none\n`).logs
  const verified = verifyReceipt(receipt, { ...policy, logs: key === undefined ? [] : [key] })
  if (!verified.ok) return verified
  const { entry, index } = verified.value
  const own = "T" in ballot ? challengedEntryOf(ballot) : ballotEntryOf(ballot)
  if (entry.kind !== own.kind) return refuse("other-ballot")
  const same = (["nullifier", "sequence", "R", "C"] as const).every(
    (member) => canonicalText(entry[member] as Json) === canonicalText(own[member] as Json),
  )
  return same ? accept({ index }) : refuse("other-ballot")
}
