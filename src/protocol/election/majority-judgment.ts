// Majority judgment (Balinski and Laraki, "Majority Judgment", 2011): the median grade, and ties broken by taking it away.

/** Ballots by grade, 0 first. */
type Histogram = readonly number[]

/** The majority grade: the lower median; 0 when there are no ballots. */
export function medianGrade(histogram: Histogram): number {
  const middle = Math.ceil(sumOf(histogram) / 2)
  let seen = 0
  for (const [grade, count] of histogram.entries()) {
    seen += count
    if (seen >= middle) return grade
  }
  return 0
}

/**
 * Below 0 when `a` ranks behind `b`: the grades that come up when the median is taken away ballot by ballot are compared,
 * first the first. 0 for equal histograms only. A close race takes as many steps as there are ballots.
 * @param b - of as many ballots as `a`
 */
export function compareMajority(a: Histogram, b: Histogram): number {
  if (a.every((count, grade) => count === b[grade])) return 0
  const [left, right] = [[...a], [...b]]
  for (let ballots = sumOf(a); ballots > 0; ballots--) {
    const [x, y] = [medianGrade(left), medianGrade(right)]
    if (x !== y) return x - y
    left[x] = (left[x] ?? 0) - 1
    right[y] = (right[y] ?? 0) - 1
  }
  return 0
}

const sumOf = (histogram: Histogram): number => histogram.reduce((sum, count) => sum + count, 0)
