// The arithmetic of one prime field on pairs in memory. Every function takes addresses; results may lie on operands.
import type { FieldConstants } from "./field-constants.ts"
import { requireFits, sumOfProducts } from "./field-product.ts"
import type { Term } from "./field-product.ts"
import { i32, i32x4, v128 } from "./instructions.ts"
import { PAIR_BYTES } from "./layout.ts"
import { carry, constantVector, loadVector, newPair, reduce, setPair, storePair } from "./pair-code.ts"
import type { PairLocals } from "./pair-code.ts"
import { block, countUp } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"
import type { Func, ModuleWriter, NewLocal } from "./wasm-writer.ts"

type Binary = Func<readonly ["i32", "i32", "i32"], "none">
type Unary = Func<readonly ["i32", "i32"], "none">

/** The functions of a field. `out` comes first. Normal: limbs of 29 bits and below 1.1p. */
export interface FieldKernel {
  readonly constants: FieldConstants
  /** Normal. The second factor may come out of `subLazy`. */
  readonly mul: Binary
  /** The same with a single as first factor of both lanes. */
  readonly mulSingle: Binary
  readonly square: Unary
  /** Normal, of normal operands. */
  readonly add: Binary
  readonly sub: Binary
  /** a - b + 4p with limbs up to 5·2^29, only a second factor of `mul`; a and b may have limbs up to 2^30. */
  readonly subLazy: Binary
  /** Normal: a - b - c. In `sub`, b may be a negated ordinate: up to 2p, limbs up to 2^30. */
  readonly subTwice: Func<readonly ["i32", "i32", "i32", "i32"], "none">
  /** The number below p: in the same form, and out of Montgomery form. */
  readonly canonical: Unary
  readonly plain: Unary
  /** 1/a in both lanes, 0 for 0, by a^(p-2); takes 26 microseconds. @param table - 16 pairs of scratch */
  readonly inverse: Func<readonly ["i32", "i32", "i32"], "none">
}

/** Writes the functions of a field. @param name - what their names begin with */
export function writeField(writer: ModuleWriter, name: string, constants: FieldConstants): FieldKernel {
  const { mul, mulSingle, square } = writeProducts(writer, name, constants)
  return {
    constants,
    mul,
    mulSingle,
    square,
    ...writeSums(writer, name, constants),
    canonical: writeCanonical(writer, `${name}_canonical`, constants, mul, constants.one),
    plain: writeCanonical(writer, `${name}_plain`, constants, mul, constants.plainOne),
    inverse: writeInverse(writer, name, constants, mul, square),
  }
}

/** A factor in variables: it is read nine times. */
function loadFactor(newLocal: NewLocal, address: Expr<"i32">): { load: Statement; factor: PairLocals } {
  const factor = newPair(newLocal)
  return { load: setPair(factor, (i) => loadVector(address, i)), factor }
}

function writeProducts(writer: ModuleWriter, name: string, constants: FieldConstants) {
  requireFits([1, 5])
  requireFits([1, 2])
  const product = (suffix: string, left: (address: Expr<"i32">, row: number) => Expr<"v128">): Binary =>
    writer.func(`${name}_${suffix}`, ["i32", "i32", "i32"], "none", ([out, a, b], newLocal) => {
      const { load, factor } = loadFactor(newLocal, b)
      const term: Term = { left: (row) => left(a, row), right: (limb) => factor[limb >> 1] ?? null }
      return [load, sumOfProducts(newLocal, constants, out, [term])]
    })
  const mul = product("mul", (address, row) => v128.load64Splat(address, 8 * row))
  const mulSingle = product("mulSingle", (address, row) => v128.load32Splat(address, 4 * row))
  const square = writer.func(`${name}_square`, ["i32", "i32"], "none", ([out, a], newLocal) => {
    const { load, factor } = loadFactor(newLocal, a)
    const twice = newPair(newLocal)
    const right: Term["right"] = (limb, row) =>
      limb < row ? null : ((limb === row ? factor : twice)[limb >> 1] ?? null) // a_i·a_j and a_j·a_i at once
    const double = setPair(twice, (i) => i32x4.add(loadVector(a, i), loadVector(a, i)))
    const term: Term = { left: (row) => v128.load64Splat(a, 8 * row), right }
    return [load, double, sumOfProducts(newLocal, constants, out, [term])]
  })
  return { mul, mulSingle, square }
}

