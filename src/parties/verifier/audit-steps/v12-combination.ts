// V12: two different sets of trustees open the sum to the same counts, and the tally says these.
import type { TrusteeShares } from "../../../protocol/election/combine.ts"
import { checkCombination } from "../../../protocol/election/tally.ts"
import type { ClosedElection } from "../../../protocol/election/tally.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"

/** V12. @returns the trustees whose shares are the result's: the t of lowest index */
export function checkOpenedCounts(
  election: ClosedElection,
  shares: readonly TrusteeShares[],
  counts: readonly number[],
): Outcome<readonly number[]> {
  const verdict = checkCombination(election, shares, counts)
  return verdict.ok
    ? accept(verdict.value)
    : stop("combine-invalid", "tally: counts that the shares do not open")
}
