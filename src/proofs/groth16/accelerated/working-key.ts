// A proving key in the form the kernel works with: one memory per circuit, laid out once, kept while the thread lives.
import type { ArtifactEntry } from "../artifacts.ts"
import { Groth16Error } from "../errors.ts"
import type { CompiledModule } from "../webassembly.ts"
import { COEFFICIENT_RECORD } from "./assignment.ts"
import { countRows, writeRecords } from "./coefficients.ts"
import { RAISED_BYTES } from "./digits.ts"
import { G1_SHAPE, G2_SHAPE } from "./groups.ts"
import type { GroupShape } from "./groups.ts"
import { openKernel } from "./kernel.ts"
import type { Kernel } from "./kernel.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"
import { FREE } from "./memory-map.ts"
import { writeRoots } from "./roots.ts"
import type { Roots } from "./roots.ts"
import { chooseWindows, layWorkspace } from "./workspace.ts"
import type { Windows, Workspace } from "./workspace.ts"
import { readZkeySections } from "./zkey-sections.ts"
import type { ZkeySections } from "./zkey-sections.ts"

/** Points of one sum; the last ones are those that the proof adds with its own scalars. */
export interface PointList {
  readonly group: GroupShape
  readonly points: number
  /** For every point the number of its scalar, 32 bits each. */
  readonly terms: number
  readonly count: number
  readonly windows: Windows
}

/** Addresses of what one proof computes; all of it secret. */
interface SecretPlaces {
  /** Elements of 32 bytes: the witness, then r, s and -r·s, then the scalars of the quotient. */
  readonly scalars: number
  readonly raised: number
  readonly bias: number
  /** Only during the assignment, where sums of points are made later. */
  readonly witness: number
  readonly polynomials: number
  readonly products: number
  readonly work: Workspace
  readonly begin: number
  readonly end: number
}

/** A circuit's key and memory. One proof at a time. */
export interface WorkingKey {
  readonly entry: ArtifactEntry
  readonly kernel: Kernel
  readonly rows: { readonly records: number; readonly counts: number }
  readonly roots: Roots
  readonly lists: Readonly<Record<"a" | "b1" | "b2" | "c", PointList>>
  readonly secret: SecretPlaces
}

/** Numbers of the scalars behind the witness. */
export function scalarNumbers({
  wires,
}: ArtifactEntry): Readonly<Record<"r" | "s" | "minusRs" | "h", number>> {
  return { r: wires, s: wires + 1, minusRs: wires + 2, h: wires + 3 }
}

interface PointSource {
  readonly group: GroupShape
  /** Points with the numbers of their scalars; infinite ones are left out. */
  readonly parts: readonly { readonly points: Uint8Array; readonly firstScalar: number }[]
}

/**
 * Converts a key, 0.1 s per 2^14 constraints.
 * @param zkey - its digest was checked by `openArtifacts`
 * @throws Groth16Error `artifact-refused` when it is not the key of this circuit
 */
export async function openWorkingKey(
  module: CompiledModule,
  entry: ArtifactEntry,
  zkey: Uint8Array,
): Promise<WorkingKey> {
  const sections = readZkeySections(zkey, entry)
  const size = 2 ** entry.domainLog2
  const { counts, records } = countRows(sections.coefficients, size, entry.wires, entry.id)
  let next = FREE
  const take = (bytes: number): number => {
    const at = next
    next += Math.ceil(bytes / 16) * 16
    return at
  }
  const sources = sourcesOf(sections, entry)
  const lists = mapValues(sources, (source) => layList(source, take))
  const rows = { records: take(COEFFICIENT_RECORD.bytes * records), counts: take(4 * size) }
  const roots: Roots = {
    size,
    inverse: take(SINGLE_BYTES * (size / 2)),
    forward: take(SINGLE_BYTES * (size / 2)),
    coset: take(SINGLE_BYTES * size),
  }
  const secret = laySecret(entry, lists, next)
  const kernel = await openKernel(module, secret.end)
  kernel.words.set(counts, rows.counts / 4)
  const target = kernel.bytes.subarray(rows.records, rows.records + COEFFICIENT_RECORD.bytes * records)
  writeRecords(sections.coefficients, counts, target)
  kernel.call.fr_import(rows.records, COEFFICIENT_RECORD.bytes, records)
  for (const name of ["a", "b1", "b2", "c"] as const) {
    importList(kernel, sources[name], lists[name], secret)
    const { group, points, count } = lists[name]
    if (kernel.call[`${group.name}_offCurve`](points, count) !== 0) {
      throw new Groth16Error("artifact-refused", `the zkey of ${entry.id}: a point is off its curve`)
    }
  }
  writeRoots(kernel, roots)
  return { entry, kernel, rows, roots, lists, secret }
}

