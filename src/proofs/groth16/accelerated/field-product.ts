// Montgomery multiplication of two pairs at once, lane by lane: eprint 2017/1057 describes the interleaved form.
import type { FieldConstants } from "./field-constants.ts"
import { i32x4, i64x2, v128 } from "./instructions.ts"
import { LIMB_BITS, LIMBS } from "./layout.ts"
import { constantVector, storePair } from "./pair-code.ts"
import { block } from "./wasm-code.ts"
import type { Expr, Local, Statement } from "./wasm-code.ts"
import type { NewLocal } from "./wasm-writer.ts"

type Vector = Expr<"v128">

/** One term of a sum of products: a limb of the left factor in all lanes, times the right factor. */
export interface Term {
  /** Limb `row` of the left factor: lanes 0 and 1, and again in lanes 2 and 3. */
  readonly left: (row: number) => Vector
  /** The vector with limb `limb` of the right factor, null where the row leaves it out. */
  readonly right: (limb: number, row: number) => Vector | null
}

/** Variables of a product. */
interface Work {
  readonly columns: readonly Local<"v128">[]
  readonly factor: Local<"v128">
  readonly carry: Local<"v128">
}

/** Products of two full limbs that 64 bits hold, less one for carries. */
const COLUMN_LIMIT = 63

/**
 * Refuses a sum of products that may exceed 64 bits in a column.
 * @param limbs - for each term, the bounds of the limbs of both factors, in 2^29
 */
export function requireFits(...limbs: readonly (readonly [left: number, right: number])[]): void {
  const products = limbs.reduce((sum, [left, right]) => sum + LIMBS * left * right, LIMBS)
  if (products > COLUMN_LIMIT) throw new RangeError("a column of this product may overflow")
}

/** Stores Σ left·right / R mod p at `out`, limbs of 29 bits, value below (Σ left·right)/R + p. */
export function sumOfProducts(
  newLocal: NewLocal,
  constants: FieldConstants,
  out: Expr<"i32">,
  terms: readonly Term[],
): Statement {
  const columns = Array.from({ length: LIMBS }, () => newLocal("v128"))
  const work: Work = { columns, factor: newLocal("v128"), carry: newLocal("v128") }
  const rows = columns.map((_, row) =>
    block(...terms.map((term, k) => addRow(work, term, row, k === 0)), reduceRow(work, constants)),
  )
  return block(...rows, finish(work, constants, out))
}

/** columns += limb `row` of the left factor times the right one. The highest column is new in every row. */
function addRow({ columns, factor }: Work, { left, right }: Term, row: number, isFirst: boolean): Statement {
  const steps = columns.flatMap((column, j) => {
    const vector = right(j, row)
    if (vector === null) return []
    const product = multiplyLimb(factor, vector, j)
    const isNew = isFirst && (row === 0 || j === LIMBS - 1)
    return [column.set(isNew ? product : i64x2.add(column, product))]
  })
  return block(factor.set(left(row)), ...steps)
}

/** Adds the multiple of p that makes the lowest column divisible by 2^29, then shifts the columns down by one. */
function reduceRow({ columns, factor, carry }: Work, constants: FieldConstants): Statement {
  const [lowest = carry, ...others] = columns
  const product = (j: number): Vector => multiplyLimb(factor, constantVector(constants.p, j >> 1), j)
  const inverse = constantVector(constants.negativeInverse, 0)
  const multiple = v128.and(i32x4.mul(lowest, inverse), constantVector(constants.evenMask, 0))
  return block(
    factor.set(multiple),
    factor.set(v128.shuffle(factor, factor, [0, 2, 0, 2])),
    carry.set(i64x2.shrU(i64x2.add(lowest, product(0)), LIMB_BITS)),
    ...others.map((column, i) => {
      const sum = i64x2.add(column, product(i + 1))
      return (columns[i] ?? carry).set(i === 0 ? i64x2.add(sum, carry) : sum)
    }),
  )
}

/** The eight columns that are left, with carries, as a pair. */
function finish({ columns, carry }: Work, constants: FieldConstants, out: Expr<"i32">): Statement {
  const mask = constantVector(constants.mask, 0)
  const carries = columns.slice(0, LIMBS - 1).map((column, j) => {
    const next = columns[j + 1] ?? carry
    const over = i64x2.shrU(column, LIMB_BITS)
    return next.set(j === LIMBS - 2 ? over : i64x2.add(next, over)) // the last row left the highest column empty
  })
  const packed = [0, 2, 4, 6, 8].map((j) => {
    const [low, high] = [columns[j] ?? carry, columns[j + 1] ?? v128.zero]
    const limbs = v128.shuffle(low, high, [0, 2, 4, 6])
    return j === LIMBS - 1 ? limbs : v128.and(limbs, mask)
  })
  return block(...carries, storePair(out, packed))
}

/** Even limbs of a pair lie in the low half of a vector, odd ones in the high half. */
function multiplyLimb(factor: Vector, right: Vector, limb: number): Vector {
  return limb % 2 === 0 ? i64x2.extmulLow(factor, right) : i64x2.extmulHigh(factor, right)
}
