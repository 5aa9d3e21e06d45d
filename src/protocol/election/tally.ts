// From shares to the result: a function of the log once t shares are in it, checked without any search.
import type { Ciphertexts } from "../primitives/elgamal.ts"
import type { Fr } from "../primitives/field.ts"
import { bytesToHex } from "../primitives/bytes.ts"
import { sha256 } from "../primitives/hash.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import type { BallotCounts } from "./ballot-order.ts"
import { combineShares } from "./combine.ts"
import type { CombineRefusal, OpenedSum, TrusteeShares } from "./combine.ts"
import { areCountsOf, recoverCounts } from "./recover.ts"
import type { RecoveryProgress } from "./recover.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"
import { bitOf, isWeightedType } from "./rules.ts"
import { checkTotals } from "./totals.ts"

/** What a result is computed from; an `ElectionLog` in phase closed has it. */
export interface ClosedElection {
  readonly definition: ElectionDefinition
  readonly electionId: Fr
  /** 64 hexadecimal digits. */
  readonly closeHash: string
  readonly counts: BallotCounts
  readonly aggregate: Ciphertexts
  readonly t: number
  readonly n: number
}

/** What `result.json` says. */
interface ElectionResult extends BallotCounts {
  readonly electionId: Fr
  readonly closeHash: string
  /** The t lowest indices with valid shares. */
  readonly trustees: readonly number[]
  /** One number a choice, by position; sums of weights when the election is weighted. */
  readonly counts: readonly number[]
}

/** A result with its document. */
export interface ComputedResult {
  readonly result: ElectionResult
  /** `result.json`: canonical JSON, no line feed. */
  readonly bytes: Uint8Array
  /** 64 hexadecimal digits. */
  readonly resultSha256: string
}

type TallyVerdict = ElectionVerdict<true, "tally-mismatch" | "below-min-anonymity">

/**
 * Opens and recovers the counts of a closed election, and checks that they are possible totals.
 * @param shares - valid ones, as from `sortShares`; the t of lowest index are used
 */
export function computeResult(
  election: ClosedElection,
  shares: readonly TrusteeShares[],
  onProgress?: RecoveryProgress,
): Verdict<ComputedResult, CombineRefusal | "no-solution" | "tally-mismatch" | "below-min-anonymity"> {
  const { definition, aggregate, counts: ballots } = election
  const opened = combineShares(aggregate, shares, election)
  if (!opened.ok) return opened
  const bounds = isWeightedType(definition.ballotType)
    ? ({ weighted: true, totalWeight: definition.census.totalWeight } as const)
    : ({ weighted: false, counted: ballots.counted } as const)
  const bits = recoverCounts(opened.value.openings, bounds, onProgress)
  if (!bits.ok) return bits
  const counts = definition.choices.map((_, position) => bits.value[bitOf(definition, position)] ?? 0)
  if (!areCountsOf(opened.value.openings, toBits(election, counts))) return refuse("tally-mismatch")
  const totals = checkResultTotals(election, counts)
  return totals.ok ? accept(encodeResult(election, opened.value.trustees, counts)) : refuse(totals.reason)
}

/** The result of these counts with its document. */
export function encodeResult(
  { electionId, closeHash, counts: ballots }: Pick<ClosedElection, "electionId" | "closeHash" | "counts">,
  trustees: readonly number[],
  counts: readonly number[],
): ComputedResult {
  const { accepted, counted, superseded, challenged } = ballots
  const result = { electionId, closeHash, trustees, counts, accepted, counted, superseded, challenged }
  const bytes = canonicalBytes(result)
  return { result, bytes, resultSha256: bytesToHex(sha256(bytes)) }
}

/**
 * Checks that the t lowest shares and, when there are more, the t highest open the sum to these counts. M_c = T_(2c)*G +
 * T_(2c+1)*J is asked of the given counts, so nothing is searched, and a bit without a choice must be 0.
 * @param shares - valid ones, as from `sortShares`
 * @param counts - one a choice; attacker-controlled
 * @returns the indices of the t lowest
 */
export function checkCombination(
  election: ClosedElection,
  shares: readonly TrusteeShares[],
  counts: readonly number[],
): ElectionVerdict<OpenedSum["trustees"], "tally-mismatch"> {
  if (counts.length !== election.definition.choices.length) return refuseAt("tally-mismatch", "counts")
  const bits = toBits(election, counts)
  const sorted = [...shares].sort((a, b) => a.trustee - b.trustee)
  const lowest = combineShares(election.aggregate, sorted, election)
  if (!lowest.ok) return refuseAt("tally-mismatch", "trustees")
  if (!areCountsOf(lowest.value.openings, bits)) return refuseAt("tally-mismatch", "counts")
  if (sorted.length === election.t) return accept(lowest.value.trustees)
  const highest = combineShares(election.aggregate, sorted.slice(-election.t), election)
  return highest.ok && areCountsOf(highest.value.openings, bits)
    ? accept(lowest.value.trustees)
    : refuseAt("tally-mismatch", "counts")
}

/** Checks that counts are possible totals, of enough ballots to hide one among them. @param counts - one a choice */
export function checkResultTotals(
  { definition, counts: { counted } }: Pick<ClosedElection, "definition" | "counts">,
  counts: readonly number[],
): TallyVerdict {
  const { choices, rules, ballotType, census, minAnonymity } = definition
  const totalWeight = isWeightedType(ballotType) ? census.totalWeight : null
  const bounds = { choices: choices.length, rules, counted, totalWeight }
  const broken = checkTotals(toBits({ definition }, counts), bounds)
  if (broken !== null) return refuseAt("tally-mismatch", "counts")
  return counted >= minAnonymity ? accept(true) : refuseAt("below-min-anonymity", "counted")
}

/**
 * Checks a `tally` against the log: the trustees used, the counts, their bounds, and the digest of the result.
 * @param shares - valid ones, as from `sortShares`
 * @param tally - attacker-controlled, as from `parseEntry`
 */
export function checkTally(
  election: ClosedElection,
  shares: readonly TrusteeShares[],
  tally: ElectionBodies["tally"],
): TallyVerdict {
  const combined = checkCombination(election, shares, tally.counts)
  if (!combined.ok) return combined
  const totals = checkResultTotals(election, tally.counts)
  return totals.ok ? checkReport(election, combined.value, tally) : totals
}

/** Checks what a `tally` says beside its counts: the close it is of, whose shares were used, the digest of the result. */
export function checkReport(
  election: Pick<ClosedElection, "electionId" | "closeHash" | "counts">,
  trustees: readonly number[],
  tally: ElectionBodies["tally"],
): ElectionVerdict<true, "tally-mismatch"> {
  const expected = encodeResult(election, trustees, tally.counts)
  if (tally.electionId !== election.electionId) return refuseAt("tally-mismatch", "electionId")
  if (tally.closeHash !== election.closeHash) return refuseAt("tally-mismatch", "closeHash")
  if (tally.trustees.join() !== trustees.join()) return refuseAt("tally-mismatch", "trustees")
  return tally.resultSha256 === expected.resultSha256
    ? accept(true)
    : refuseAt("tally-mismatch", "resultSha256")
}

/** Counters by bit of a ballot, two a ciphertext: 0 where no choice is. */
function toBits(
  { definition }: Pick<ClosedElection, "definition">,
  counts: readonly number[],
): readonly number[] {
  const bits = Array<number>(2 * definition.keys.length).fill(0)
  for (const [position, count] of counts.entries()) bits[bitOf(definition, position)] = count
  return bits
}