/** A and B in both groups take the whole witness; C and H fill one set of buckets, since only their sum is needed. */
function sourcesOf(
  sections: ZkeySections,
  entry: ArtifactEntry,
): Record<"a" | "b1" | "b2" | "c", PointSource> {
  const { alpha1, beta1, delta1, beta2, delta2 } = sections
  const { r, s, minusRs, h } = scalarNumbers(entry)
  const part = (points: Uint8Array, firstScalar: number) => ({ points, firstScalar })
  const one = 0 // wire 0 is the constant 1
  const later = delta1 // A and B1 take these places once they are known, with the scalars s and r
  return {
    a: { group: G1_SHAPE, parts: [part(sections.a, 0), part(alpha1, one), part(delta1, r)] },
    b1: { group: G1_SHAPE, parts: [part(sections.b1, 0), part(beta1, one), part(delta1, s)] },
    b2: { group: G2_SHAPE, parts: [part(sections.b2, 0), part(beta2, one), part(delta2, s)] },
    c: {
      group: G1_SHAPE,
      parts: [
        part(sections.c, entry.publicSignals + 1),
        part(sections.h, h),
        part(delta1, minusRs),
        part(later, s),
        part(later, r),
      ],
    },
  }
}

function layList({ group, parts }: PointSource, take: (bytes: number) => number): PointList {
  const count = parts.reduce((sum, { points }) => sum + countFinite(points, group.keyBytes), 0)
  return {
    group,
    count,
    points: take(group.pointBytes * count),
    terms: take(4 * count),
    windows: chooseWindows(count),
  }
}

function laySecret(
  entry: ArtifactEntry,
  lists: Readonly<Record<"a" | "b1" | "b2" | "c", PointList>>,
  begin: number,
): SecretPlaces {
  const size = 2 ** entry.domainLog2
  const scalars = begin
  const count = scalarNumbers(entry).h + size
  const raised = scalars + 32 * count + 64
  const bias = raised + RAISED_BYTES * count + 64
  const shared = Math.ceil((bias + RAISED_BYTES) / 64) * 64
  const work = layWorkspace(
    shared,
    Object.values(lists).map(({ group, count: terms, windows }) => ({ group, terms, windows })),
  )
  const polynomials = shared
  const products = polynomials + PAIR_BYTES * size
  const witness = products + PAIR_BYTES * (size / 2)
  const end = Math.max(work.end, witness + SINGLE_BYTES * entry.wires + 64)
  return { scalars, raised, bias, witness, polynomials, products, work, begin, end }
}

/** The points of a list go through the workspace, which is empty then. */
function importList(
  kernel: Kernel,
  { group, parts }: PointSource,
  list: PointList,
  secret: SecretPlaces,
): void {
  const { call, bytes, words } = kernel
  let written = 0
  for (const { points, firstScalar } of parts) {
    for (let i = 0; i * group.keyBytes < points.length; i++) {
      const point = points.subarray(i * group.keyBytes, (i + 1) * group.keyBytes)
      if (isInfinite(point)) continue
      bytes.set(point, secret.scalars)
      call[`${group.name}_import`](list.points + group.pointBytes * written, secret.scalars, 1)
      words[list.terms / 4 + written++] = firstScalar + i
    }
  }
}

function countFinite(points: Uint8Array, pointBytes: number): number {
  let count = 0
  for (let at = 0; at < points.length; at += pointBytes) {
    if (!isInfinite(points.subarray(at, at + pointBytes))) count++
  }
  return count
}

function isInfinite(point: Uint8Array): boolean {
  return point.every((byte) => byte === 0)
}

function mapValues<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  change: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries(record) as [K, A][]
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)])) as Record<K, B>
}
