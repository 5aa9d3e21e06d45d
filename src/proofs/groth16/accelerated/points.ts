// Affine points of both groups in memory, and how the batch addition reads and writes them.
//
// G1: two singles, x and y; the batch addition takes two additions at a time, one in each lane. G2: two pairs; both
// lanes serve one addition. A reference to a point is its address, whose lowest bit asks for the negated point.
import type { FieldKernel } from "./field-kernel.ts"
import { negateLanes } from "./fq2.ts"
import type { Fq2Kernel } from "./fq2.ts"
import { i32, i32x4, v128 } from "./instructions.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"
import { carry, loadVector, newPair, setPair, storePair } from "./pair-code.ts"
import type { PairLocals } from "./pair-code.ts"
import { block } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"
import type { Func, ModuleWriter } from "./wasm-writer.ts"

type Address = Expr<"i32">
type Vector = Expr<"v128">

/** One group, as the batch addition uses it. Coordinates are pairs; `step` is the address of the references of a step. */
export interface PointKernel {
  readonly name: "g1" | "g2"
  readonly pointBytes: number
  /** Additions that one step makes: as many pairs of references. */
  readonly additions: 1 | 2
  readonly mul: FieldKernel["mul"]
  readonly square: FieldKernel["square"]
  /** Difference as a second factor of `mul`, and as a normal element. */
  readonly subFactor: FieldKernel["sub"]
  readonly sub: FieldKernel["sub"]
  readonly subTwice: FieldKernel["subTwice"]
  readonly add: FieldKernel["add"]
  readonly canonical: FieldKernel["canonical"]
  readonly inverse: FieldKernel["inverse"]
  /** The coordinate of the first or second points of a step, at the address given. */
  readonly loadX: (out: Address, step: Address, which: 0 | 1) => Statement
  readonly loadY: (out: Address, step: Address, which: 0 | 1) => Statement
  /** Writes the points of a step one after another. */
  readonly store: (out: Address, x: Address, y: Address) => Statement
}

const UNSIGNED = -2 // all bits of an address but the lowest

const pointOf = (reference: Expr<"i32">): Address => i32.and(reference, i32.const(UNSIGNED))
/** All ones when the point is to be negated. */
const signOf = (reference: Expr<"i32">): Expr<"i32"> =>
  i32.sub(i32.const(0), i32.and(reference, i32.const(1)))

/** The two singles at two addresses, side by side. */
export function interleave(pair: PairLocals, a: Address, b: Address): Statement {
  const side = (load: (address: Address) => Vector, lanes: readonly number[]): Vector =>
    v128.shuffle(load(a), load(b), lanes)
  const [LOW, HIGH] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ] as const
  const vectors = [
    side((at) => v128.load(at, 0), LOW),
    side((at) => v128.load(at, 0), HIGH),
    side((at) => v128.load(at, 16), LOW),
    side((at) => v128.load(at, 16), HIGH),
    side((at) => v128.load32Zero(at, 32), LOW),
  ]
  return setPair(pair, (i) => vectors[i] ?? v128.zero)
}

/** The elements of a pair as singles at two addresses. */
export function separate(a: Address, b: Address, pair: readonly Vector[]): Statement {
  const [v0 = v128.zero, v1 = v128.zero, v2 = v128.zero, v3 = v128.zero, v4 = v128.zero] = pair
  const [A, B] = [
    [0, 2, 4, 6],
    [1, 3, 5, 7],
  ] as const
  return block(
    v128.store(a, v128.shuffle(v0, v1, A), 0),
    v128.store(a, v128.shuffle(v2, v3, A), 16),
    v128.store32Lane(a, v4, 0, 32),
    v128.store(b, v128.shuffle(v0, v1, B), 0),
    v128.store(b, v128.shuffle(v2, v3, B), 16),
    v128.store32Lane(b, v4, 1, 32),
  )
}

