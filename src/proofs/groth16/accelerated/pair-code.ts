// Pieces of code that work on pairs: loads, stores, carries, and the reduction of small sums.
import type { FieldConstants } from "./field-constants.ts"
import { LIMB_BITS, PAIR_BYTES } from "./layout.ts"
import { i32, i32x4, v128 } from "./instructions.ts"
import { block } from "./wasm-code.ts"
import type { Expr, Local, Statement } from "./wasm-code.ts"
import type { NewLocal } from "./wasm-writer.ts"

type Vector = Expr<"v128">

/** Five vectors: limbs 0 and 1, 2 and 3, 4 and 5, 6 and 7, then limb 8 in the low half. */
export type PairLocals = readonly Local<"v128">[]

const VECTORS = 5
const ALL = [0, 1, 2, 3, 4] as const

/** Variables for one pair. */
export function newPair(newLocal: NewLocal): PairLocals {
  return ALL.map(() => newLocal("v128"))
}

/** Vector i of the pair at an address, which needs no bytes beyond its 72. */
export function loadVector(address: Expr<"i32">, i: number): Vector {
  return i === VECTORS - 1 ? v128.load64Zero(address, 16 * i) : v128.load(address, 16 * i)
}

/** Vector i of a constant. */
export function constantVector(at: number, i: number): Vector {
  return v128.load(i32.const(0), at + 16 * i)
}

/** Sets the variables from an expression per vector. */
export function setPair(pair: PairLocals, vector: (i: number) => Vector): Statement {
  return block(...pair.map((local, i) => local.set(vector(i))))
}

/** Stores 72 bytes. */
export function storePair(address: Expr<"i32">, pair: readonly Vector[]): Statement {
  return block(
    ...pair.map((vector, i) =>
      i === VECTORS - 1
        ? v128.store64Lane(address, vector, 0, PAIR_BYTES - 8)
        : v128.store(address, vector, 16 * i),
    ),
  )
}

/** Gives limbs 29 bits again, from the lowest up; limbs may be negative, the value must not be. */
export function carry(pair: PairLocals, constants: FieldConstants): Statement {
  const mask = constantVector(constants.mask, 0)
  const high = (vector: Vector): Vector => i32x4.shrS(vector, LIMB_BITS)
  const steps: Statement[] = []
  pair.forEach((vector, i) => {
    const next = pair[i + 1]
    if (next === undefined) return
    steps.push(vector.set(i32x4.add(vector, v128.shuffle(v128.zero, high(vector), [0, 1, 4, 5]))))
    steps.push(next.set(i32x4.add(next, v128.shuffle(high(vector), v128.zero, [2, 3, 6, 7]))))
    steps.push(vector.set(v128.and(vector, mask)))
  })
  return block(...steps)
}

/**
 * Takes a value of 0 to 5p with limbs between -2^31 and 2^31 down below 1.00001p. The multiple of p is guessed from the
 * highest limb, a little low on purpose, so that the result is never negative.
 */
export function reduce(pair: PairLocals, constants: FieldConstants, count: Local<"v128">): Statement {
  const top = pair[VECTORS - 1] ?? count
  const exceeds = (k: number): Vector => i32x4.gtS(top, constantVector(constants.thresholds, k))
  const sum = [1, 2, 3].reduce((total: Vector, k) => i32x4.add(total, exceeds(k)), exceeds(0))
  return block(
    count.set(sum), // -1 for each threshold passed
    count.set(v128.shuffle(count, count, [0, 1, 0, 1])),
    setPair(pair, (i) => i32x4.add(pair[i] ?? count, i32x4.mul(count, constantVector(constants.p, i)))),
    carry(pair, constants),
  )
}
