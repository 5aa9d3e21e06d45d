// Between 32-byte little-endian elements, as witnesses and keys have them, and limbs.
import type { FieldKernel } from "./field-kernel.ts"
import { i32, i64 } from "./instructions.ts"
import { LIMB_BITS, LIMBS, PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"
import { SCRATCH } from "./memory-map.ts"
import { loadVector, newPair, storePair } from "./pair-code.ts"
import { interleave, separate } from "./points.ts"
import { block, countUp } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"
import type { Func, ModuleWriter, NewLocal } from "./wasm-writer.ts"

type Address = Expr<"i32">

/** Conversions that other parts of the kernel call. */
export interface Conversions {
  /** 32 bytes to a single of the same number. */
  readonly unpack: Func<readonly ["i32", "i32"], "none">
  /** A single below 2^256 to 32 bytes. */
  readonly pack: Func<readonly ["i32", "i32"], "none">
}

const ELEMENT_BYTES = 32

const LEFT = i32.const(SCRATCH.left)
const RIGHT = i32.const(SCRATCH.right)
const TERM = i32.const(SCRATCH.term)

const plus = (address: Address, bytes: number): Address => i32.add(address, i32.const(bytes))
const times = (count: Expr<"i32">, bytes: number): Expr<"i32"> => i32.mul(count, i32.const(bytes))

/**
 * Writes `unpackMany(out, bytes, count)` and, for what a key brings, `g1_import(out, bytes, points)`,
 * `g2_import(out, bytes, points)`, `fr_import(record, recordBytes, count)`: two elements at the beginning of each record
 * become a pair in its place.
 */
export function writeConversions(writer: ModuleWriter, fq: FieldKernel, fr: FieldKernel): Conversions {
  const unpack = writer.func("unpack", ["i32", "i32"], "none", ([out, bytes]) => {
    return Array.from({ length: LIMBS }, (_, i) => i64.store32(out, limbAt(bytes, i), 4 * i))
  })
  const pack = writer.func("pack", ["i32", "i32"], "none", ([out, single]) => {
    return Array.from({ length: 8 }, (_, word) => i64.store32(out, wordAt(single, word), 4 * word))
  })
  writer.func("unpackMany", ["i32", "i32", "i32"], "none", ([out, bytes, count], newLocal) => {
    const i = newLocal("i32")
    const one = unpack(i32.add(out, times(i, SINGLE_BYTES)), i32.add(bytes, times(i, ELEMENT_BYTES)))
    return [countUp(i, i32.const(0), count, one)]
  })
  writeImports(writer, fq, fr, pairFrom(unpack))
  writeExports(writer, fq, pack)
  return { unpack, pack }
}

type ToPair = (newLocal: NewLocal, bytes: Address, field: FieldKernel, factor: number) => Statement

/** Leaves the pair of two elements in `term`, below p. */
function pairFrom(unpack: Conversions["unpack"]): ToPair {
  return (newLocal, bytes, field, factor) => {
    const pair = newPair(newLocal)
    return block(
      unpack(LEFT, bytes),
      unpack(RIGHT, plus(bytes, ELEMENT_BYTES)),
      interleave(pair, LEFT, RIGHT),
      storePair(TERM, pair),
      field.mul(TERM, i32.const(factor), TERM),
      field.canonical(TERM, TERM),
    )
  }
}

/** The pair in `term` in variables. */
function termVectors(newLocal: NewLocal): { load: Statement; pair: ReturnType<typeof newPair> } {
  const pair = newPair(newLocal)
  return { pair, load: block(...pair.map((local, i) => local.set(loadVector(TERM, i)))) }
}

function writeImports(writer: ModuleWriter, fq: FieldKernel, fr: FieldKernel, convert: ToPair): void {
  writer.func("g1_import", ["i32", "i32", "i32"], "none", ([out, bytes, count], newLocal) => {
    const i = newLocal("i32")
    const { load, pair } = termVectors(newLocal)
    const target = i32.add(out, times(i, 2 * SINGLE_BYTES))
    const source = i32.add(bytes, times(i, 2 * ELEMENT_BYTES))
    const body = block(
      convert(newLocal, source, fq, fq.constants.fromKey),
      load,
      separate(target, plus(target, SINGLE_BYTES), pair),
    )
    return [countUp(i, i32.const(0), count, body)]
  })
  writer.func("g2_import", ["i32", "i32", "i32"], "none", ([out, bytes, count], newLocal) => {
    const i = newLocal("i32")
    const { load, pair } = termVectors(newLocal)
    const source = i32.add(bytes, times(i, 2 * ELEMENT_BYTES))
    const body = block(
      convert(newLocal, source, fq, fq.constants.fromKey),
      load,
      storePair(i32.add(out, times(i, PAIR_BYTES)), pair),
    )
    return [countUp(i, i32.const(0), i32.add(count, count), body)]
  })
  writer.func("fr_import", ["i32", "i32", "i32"], "none", ([records, recordBytes, count], newLocal) => {
    const i = newLocal("i32")
    const { load, pair } = termVectors(newLocal)
    const record = i32.add(records, i32.mul(i, recordBytes))
    const body = block(
      convert(newLocal, record, fr, fr.constants.fromCoefficient),
      load,
      storePair(record, pair),
    )
    return [countUp(i, i32.const(0), count, body)]
  })
}

/** `g1_export(out, point)`, `g2_export(out, point)`: 64 or 128 bytes as a key has them. */
function writeExports(writer: ModuleWriter, fq: FieldKernel, pack: Conversions["pack"]): void {
  /** The pair in `term` leaves as two elements. */
  const convert = (newLocal: NewLocal, out: Address): Statement => {
    const pair = newPair(newLocal)
    return block(
      fq.mul(TERM, i32.const(fq.constants.toKey), TERM),
      fq.canonical(TERM, TERM),
      ...pair.map((local, i) => local.set(loadVector(TERM, i))),
      separate(LEFT, RIGHT, pair),
      pack(out, LEFT),
      pack(plus(out, ELEMENT_BYTES), RIGHT),
    )
  }
  writer.func("g1_export", ["i32", "i32"], "none", ([out, point], newLocal) => {
    const pair = newPair(newLocal)
    return [interleave(pair, point, plus(point, SINGLE_BYTES)), storePair(TERM, pair), convert(newLocal, out)]
  })
  writer.func("g2_export", ["i32", "i32"], "none", ([out, point], newLocal) =>
    [0, 1].flatMap((half) => [
      storePair(
        TERM,
        [0, 1, 2, 3, 4].map((i) => loadVector(plus(point, PAIR_BYTES * half), i)),
      ),
      convert(newLocal, plus(out, 2 * ELEMENT_BYTES * half)),
    ]),
  )
}

/** Limb i of 32 bytes. The highest one has 24 bits; the bytes read beyond it are masked away. */
function limbAt(bytes: Address, i: number): Expr<"i64"> {
  const bit = LIMB_BITS * i
  const bits = i === LIMBS - 1 ? 256 - bit : LIMB_BITS
  const shifted = i64.shrU(i64.load(bytes, bit >> 3), i64.const(BigInt(bit & 7)))
  return i64.and(shifted, i64.const((1n << BigInt(bits)) - 1n))
}

/** 32-bit word of nine limbs; bits above are left to `store32`, which drops them. */
function wordAt(single: Address, word: number): Expr<"i64"> {
  const first = Math.floor((32 * word) / LIMB_BITS)
  const skip = 32 * word - LIMB_BITS * first
  let value = i64.shrU(i64.load32(single, 4 * first), i64.const(BigInt(skip)))
  for (let limb = first + 1; limb < LIMBS && LIMB_BITS * (limb - first) - skip < 32; limb++) {
    const up = BigInt(LIMB_BITS * (limb - first) - skip)
    value = i64.or(value, i64.shl(i64.load32(single, 4 * limb), i64.const(up)))
  }
  return value
}