function writeSums(writer: ModuleWriter, name: string, constants: FieldConstants) {
  type Operand = (i: number) => Expr<"v128">
  const at =
    (address: Expr<"i32">): Operand =>
    (i) =>
      loadVector(address, i)
  const constant =
    (address: number): Operand =>
    (i) =>
      constantVector(address, i)
  const reduced = (newLocal: NewLocal, out: Expr<"i32">, sum: Operand): Statement[] => {
    const pair = newPair(newLocal)
    return [setPair(pair, sum), reduce(pair, constants, newLocal("v128")), storePair(out, pair)]
  }
  const difference =
    (a: Operand, b: Operand, raise: Operand): Operand =>
    (i) =>
      i32x4.sub(i32x4.add(a(i), raise(i)), b(i))
  const triple = constant(constants.triple)
  return {
    add: writer.func(`${name}_add`, ["i32", "i32", "i32"], "none", ([out, a, b], newLocal) =>
      reduced(newLocal, out, (i) => i32x4.add(at(a)(i), at(b)(i))),
    ),
    sub: writer.func(`${name}_sub`, ["i32", "i32", "i32"], "none", ([out, a, b], newLocal) =>
      reduced(newLocal, out, difference(at(a), at(b), triple)),
    ),
    subLazy: writer.func(`${name}_subLazy`, ["i32", "i32", "i32"], "none", ([out, a, b]) => {
      const sum = difference(at(a), at(b), constant(constants.raised4))
      return [storePair(out, [0, 1, 2, 3, 4].map(sum))]
    }),
    subTwice: writer.func(
      `${name}_subTwice`,
      ["i32", "i32", "i32", "i32"],
      "none",
      ([out, a, b, c], newLocal) =>
        reduced(
          newLocal,
          out,
          difference(difference(at(a), at(b), triple), at(c), () => v128.zero),
        ),
    ),
  }
}

/** Multiplies by a one, which gives a value below 1.02p, then takes p away where that leaves nothing negative. */
function writeCanonical(
  writer: ModuleWriter,
  name: string,
  constants: FieldConstants,
  mul: Binary,
  one: number,
): Unary {
  return writer.func(name, ["i32", "i32"], "none", ([out, a], newLocal) => {
    const [pair, less] = [newPair(newLocal), newPair(newLocal)]
    const negative = newLocal("v128")
    const top = less[4] ?? negative
    return [
      mul(out, i32.const(one), a),
      setPair(pair, (i) => loadVector(out, i)),
      setPair(less, (i) => i32x4.sub(pair[i] ?? negative, constantVector(constants.p, i))),
      carry(less, constants),
      negative.set(i32x4.shrS(v128.shuffle(top, top, [0, 1, 0, 1]), 31)),
      storePair(
        out,
        pair.map((vector, i) => v128.select(vector, less[i] ?? negative, negative)),
      ),
    ]
  })
}

/** Sixteen powers in a table, then four squarings and one product per hexadecimal digit of p - 2. */
function writeInverse(
  writer: ModuleWriter,
  name: string,
  constants: FieldConstants,
  mul: Binary,
  square: Unary,
): Func<readonly ["i32", "i32", "i32"], "none"> {
  return writer.func(`${name}_inverse`, ["i32", "i32", "i32"], "none", ([out, a, table], newLocal) => {
    const i = newLocal("i32")
    const entry = (index: Expr<"i32">): Expr<"i32"> => i32.add(table, i32.mul(index, i32.const(PAIR_BYTES)))
    const digit = i32.load8(i, constants.exponent)
    const one = i32.const(constants.one)
    const copy = (to: Expr<"i32">, from: Expr<"i32">): Statement =>
      storePair(
        to,
        [0, 1, 2, 3, 4].map((k) => loadVector(from, k)),
      )
    return [
      copy(table, one),
      countUp(i, i32.const(1), i32.const(16), mul(entry(i), a, entry(i32.sub(i, i32.const(1))))),
      copy(out, one),
      countUp(
        i,
        i32.const(0),
        i32.const(64),
        block(...new Array<Statement>(4).fill(square(out, out)), mul(out, entry(digit), out)),
      ),
    ]
  })
}
