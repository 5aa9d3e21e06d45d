// Fq2 = Fq[u]/(u² + 1) on pairs: one lane computes the coefficient of 1, the other that of u.
import type { FieldConstants } from "./field-constants.ts"
import type { FieldKernel } from "./field-kernel.ts"
import { requireFits, sumOfProducts } from "./field-product.ts"
import { i32, i32x4, v128 } from "./instructions.ts"
import { constantVector, loadVector, newPair, setPair, storePair } from "./pair-code.ts"
import type { PairLocals } from "./pair-code.ts"
import type { Expr } from "./wasm-code.ts"
import type { Func, ModuleWriter } from "./wasm-writer.ts"

type Vector = Expr<"v128">

/** What Fq2 has beyond the sums of Fq, which work lane by lane. Operands are normal, results too. */
export interface Fq2Kernel {
  readonly mul: Func<readonly ["i32", "i32", "i32"], "none">
  readonly square: Func<readonly ["i32", "i32"], "none">
  /** @param table - 17 pairs of scratch */
  readonly inverse: Func<readonly ["i32", "i32", "i32"], "none">
}

/** The lanes of the coefficients of 1 and of u. */
const UNIT_LANES = v128.const(-1, 0, -1, 0)
const U_LANES = v128.const(0, -1, 0, -1)

/** Writes multiplication, squaring and inversion. */
export function writeFq2(writer: ModuleWriter, fq: FieldKernel): Fq2Kernel {
  const { constants } = fq
  return {
    mul: writeMul(writer, constants),
    square: writeSquare(writer, constants),
    inverse: writeInverse(writer, fq),
  }
}

/** (a0 + a1·u)(b0 + b1·u): a0·(b0, b1) + a1·(-b1, b0), reduced once. */
function writeMul(writer: ModuleWriter, constants: FieldConstants): Fq2Kernel["mul"] {
  requireFits([1, 1], [1, 2])
  return writer.func("fq2_mul", ["i32", "i32", "i32"], "none", ([out, a, b], newLocal) => {
    const [right, turned] = [newPair(newLocal), newPair(newLocal)]
    const mask = newLocal("v128")
    const terms = [
      { left: (row: number) => v128.load32Splat(a, 8 * row), right: limbOf(right) },
      { left: (row: number) => v128.load32Splat(a, 8 * row + 4), right: limbOf(turned) },
    ]
    return [
      mask.set(UNIT_LANES),
      setPair(right, (i) => loadVector(b, i)),
      setPair(turned, (i) => negateLanes(swap(right[i] ?? mask), mask, constants, i)),
      sumOfProducts(newLocal, constants, out, terms),
    ]
  })
}

/** (a0 + a1)(a0 - a1) in one lane, a0·2a1 in the other. */
function writeSquare(writer: ModuleWriter, constants: FieldConstants): Fq2Kernel["square"] {
  requireFits([2, 3])
  return writer.func("fq2_square", ["i32", "i32"], "none", ([out, a], newLocal) => {
    const [left, right] = [newPair(newLocal), newPair(newLocal)]
    const both = (i: number, lane: 0 | 1): Vector => {
      const lanes = [lane, lane, lane + 2, lane + 2]
      return v128.shuffle(loadVector(a, i), loadVector(a, i), lanes)
    }
    const mask = newLocal("v128")
    const half = (row: number): readonly number[] => (row % 2 === 0 ? [0, 1, 0, 1] : [2, 3, 2, 3])
    const limb = (row: number): Vector => left[row >> 1] ?? mask
    return [
      mask.set(UNIT_LANES),
      setPair(left, (i) => i32x4.add(both(i, 0), v128.and(both(i, 1), mask))),
      setPair(right, (i) => {
        const difference = i32x4.add(i32x4.sub(both(i, 0), both(i, 1)), constantVector(constants.raised2, i))
        return v128.select(difference, i32x4.add(both(i, 1), both(i, 1)), mask)
      }),
      sumOfProducts(newLocal, constants, out, [
        { left: (row) => v128.shuffle(limb(row), limb(row), half(row)), right: limbOf(right) },
      ]),
    ]
  })
}

/** (a0 - a1·u) / (a0² + a1²). */
function writeInverse(writer: ModuleWriter, fq: FieldKernel): Fq2Kernel["inverse"] {
  return writer.func("fq2_inverse", ["i32", "i32", "i32"], "none", ([out, a, table], newLocal) => {
    const [squares, conjugate] = [newPair(newLocal), newPair(newLocal)]
    const norm = i32.add(table, i32.const(16 * 72))
    return [
      setPair(conjugate, (i) => negateLanes(loadVector(a, i), U_LANES, fq.constants, i)),
      fq.square(norm, a),
      setPair(squares, (i) => swap(loadVector(norm, i))),
      storePair(out, squares),
      fq.add(norm, norm, out),
      fq.inverse(norm, norm, table),
      storePair(out, conjugate),
      fq.mul(out, norm, out),
    ]
  })
}

/** 2p minus the lanes where the mask is all ones; their limbs then go up to 2^30. */
export function negateLanes(vector: Vector, mask: Vector, constants: FieldConstants, i: number): Vector {
  const raised = v128.and(constantVector(constants.raised2, i), mask)
  return i32x4.add(i32x4.sub(v128.xor(vector, mask), mask), raised)
}

/** Exchanges the two elements of a pair. */
function swap(vector: Vector): Vector {
  return v128.shuffle(vector, vector, [1, 0, 3, 2])
}

const limbOf =
  (pair: PairLocals) =>
  (limb: number): Vector | null =>
    pair[limb >> 1] ?? null
