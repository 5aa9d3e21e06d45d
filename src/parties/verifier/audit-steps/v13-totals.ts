// V13: the counts are possible totals of that many valid ballots, and enough people stand behind them.
import { checkResultTotals } from "../../../protocol/election/tally.ts"
import type { ClosedElection } from "../../../protocol/election/tally.ts"
import { found } from "./outcome.ts"
import type { Finding } from "./outcome.ts"

/** V13. */
export function checkTotals(election: ClosedElection, counts: readonly number[]): Finding | null {
  const verdict = checkResultTotals(election, counts)
  if (verdict.ok) return null
  return verdict.reason === "below-min-anonymity"
    ? found("below-min-anonymity", `${election.counts.counted} ballots count, the definition promises more`)
    : found("total-invalid", "tally: counts that no valid ballots give")
}
