// Sets of integers as disjoint ascending closed intervals: what is left of an attribute after a question.

/** lo <= x <= hi. */
export interface Interval {
  readonly lo: bigint
  readonly hi: bigint
}

/** Disjoint, ascending, none empty, none touching the next. */
export type IntegerSet = readonly Interval[]

/** The set lo..hi; empty when lo > hi. */
export const range = (lo: bigint, hi: bigint): IntegerSet => (lo > hi ? [] : [{ lo, hi }])

/** The set of some values. */
export const points = (values: readonly bigint[]): IntegerSet =>
  union(values.map((value) => range(value, value)))

/** Everything that is in one of the sets. */
export function union(sets: readonly IntegerSet[]): IntegerSet {
  const sorted = sets.flat().sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0))
  const merged: Interval[] = []
  for (const { lo, hi } of sorted) {
    const last = merged.at(-1)
    if (last === undefined || lo > last.hi + 1n) merged.push({ lo, hi })
    else merged[merged.length - 1] = { lo: last.lo, hi: hi > last.hi ? hi : last.hi }
  }
  return merged
}

/** Everything that is in both. */
export function intersect(a: IntegerSet, b: IntegerSet): IntegerSet {
  return union(
    a.flatMap((left) =>
      b.map((right) =>
        range(left.lo > right.lo ? left.lo : right.lo, left.hi < right.hi ? left.hi : right.hi),
      ),
    ),
  )
}

/** Everything of the domain that is not in the set. */
export function complement(set: IntegerSet, domain: Interval): IntegerSet {
  const gaps: Interval[] = []
  let next = domain.lo
  for (const { lo, hi } of set) {
    if (lo > next) gaps.push({ lo: next, hi: lo - 1n })
    if (hi >= next) next = hi + 1n
  }
  return intersect([...gaps, ...range(next, domain.hi)], [domain])
}

/** How many integers the set holds. */
export const countOf = (set: IntegerSet): bigint => set.reduce((sum, { lo, hi }) => sum + hi - lo + 1n, 0n)

/** True when the value is in the set. */
export const contains = (set: IntegerSet, value: bigint): boolean =>
  set.some(({ lo, hi }) => lo <= value && value <= hi)

/** A set as text: pairs of decimals. */
export const encodeSet = (set: IntegerSet): readonly EncodedInterval[] =>
  set.map(({ lo, hi }) => [lo.toString(), hi.toString()])

/** The set of its text form. @param encoded - pairs of decimals, lo <= hi */
export const decodeSet = (encoded: readonly EncodedInterval[]): IntegerSet =>
  union(encoded.map(([lo, hi]) => range(BigInt(lo), BigInt(hi))))

/** Both ends as decimals. */
export type EncodedInterval = readonly [lo: string, hi: string]
