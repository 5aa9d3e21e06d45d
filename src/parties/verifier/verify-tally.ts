// A tally against the shares and the closed sum it was made of: no search, no key, no word of anybody's.
import { sortShares } from "../../protocol/election/decryption-share.ts"
import type { ClosedSum, DecryptionShareBody } from "../../protocol/election/decryption-share.ts"
import { checkTally } from "../../protocol/election/tally.ts"
import type { ClosedElection } from "../../protocol/election/tally.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { ElectionBodies } from "../../protocol/wire/election-entries.ts"

/** Why a tally is refused. */
export type TallyRefusal = "share-invalid" | "tally-mismatch" | "below-min-anonymity"

/** A tally that holds. */
export interface VerifiedTally {
  /** Whose shares give it: the t lowest valid indices. */
  readonly trustees: readonly number[]
  /** Indices of published shares that are none; they block nothing. */
  readonly invalidShares: readonly number[]
}

/**
 * Verifies that t valid shares open the closed sum to the tally's counts, by the lowest and, where more are valid, by the
 * highest t; that the counts are possible; and that the tally names close, trustees and result.
 * @param election - closed, recomputed by the caller from its log
 * @param shares - bodies of the log's `decryption-share` entries; attacker-controlled
 * @param tally - attacker-controlled, as from `parseEntry`
 */
export function verifyTally(
  election: ClosedElection & Pick<ClosedSum, "trusteeKeys">,
  shares: readonly DecryptionShareBody[],
  tally: ElectionBodies["tally"],
): Verdict<VerifiedTally, TallyRefusal> {
  const { valid, invalid } = sortShares({ ...election, R: election.aggregate.R }, shares)
  if (valid.length < election.t) return refuse("share-invalid")
  const verdict = checkTally(election, valid, tally)
  if (!verdict.ok) return refuse(verdict.reason)
  return accept({ trustees: tally.trustees, invalidShares: invalid })
}
