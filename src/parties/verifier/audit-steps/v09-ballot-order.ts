// V9: ballots stand between opening and close, one after another per nullifier, and no randomness serves twice.
import { BallotOrder } from "../../../protocol/election/ballot-order.ts"
import type { BallotCounts } from "../../../protocol/election/ballot-order.ts"
import { checkOpening } from "../../../protocol/election/challenge.ts"
import type { Ciphertexts } from "../../../protocol/primitives/elgamal.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { ballotOfEntry, challengedOfEntry, MAX_SEQUENCE } from "../../../protocol/wire/ballot.ts"
import type { BallotEntry, ChallengedBallotEntry } from "../../../protocol/wire/ballot.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import { stop } from "./outcome.ts"
import type { Outcome, StepProgress } from "./outcome.ts"
import type { AuditedDefinition } from "./v03-definition.ts"

/** The ballots of a log as they count. */
export interface BallotSum {
  readonly counts: BallotCounts
  /** Over the highest sequence of each nullifier. */
  readonly aggregate: Ciphertexts
}

/** V9. @param entries - the whole log, its points accepted by V8 */
export function checkBallotOrder(
  entries: readonly ElectionEntry[],
  { open, close, electionId, terms }: AuditedDefinition,
  progress: StepProgress,
): Outcome<BallotSum> {
  const order = new BallotOrder(terms.keys.length)
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "ballot" && entry.kind !== "challenged-ballot") continue
    if (index < open.index || index > close.index)
      return stop("ballot-order", `entry ${index}: outside of voting`)
    const fault = takeBallot(order, entry, index, { electionId, revote: terms.revote })
    if (fault !== null) return stop("ballot-order", `entry ${index}: ${fault}`)
    progress(index + 1, entries.length)
  }
  return accept({ counts: order.counts, aggregate: order.aggregate })
}

function takeBallot(
  order: BallotOrder,
  entry: BallotEntry | ChallengedBallotEntry,
  index: number,
  { electionId, revote }: { readonly electionId: Fr; readonly revote: boolean },
): string | null {
  const ballot = ballotOfEntry(entry, electionId)
  if (ballot.sequence < 1 || ballot.sequence > (revote ? MAX_SEQUENCE : 1)) return "sequence-out-of-range"
  const verdict = order.check(entry.kind, ballot)
  if (!verdict.ok) return verdict.reason
  if (entry.kind === "challenged-ballot") {
    const opening = checkOpening(challengedOfEntry(entry, electionId))
    if (!opening.ok) return opening.reason
  }
  order.add(entry.kind, ballot, index)
  return null
}