/** G1. References of a step: P0, Q0, P1, Q1. */
export function writeG1(writer: ModuleWriter, fq: FieldKernel): PointKernel {
  const ADDRESSES = ["i32", "i32", "i32"] as const
  const loadX = writer.func("g1_loadX", ADDRESSES, "none", ([out, p, q], newLocal) => {
    const pair = newPair(newLocal)
    return [interleave(pair, pointOf(p), pointOf(q)), storePair(out, pair)]
  })
  const loadY = writer.func("g1_loadY", ADDRESSES, "none", ([out, p, q], newLocal) => {
    const pair = newPair(newLocal)
    const mask = newLocal("v128")
    const ordinate = (reference: Expr<"i32">): Address => i32.add(pointOf(reference), i32.const(SINGLE_BYTES))
    return [
      mask.set(i32x4.splat(signOf(p))),
      mask.set(i32x4.replaceLane(i32x4.replaceLane(mask, 1, signOf(q)), 3, signOf(q))),
      interleave(pair, ordinate(p), ordinate(q)),
      storePair(
        out,
        pair.map((vector, i) => negateLanes(vector, mask, fq.constants, i)),
      ),
    ]
  })
  const store = writer.func("g1_store", ADDRESSES, "none", ([out, x, y]) => {
    const pair = (address: Address): Vector[] => [0, 1, 2, 3, 4].map((i) => loadVector(address, i))
    const at = (offset: number): Address => i32.add(out, i32.const(offset))
    return [
      separate(at(0), at(2 * SINGLE_BYTES), pair(x)),
      separate(at(SINGLE_BYTES), at(3 * SINGLE_BYTES), pair(y)),
    ]
  })
  const onBoth =
    (load: Func<typeof ADDRESSES, "none">): PointKernel["loadX"] =>
    (out, step, which) =>
      load(out, i32.load(step, 4 * which), i32.load(step, 8 + 4 * which))
  const field = { ...fq, subFactor: fq.subLazy }
  const shape = { name: "g1", pointBytes: 2 * SINGLE_BYTES, additions: 2 } as const
  return { ...shape, ...field, loadX: onBoth(loadX), loadY: onBoth(loadY), store }
}

/** G2. References of a step: P, Q. */
export function writeG2(writer: ModuleWriter, fq: FieldKernel, fq2: Fq2Kernel): PointKernel {
  const copy = (out: Address, from: Address): Statement =>
    storePair(
      out,
      [0, 1, 2, 3, 4].map((i) => loadVector(from, i)),
    )
  const loadX = writer.func("g2_loadX", ["i32", "i32"], "none", ([out, p]) => [copy(out, pointOf(p))])
  const loadY = writer.func("g2_loadY", ["i32", "i32"], "none", ([out, p], newLocal) => {
    const [mask, from] = [newLocal("v128"), newLocal("i32")]
    const pair = newPair(newLocal)
    return [
      mask.set(i32x4.splat(signOf(p))),
      from.set(i32.add(pointOf(p), i32.const(PAIR_BYTES))),
      setPair(pair, (i) => negateLanes(loadVector(from, i), mask, fq.constants, i)),
      carry(pair, fq.constants), // up to 2p, limbs of 29 bits: both factors of a product in Fq2 need that
      storePair(out, pair),
    ]
  })
  const store = writer.func("g2_store", ["i32", "i32", "i32"], "none", ([out, x, y]) => [
    copy(out, x),
    copy(i32.add(out, i32.const(PAIR_BYTES)), y),
  ])
  const field = { ...fq, ...fq2, subFactor: fq.sub }
  return {
    ...field,
    name: "g2",
    pointBytes: 2 * PAIR_BYTES,
    additions: 1,
    loadX: (out, step, which) => loadX(out, i32.load(step, 4 * which)),
    loadY: (out, step, which) => loadY(out, i32.load(step, 4 * which)),
    store,
  }
}
