// What totals can be, whatever the ballots were: a result outside these bounds was not made of valid ballots.

/** A rule over the marks of one ballot: min <= marks in plus - marks in minus <= max. */
export interface MarkRule {
  readonly plus: readonly number[]
  readonly minus: readonly number[]
  readonly min: number
  readonly max: number
}

/** What totals are held against. Choice j is bit j of a ballot, 2j when the election is weighted. */
export interface TotalBounds {
  readonly choices: number
  readonly rules: readonly MarkRule[]
  readonly counted: number
  /** The census's total weight when the election is weighted: the counted part of it is hidden. */
  readonly totalWeight: number | null
}

/** Why totals cannot be. */
export type TotalRefusal = "total-out-of-range" | "total-of-no-choice" | "total-against-rule"

/**
 * The first bound that totals break, or null. Unweighted: each at most `counted`, and per rule min*counted <= sum <=
 * max*counted, so a one-hot question sums to `counted`. Weighted: the total weight bounds from above, 0 from below.
 * @param counts - T_0, T_1, .. in the order of the bits, unused ones included
 */
export function checkTotals(counts: readonly number[], bounds: TotalBounds): TotalRefusal | null {
  const { choices, rules, counted, totalWeight } = bounds
  const most = totalWeight ?? counted
  const bitOf = (choice: number): number => (totalWeight === null ? choice : 2 * choice)
  const used = new Set(Array.from({ length: choices }, (_, choice) => bitOf(choice)))
  if (!counts.every((total) => Number.isSafeInteger(total) && total >= 0 && total <= most))
    return "total-out-of-range"
  if (counts.some((total, bit) => total !== 0 && !used.has(bit))) return "total-of-no-choice"
  const sumOver = (list: readonly number[]): number =>
    list.reduce((sum, choice) => sum + (counts[bitOf(choice)] ?? 0), 0)
  const isKept = ({ plus, minus, min, max }: MarkRule): boolean => {
    const sum = sumOver(plus) - sumOver(minus)
    return sum <= max * most && sum >= (totalWeight === null ? min * counted : 0)
  }
  return rules.every(isKept) ? null : "total-against-rule"
}
