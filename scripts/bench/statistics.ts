/** Samples of one peer in milliseconds, summed up. */
export interface Summary {
  readonly n: number
  readonly median: number
  readonly min: number
  readonly p95: number
}

/** A ratio of medians with its 95 % bootstrap interval. */
export interface Ratio {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2000 // the interval's ends move by under 1 % beyond that

/** Median, minimum and 95th percentile. */
export function summarise(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b)
  return {
    n: sorted.length,
    median: quantile(sorted, 0.5),
    min: quantile(sorted, 0),
    p95: quantile(sorted, 0.95),
  }
}

/** How many times slower `other` is than `ours`: above 1 we are faster. */
export function ratioOfMedians(other: readonly number[], ours: readonly number[]): Ratio {
  const median = (samples: readonly number[]): number =>
    quantile(
      [...samples].sort((a, b) => a - b),
      0.5,
    )
  const resample = (samples: readonly number[]): number[] =>
    samples.map(() => samples[Math.floor(Math.random() * samples.length)] ?? 0)
  const ratios = Array.from({ length: RESAMPLES }, () => median(resample(other)) / median(resample(ours)))
  ratios.sort((a, b) => a - b)
  return { ratio: median(other) / median(ours), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) }
}

function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return low + (high - low) * (at - Math.floor(at))
}
