// Scalars as signed digits, and points sorted by digit.
//
// A scalar k is kept as k + Σ 2^(c-1)·2^(c·w): then digit w is bits c·w to c·w + c - 1 less 2^(c-1), from -2^(c-1) to
// 2^(c-1) - 1, and no digit waits for the carry of another.
import { i32, i64 } from "./instructions.ts"
import { block, countUp, giveBack, loopWhile, when } from "./wasm-code.ts"
import type { Expr, Local, Statement } from "./wasm-code.ts"
import type { ModuleWriter, NewLocal } from "./wasm-writer.ts"

/** Bytes of a raised scalar: 264 bits and what a 64-bit read touches beyond. */
export const RAISED_BYTES = 40

type Address = Expr<"i32">
const WORD = 4

/** Σ 2^(c-1)·2^(c·w) over the windows, little-endian: what raises a scalar. */
export function biasOf({ width, windows }: { readonly width: number; readonly windows: number }): Uint8Array {
  const bytes = new Uint8Array(RAISED_BYTES)
  for (let window = 0; window < windows; window++) {
    const bit = window * width + width - 1
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
  return bytes
}

const word = (base: Address, index: Expr<"i32">): Address => i32.add(base, i32.mul(index, i32.const(WORD)))
const plusOne = (value: Expr<"i32">): Expr<"i32"> => i32.add(value, i32.const(1))

/** Writes the functions of this file; each has its own comment. */
export function writeDigits(writer: ModuleWriter): void {
  writeRaise(writer)
  writeCount(writer)
  writePlace(writer)
  writePairUp(writer)
}

/** `raise(out, scalars, count, bias)`: 32-byte scalars plus the bias of 40 bytes. */
function writeRaise(writer: ModuleWriter): void {
  writer.func("raise", ["i32", "i32", "i32", "i32"], "none", ([out, scalars, count, bias], newLocal) => {
    const [i, from, to] = [newLocal("i32"), newLocal("i32"), newLocal("i32")]
    const sum = newLocal("i64")
    const words = Array.from({ length: RAISED_BYTES / WORD }, (_, k) => {
      const carried = i64.add(i64.shrU(sum, i64.const(32n)), i64.load32(bias, WORD * k))
      const next = k < 8 ? i64.add(carried, i64.load32(from, WORD * k)) : carried
      return block(sum.set(next), i64.store32(to, sum, WORD * k))
    })
    const body = block(
      from.set(i32.add(scalars, i32.mul(i, i32.const(32)))),
      to.set(i32.add(out, i32.mul(i, i32.const(RAISED_BYTES)))),
      sum.set(i64.const(0n)),
      ...words,
    )
    return [countUp(i, i32.const(0), count, body)]
  })
}

interface DigitReader {
  readonly digit: Local<"i32">
  readonly magnitude: Local<"i32">
  readonly read: (i: Expr<"i32">) => Statement
}

/** Reads the digit of term i: the scalar it belongs to stands in `terms`. */
function digitReader(
  newLocal: NewLocal,
  scalars: Address,
  terms: Address,
  bit: Expr<"i32">,
  width: Expr<"i32">,
): DigitReader {
  const [digit, magnitude, at] = [newLocal("i32"), newLocal("i32"), newLocal("i32")]
  const half = i32.shl(i32.const(1), i32.sub(width, i32.const(1)))
  const mask = i32.sub(i32.shl(i32.const(1), width), i32.const(1))
  const shift = i64.extend(i32.and(bit, i32.const(7)))
  return {
    digit,
    magnitude,
    read: (i) =>
      block(
        at.set(i32.add(scalars, i32.mul(i32.load(word(terms, i)), i32.const(RAISED_BYTES)))),
        at.set(i32.add(at, i32.shrU(bit, i32.const(3)))),
        digit.set(i32.sub(i32.and(i32.wrap(i64.shrU(i64.load(at), shift)), mask), half)),
        magnitude.set(digit),
        when(i32.gtS(i32.const(0), digit), magnitude.set(i32.sub(i32.const(0), digit))),
      ),
  }
}

/** `countDigits(scalars, terms, count, bit, width, counts)`: counts[|digit|] += 1; digit 0 is counted too. */
function writeCount(writer: ModuleWriter): void {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const
  writer.func("countDigits", params, "none", ([scalars, terms, count, bit, width, counts], newLocal) => {
    const i = newLocal("i32")
    const { magnitude, read } = digitReader(newLocal, scalars, terms, bit, width)
    const slot = word(counts, magnitude)
    return [countUp(i, i32.const(0), count, block(read(i), i32.store(slot, plusOne(i32.load(slot)))))]
  })
}

/**
 * `placeDigits(scalars, terms, count, bit, width, points, pointBytes, places, references)`: writes a reference to every
 * point with a digit other than 0 at the place of its magnitude, and moves that place on.
 */
function writePlace(writer: ModuleWriter): void {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const
  writer.func(
    "placeDigits",
    params,
    "none",
    ([scalars, terms, count, bit, width, points, pointBytes, places, references], newLocal) => {
      const [i, place] = [newLocal("i32"), newLocal("i32")]
      const { digit, magnitude, read } = digitReader(newLocal, scalars, terms, bit, width)
      const slot = word(places, magnitude)
      const point = i32.add(points, i32.mul(i, pointBytes))
      const write = block(
        place.set(i32.load(slot)),
        i32.store(slot, plusOne(place)),
        i32.store(word(references, place), i32.or(point, i32.shrU(digit, i32.const(31)))),
      )
      return [countUp(i, i32.const(0), count, block(read(i), when(magnitude, write)))]
    },
  )
}

/**
 * `pairUp(references, counts, groups, pairs, out, pointBytes)`: one round of adding up the points of every group.
 * References lie group by group. Neighbours of a group become pairs; the reference to their sum, which will lie at the
 * next place from `out` on, stands for both, and an odd one stays. Gives back the number of pairs.
 */
function writePairUp(writer: ModuleWriter): void {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const
  writer.func("pairUp", params, "i32", ([references, counts, groups, pairs, out, pointBytes], newLocal) => {
    const [group, left, from, to] = [newLocal("i32"), newLocal("i32"), newLocal("i32"), newLocal("i32")]
    const [made, slot] = [newLocal("i32"), newLocal("i32")]
    const move = (local: Local<"i32">, bytes: number): Statement =>
      local.set(i32.add(local, i32.const(bytes)))
    const pair = i32.add(pairs, i32.shl(made, i32.const(3)))
    const makePair = block(
      i64.store32(pair, i64.load32(from)),
      i64.store32(pair, i64.load32(from, WORD), WORD),
      i32.store(to, i32.add(out, i32.mul(made, pointBytes))),
      made.set(plusOne(made)),
      move(from, 2 * WORD),
      move(to, WORD),
      left.set(i32.sub(left, i32.const(2))),
    )
    const keepOdd = block(i32.store(to, i32.load(from)), move(from, WORD), move(to, WORD))
    const half = i32.shrU(plusOne(i32.load(slot)), i32.const(1))
    const body = block(
      slot.set(word(counts, group)),
      left.set(i32.load(slot)),
      loopWhile(i32.gtU(left, i32.const(1)), makePair),
      when(left, keepOdd),
      i32.store(slot, half),
    )
    return [
      from.set(references),
      to.set(references),
      made.set(i32.const(0)),
      countUp(group, i32.const(0), groups, body),
      giveBack(made),
    ]
  })
}
