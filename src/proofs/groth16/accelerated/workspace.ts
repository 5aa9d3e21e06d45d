// The memory in which sums of points are made. Everything in it depends on secrets.
import { PAIR_BYTES } from "./layout.ts"
import type { GroupShape } from "./groups.ts"

/** Additions that share an inversion: 26 microseconds for each would cost more than the additions themselves. */
export const BATCH = 2048

/** Digits of one sum: `windows` of `width` bits, together above 255, so that a raised scalar never overflows. */
export interface Windows {
  readonly width: number
  readonly windows: number
}

/** Addresses of the parts of a workspace. */
export interface Workspace {
  readonly references: number
  readonly pairs: number
  readonly counts: number
  readonly places: number
  readonly deltas: number
  readonly products: number
  readonly buckets: number
  readonly arena: number
  readonly end: number
}

/** The sum of how many terms a workspace is for. */
export interface SumSize {
  readonly group: GroupShape
  readonly terms: number
  readonly windows: Windows
}

/** The width that needs the fewest additions: each window adds every term and, in the end, every bucket twice. */
export function chooseWindows(terms: number): Windows {
  const options = Array.from({ length: 12 }, (_, i) => {
    const width = i + 4
    const windows = Math.ceil(256 / width)
    return { width, windows, cost: windows * (terms + 2 ** width) }
  })
  const best = options.reduce((a, b) => (b.cost < a.cost ? b : a))
  return { width: best.width, windows: best.windows }
}

/** Buckets of a window: digits from 1 to 2^(width - 1). */
export function bucketsOf({ width }: Windows): number {
  return 2 ** (width - 1)
}

/** Digits that are sorted and added up together: enough for full batches, few enough for the processor's cache. */
const SLAB_DIGITS = 2 ** 15

/** Windows whose buckets are filled together. */
export function slabOf(terms: number, { windows }: Windows): number {
  return Math.min(windows, Math.max(1, Math.floor(SLAB_DIGITS / Math.max(1, terms))))
}

/** Lays a workspace out from an address on, large enough for each of the sums, one after another. */
export function layWorkspace(start: number, sizes: readonly SumSize[]): Workspace {
  const most = (count: (size: SumSize) => number): number => Math.max(...sizes.map(count))
  const all = (size: SumSize): number => bucketsOf(size.windows) * size.windows.windows
  // The second level reads every bucket in a row and in a column; the third one each of those sums in every bit.
  const slab = (size: SumSize): number => slabOf(size.terms, size.windows)
  const references = most((size) => Math.max(slab(size) * size.terms, 2 * all(size))) + 2
  const slots = most((size) => slab(size) * (bucketsOf(size.windows) + 1))
  const groups = Math.max(
    slots,
    most((size) => 4 * all(size)),
  )
  const points = (size: SumSize): number => Math.max(slab(size) * size.terms, 3 * all(size)) + 64
  let next = start
  const take = (bytes: number): number => {
    const at = next
    next += Math.ceil(bytes / 16) * 16
    return at
  }
  return {
    references: take(4 * references),
    pairs: take(4 * references + 16),
    counts: take(4 * groups),
    places: take(4 * slots),
    deltas: take(PAIR_BYTES * BATCH),
    products: take(PAIR_BYTES * (BATCH + 1)),
    buckets: take(most((size) => all(size) * size.group.pointBytes)),
    arena: take(most((size) => points(size) * size.group.pointBytes)),
    end: next + 64, // what a vector load touches beyond the last point
  }
}
