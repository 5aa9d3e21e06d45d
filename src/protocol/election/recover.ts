// From opened sums to counters: a search whose bounds are known beforehand, so that a sum without an answer says so.
import { BASE8, PACKING_POINT } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { openLogSearch } from "../primitives/discrete-log.ts"
import type { LogBounds } from "../primitives/discrete-log.ts"
import { packCounters } from "../primitives/elgamal.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"

/** Largest total weight of a census, so that a weighted search takes at most 2^20 giant steps a sum. */
export const MAX_TOTAL_WEIGHT = 2 ** 40
/** Most rows of the table in a weighted search, 12 MB; the largest weight then takes 2^20 giant steps a sum. */
const WEIGHTED_ROWS = 2 ** 20

/** How large the counters can be: each at most the counted ballots, or the even ones at most the census's weight. */
export type CounterBounds =
  | { readonly weighted: false; readonly counted: number }
  | { readonly weighted: true; readonly totalWeight: number }

/** Told once a block: points compared so far, of at most so many. */
export type RecoveryProgress = (compared: number, most: number) => void

/**
 * The counters T_0, T_1, .. of the opened sums M_c = T_(2c)*G + T_(2c+1)*J. At most `countRecoverySteps` points are
 * compared: an unweighted search makes counted + 1 rows once and at most counted + 1 steps a sum.
 * @param openings - from combineShares
 * @param bounds - counted <= 2^24, or totalWeight <= 2^40 where no odd choice exists
 */
export function recoverCounts(
  openings: readonly CurvePoint[],
  bounds: CounterBounds,
  onProgress?: RecoveryProgress,
): Verdict<readonly number[], "no-solution"> {
  if (openings.length === 0) return accept([])
  const { rows, giant, giants } = searchBounds(openings.length, bounds)
  const most = countRecoverySteps(openings.length, bounds)
  let compared = 0
  const onBlock = (points: number): void => {
    compared += points
    onProgress?.(compared, most)
  }
  const search = openLogSearch({ rows, giant, giants }, onBlock)
  const counts: number[] = []
  for (const opening of openings) {
    const found = search.find(opening, onBlock)
    if (found === null) return refuse("no-solution")
    const [even, odd] = bounds.weighted ? [found.a + found.b * rows, 0] : [found.a, found.b]
    if (bounds.weighted && even > bounds.totalWeight) return refuse("no-solution")
    counts.push(even, odd)
  }
  // The search need not be trusted: whoever has the counters repeats this check alone.
  return areCountsOf(openings, counts) ? accept(counts) : refuse("no-solution")
}

/** Points that a recovery of so many sums compares at most, table rows included. */
export function countRecoverySteps(sums: number, bounds: CounterBounds): number {
  const { rows, giants } = searchBounds(sums, bounds)
  return rows + sums * giants
}

/** True when M_c = T_(2c)*G + T_(2c+1)*J for every sum. @param counts - two a sum, each 0 or more */
export function areCountsOf(openings: readonly CurvePoint[], counts: readonly number[]): boolean {
  if (counts.length !== 2 * openings.length) return false
  return openings.every((opening, c) =>
    packCounters(BigInt(counts[2 * c] ?? 0), BigInt(counts[2 * c + 1] ?? 0)).equals(opening),
  )
}

function searchBounds(sums: number, bounds: CounterBounds): LogBounds {
  if (!bounds.weighted) return { rows: bounds.counted + 1, giant: PACKING_POINT, giants: bounds.counted + 1 }
  const { totalWeight } = bounds
  if (totalWeight < 1 || totalWeight > MAX_TOTAL_WEIGHT) throw new RangeError("total weight out of range")
  // As many rows as steps of all sums together: the least work for a bound that is the product of both.
  const rows = Math.min(WEIGHTED_ROWS, Math.ceil(Math.sqrt(sums * totalWeight)))
  return { rows, giant: BASE8.multiplyUnsafe(BigInt(rows)), giants: Math.floor(totalWeight / rows) + 1 }
}
