// Σ k_i·P_i by buckets (Pippenger's algorithm) with signed digits.
import type { Point } from "../curve.ts"
import { readPoint, sumGroups } from "./group-sums.ts"
import type { Summing } from "./group-sums.ts"
import { bucketsOf, slabOf } from "./workspace.ts"
import type { Windows } from "./workspace.ts"

/** A sum: points one after another, and for each the number of its scalar among the raised ones. */
export interface MultiScalar {
  readonly points: number
  readonly terms: number
  /** As many as the workspace was laid out for. */
  readonly count: number
  /** Raised by the bias of these windows, see `digits.ts`. */
  readonly scalars: number
  readonly windows: Windows
}

/** The sum, Jacobian or zero. Secret, as are the buckets it leaves in the workspace. */
export function multiScalar(summing: Summing, sum: MultiScalar): Point {
  const buckets = bucketsOf(sum.windows)
  const filled = new Uint32Array(sum.windows.windows * (buckets + 1)) // references, 0 where a bucket is empty
  const slab = slabOf(sum.count, sum.windows)
  for (let window = 0; window < sum.windows.windows; window += slab) {
    const count = Math.min(slab, sum.windows.windows - window)
    fillBuckets(
      summing,
      sum,
      window,
      filled.subarray(window * (buckets + 1), (window + count) * (buckets + 1)),
    )
  }
  const result = combine(summing, sum.windows, filled)
  filled.fill(0)
  return result
}

/** Sorts the points by digit in some windows at once, adds up each bucket, and keeps the sums at `work.buckets`. */
function fillBuckets(summing: Summing, sum: MultiScalar, window: number, filled: Uint32Array): void {
  const { kernel, group, work } = summing
  const { words, bytes } = kernel
  const buckets = bucketsOf(sum.windows)
  sortDigits(summing, sum, window, filled.length)
  sumGroups(summing, filled.length, work.arena)
  let reference = work.references / 4
  for (let slot = 0; slot < filled.length; slot++) {
    if (words[work.counts / 4 + slot] !== 1) continue
    const from = words[reference++] ?? 0
    const place = window * buckets + slot - Math.floor(slot / (buckets + 1)) - 1 // digit 0 has no bucket
    const to = work.buckets + place * group.pointBytes
    bytes.copyWithin(to, from & ~1, (from & ~1) + group.pointBytes)
    filled[slot] = to | (from & 1)
  }
}

/** Leaves references to the points of every bucket, bucket by bucket and window by window, and their counts. */
function sortDigits({ kernel, group, work }: Summing, sum: MultiScalar, window: number, slots: number): void {
  const { call, words } = kernel
  const { scalars, terms, count, points } = sum
  const { width } = sum.windows
  const perWindow = bucketsOf(sum.windows) + 1
  const counts = words.subarray(work.counts / 4, work.counts / 4 + slots)
  counts.fill(0)
  for (let first = 0; first < slots; first += perWindow) {
    const bit = (window + first / perWindow) * width
    call.countDigits(scalars, terms, count, bit, width, work.counts + 4 * first)
    counts[first] = 0 // digit 0 adds nothing
  }
  let place = 0
  counts.forEach((digits, slot) => {
    words[work.places / 4 + slot] = place
    place += digits
  })
  for (let first = 0; first < slots; first += perWindow) {
    const bit = (window + first / perWindow) * width
    const where = [points, group.pointBytes, work.places + 4 * first, work.references] as const
    call.placeDigits(scalars, terms, count, bit, width, ...where)
  }
}

/**
 * Σ_w 2^(c·w) Σ_k k·B_(w,k). With k = V·u + v the inner sum is V·Σ u·(row sum u) + Σ v·(column sum v), and those weights
 * are taken apart bit by bit: what is left is one point for every power of two.
 */
function combine(summing: Summing, { width, windows }: Windows, filled: Uint32Array): Point {
  const { arithmetic, work } = summing
  const columnBits = width >> 1
  const columns = 2 ** columnBits
  const rows = 2 ** (width - 1 - columnBits) // the last row holds only the largest digit
  const buckets = 2 ** (width - 1)
  const first = new Groups(summing)
  const bucket = (window: number, k: number): number => filled[window * (buckets + 1) + k] ?? 0
  for (let window = 0; window < windows; window++) {
    for (let u = 1; u <= rows; u++) {
      for (let v = 0; v < columns; v++)
        if (columns * u + v <= buckets) first.add(bucket(window, columns * u + v))
      first.close()
    }
    for (let v = 1; v < columns; v++) {
      for (let u = 0; u <= rows; u++)
        if (columns * u + v <= buckets) first.add(bucket(window, columns * u + v))
      first.close()
    }
  }
  const [sums, free] = first.sum(work.arena)
  const second = new Groups(summing)
  for (let window = 0; window < windows; window++) {
    const at = window * (rows + columns - 1)
    const bitSum = (base: number, last: number, bit: number): void => {
      for (let weight = 1; weight <= last; weight++) {
        if (((weight >> bit) & 1) === 1) second.add(sums[at + base + weight - 1] ?? 0)
      }
      second.close()
    }
    for (let bit = 0; bit < columnBits; bit++) bitSum(rows, columns - 1, bit)
    for (let bit = 0; bit < width - columnBits; bit++) bitSum(0, rows, bit)
  }
  const [powers] = second.sum(free)
  let total = arithmetic.zero
  for (const reference of powers.reverse()) {
    total = arithmetic.add(total, total)
    if (reference !== 0) total = arithmetic.add(total, readPoint(summing, reference))
  }
  return total
}

/** Lists of references that are to be added up, group by group. */
class Groups {
  readonly #summing: Summing
  #count = 0
  #groups = 0
  #open = 0

  constructor(summing: Summing) {
    this.#summing = summing
  }

  /** Adds a point to the group that is open; 0 is no point. */
  add(reference: number): void {
    if (reference === 0) return
    const { kernel, work } = this.#summing
    kernel.words[work.references / 4 + this.#count++] = reference
    this.#open++
  }

  close(): void {
    const { kernel, work } = this.#summing
    kernel.words[work.counts / 4 + this.#groups++] = this.#open
    this.#open = 0
  }

  /** The sum of each group, 0 where it has none, and the first address beyond what lies at `arena` now. */
  sum(arena: number): [sums: number[], free: number] {
    const { kernel, work } = this.#summing
    const free = sumGroups(this.#summing, this.#groups, arena)
    let reference = work.references / 4
    const sums = Array.from({ length: this.#groups }, (_, group) =>
      kernel.words[work.counts / 4 + group] === 1 ? (kernel.words[reference++] ?? 0) : 0,
    )
    return [sums, free]
  }
}
