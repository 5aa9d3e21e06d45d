// Adding up lists of points: rounds of pairwise affine additions, all of a round in batches with one inversion each.
import { Groth16Error } from "../errors.ts"
import type { GroupArithmetic, GroupShape } from "./groups.ts"
import type { Kernel } from "./kernel.ts"
import { PAIR_BYTES } from "./layout.ts"
import { CONSTANTS, EXCHANGE, INVERSION_TABLE, SCRATCH } from "./memory-map.ts"
import { BATCH } from "./workspace.ts"
import type { Workspace } from "./workspace.ts"

/** One group over one workspace of one kernel. */
export interface Summing {
  readonly kernel: Kernel
  readonly group: GroupShape
  readonly arithmetic: GroupArithmetic
  readonly work: Workspace
}

/**
 * Adds up the points of each group: references lie at `work.references` group by group, `work.counts` holds how many.
 * Afterwards every count is 0 or 1 and the references to the sums lie one after another.
 * @param arena - where sums may be written; gives back the first address beyond them
 */
export function sumGroups(summing: Summing, groups: number, arena: number): number {
  const { kernel, group, work } = summing
  for (let free = arena; ;) {
    const pairs = kernel.call.pairUp(work.references, work.counts, groups, work.pairs, free, group.pointBytes)
    if (pairs === 0) return free
    const infinite = addPairs(summing, pairs, free)
    if (infinite.size > 0) dropReferences(summing, groups, infinite)
    free += (pairs + group.additions - 1) * group.pointBytes // an odd batch wrote one point more
  }
}

/** Writes the sums of all pairs from `out` on; answers the addresses of those that are infinite. */
function addPairs(summing: Summing, pairs: number, out: number): Set<number> {
  const { group, work } = summing
  const infinite = new Set<number>()
  for (let first = 0; first < pairs; first += BATCH) {
    const batch = {
      references: work.pairs + 8 * first,
      additions: Math.min(BATCH, pairs - first),
      out: out + first * group.pointBytes,
    }
    if (!addBatch(summing, batch)) addUnlikePairs(summing, batch, infinite)
  }
  return infinite
}

interface Batch {
  /** Pairs of references. */
  readonly references: number
  readonly additions: number
  readonly out: number
}

/** False when a denominator was zero: then nothing was written. */
function addBatch({ kernel, group, work }: Summing, { references, additions, out }: Batch): boolean {
  const { call, words } = kernel
  const steps = Math.ceil(additions / group.additions)
  if (additions % group.additions !== 0) {
    words[references / 4 + 2 * additions] = spareOf(group)
    words[references / 4 + 2 * additions + 1] = spareOf(group) + group.pointBytes
  }
  call[`${group.name}_deltas`](references, steps, work.deltas, work.products)
  const product = work.products + PAIR_BYTES * steps
  call[group.name === "g1" ? "fq_inverse" : "fq2_inverse"](SCRATCH.inverse, product, INVERSION_TABLE)
  if (hasZero(kernel, group, SCRATCH.inverse)) return false
  call[`${group.name}_sums`](references, steps, work.deltas, work.products, SCRATCH.inverse, out)
  return true
}

/** True when one of the elements at an address is zero: either lane in G1, both together in G2. */
function hasZero({ call, words }: Kernel, group: GroupShape, address: number): boolean {
  call.fq_canonical(SCRATCH.term, address)
  const zero = laneIsZero(words, 0) || laneIsZero(words, 1)
  return group.name === "g1" ? zero : laneIsZero(words, 0) && laneIsZero(words, 1)
}

/** Two points whose x differ, for places where nothing is to be added. */
function spareOf({ name }: GroupShape): number {
  return name === "g1" ? CONSTANTS.spareG1 : CONSTANTS.spareG2
}

/** Of the canonical pair in `term`. */
function laneIsZero(words: Uint32Array, lane: 0 | 1): boolean {
  let limbs = 0
  for (let i = 0; i < 9; i++) limbs |= words[SCRATCH.term / 4 + 2 * i + lane] ?? 0
  return limbs === 0
}

/**
 * A batch in which some points are equal or opposite. Those are added here, one by one, by ffjavascript; in the batch
 * other points take their place. Keys do hold equal points, and equal digits bring them together.
 */
function addUnlikePairs(summing: Summing, batch: Batch, infinite: Set<number>): void {
  const { kernel, group, arithmetic, work } = summing
  const { words } = kernel
  const special: { readonly at: number; readonly sum: Uint8Array }[] = []
  for (let i = 0; i < batch.additions; i++) {
    const step = Math.floor(i / group.additions)
    kernel.call.fq_canonical(SCRATCH.term, work.deltas + PAIR_BYTES * step)
    const isUnlike =
      group.name === "g1"
        ? !laneIsZero(words, (i % 2) as 0 | 1)
        : !(laneIsZero(words, 0) && laneIsZero(words, 1))
    if (isUnlike) continue
    const at = batch.references / 4 + 2 * i
    const [p, q] = [words[at] ?? 0, words[at + 1] ?? 0]
    const sum = arithmetic.toAffine(arithmetic.add(readPoint(summing, p), readPoint(summing, q)))
    special.push({ at: batch.out + i * group.pointBytes, sum })
    words[at] = spareOf(group)
    words[at + 1] = spareOf(group) + group.pointBytes
  }
  if (special.length === 0 || !addBatch(summing, batch)) {
    throw new Groth16Error("self-check-failed", "a batch of additions had a zero denominator")
  }
  for (const { at, sum } of special) {
    if (arithmetic.isZero(sum)) infinite.add(at)
    else writePoint(kernel, group, at, sum)
  }
}

/** A point in ffjavascript's affine form, negated where the reference says so. */
export function readPoint({ kernel, group, arithmetic }: Summing, reference: number): Uint8Array {
  kernel.call[`${group.name}_export`](EXCHANGE, reference & ~1)
  const point = kernel.bytes.slice(EXCHANGE, EXCHANGE + group.keyBytes)
  return (reference & 1) === 1 ? arithmetic.neg(point) : point
}

/** Places an affine point of ffjavascript in the kernel. */
export function writePoint({ call, bytes }: Kernel, group: GroupShape, at: number, point: Uint8Array): void {
  bytes.set(point, EXCHANGE)
  call[`${group.name}_import`](at, EXCHANGE, 1)
}

/** Takes the references to infinite sums out of their groups. */
function dropReferences({ kernel, work }: Summing, groups: number, infinite: ReadonlySet<number>): void {
  const { words } = kernel
  let [from, to] = [work.references / 4, work.references / 4]
  for (let group = 0; group < groups; group++) {
    const slot = work.counts / 4 + group
    const count = words[slot] ?? 0
    let kept = 0
    for (let i = 0; i < count; i++) {
      const reference = words[from++] ?? 0
      if (infinite.has(reference & ~1)) continue
      words[to++] = reference
      kept++
    }
    words[slot] = kept
  }
}
