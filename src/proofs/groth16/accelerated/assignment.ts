// From a witness to the scalars of the quotient: A·w and B·w row by row, their product, and A·B - C.
import type { Conversions } from "./conversion.ts"
import type { FieldKernel } from "./field-kernel.ts"
import { i32, v128 } from "./instructions.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"
import { SCRATCH } from "./memory-map.ts"
import { loadVector, newPair, setPair, storePair } from "./pair-code.ts"
import { interleave, separate } from "./points.ts"
import { block, countUp } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"
import type { ModuleWriter, NewLocal } from "./wasm-writer.ts"

/** One coefficient of A and one of B of the same row: a pair, then the two wires they belong to. */
export const COEFFICIENT_RECORD = {
  firstWire: PAIR_BYTES,
  secondWire: PAIR_BYTES + 4,
  bytes: PAIR_BYTES + 8,
} as const

type Address = Expr<"i32">

const pairAt = (base: Address, i: Expr<"i32">): Address => i32.add(base, i32.mul(i, i32.const(PAIR_BYTES)))
const term = i32.const(SCRATCH.term)
const left = i32.const(SCRATCH.left)
const right = i32.const(SCRATCH.right)

/** Writes the functions of this file; each has its own comment. */
export function writeAssignment(writer: ModuleWriter, fr: FieldKernel, { pack }: Conversions): void {
  writeRows(writer, fr)
  writeProducts(writer, fr)
  writeQuotient(writer, fr, pack)
}

/** `fr_rows(out, records, counts, rows, witness)`: pair i = (A·w, B·w) of row i; counts[i] records each, singles of w. */
function writeRows(writer: ModuleWriter, fr: FieldKernel): void {
  const params = ["i32", "i32", "i32", "i32", "i32"] as const
  writer.func("fr_rows", params, "none", ([out, records, counts, rows, witness], newLocal) => {
    const [row, k, record, target] = [newLocal("i32"), newLocal("i32"), newLocal("i32"), newLocal("i32")]
    const pair = newPair(newLocal)
    const wire = (offset: number): Address =>
      i32.add(witness, i32.mul(i32.load(record, offset), i32.const(SINGLE_BYTES)))
    const addTerm = block(
      interleave(pair, wire(COEFFICIENT_RECORD.firstWire), wire(COEFFICIENT_RECORD.secondWire)),
      storePair(left, pair),
      fr.mul(term, record, left),
      fr.add(target, target, term),
      record.set(i32.add(record, i32.const(COEFFICIENT_RECORD.bytes))),
    )
    const body = block(
      target.set(pairAt(out, row)),
      storePair(target, new Array<Expr<"v128">>(5).fill(v128.zero)),
      countUp(k, i32.const(0), i32.load(i32.add(counts, i32.shl(row, i32.const(2)))), addTerm),
    )
    return [record.set(records), countUp(row, i32.const(0), rows, body)]
  })
}

/** `left` = A_i, A_j and `right` = B_i, B_j out of the pairs i and j. */
function splitFactors(newLocal: NewLocal, i: Address, j: Address): Statement {
  const pair = newPair(newLocal)
  const pick = (lanes: readonly number[]) => (k: number) =>
    v128.shuffle(loadVector(i, k), loadVector(j, k), lanes)
  return block(
    setPair(pair, pick([0, 4, 2, 6])),
    storePair(left, pair),
    setPair(pair, pick([1, 5, 3, 7])),
    storePair(right, pair),
  )
}

/** `fr_products(out, data, half)`: C_i and C_(i + half) side by side, for i below half. */
function writeProducts(writer: ModuleWriter, fr: FieldKernel): void {
  writer.func("fr_products", ["i32", "i32", "i32"], "none", ([out, data, half], newLocal) => {
    const i = newLocal("i32")
    const body = block(
      splitFactors(newLocal, pairAt(data, i), pairAt(data, i32.add(i, half))),
      fr.mul(pairAt(out, i), left, right),
    )
    return [countUp(i, i32.const(0), half, body)]
  })
}

/** `fr_quotient(out, data, c, half)`: A_i·B_i - C_i as 32-byte numbers below r, in natural order. */
function writeQuotient(writer: ModuleWriter, fr: FieldKernel, pack: Conversions["pack"]): void {
  writer.func("fr_quotient", ["i32", "i32", "i32", "i32"], "none", ([out, data, c, half], newLocal) => {
    const i = newLocal("i32")
    const pair = newPair(newLocal)
    const bytesAt = (index: Expr<"i32">): Address => i32.add(out, i32.shl(index, i32.const(5)))
    const body = block(
      splitFactors(newLocal, pairAt(data, i), pairAt(data, i32.add(i, half))),
      fr.mul(term, left, right),
      fr.sub(term, term, pairAt(c, i)),
      fr.plain(term, term),
      setPair(pair, (k) => loadVector(term, k)),
      separate(left, right, pair),
      pack(bytesAt(i), left),
      pack(bytesAt(i32.add(i, half)), right),
    )
    return [countUp(i, i32.const(0), half, body)]
  })
}
