// The instructions we use, by type. WebAssembly Core Specification 2.0, sections 5.4 and 4.4.
import { expr, signed, statement, unsigned } from "./wasm-code.ts"
import type { Expr, Statement } from "./wasm-code.ts"

type Address = Expr<"i32">
type Binary<T extends "i32" | "i64" | "v128"> = (a: Expr<T>, b: Expr<T>) => Expr<T>
type Compare<T extends "i32" | "i64"> = (a: Expr<T>, b: Expr<T>) => Expr<"i32">

const binary =
  <T extends "i32" | "i64" | "v128">(type: T, ...opcode: number[]): Binary<T> =>
  (a, b) =>
    expr(type, a.code, b.code, ...opcode)

const compare =
  <T extends "i32" | "i64">(opcode: number): Compare<T> =>
  (a, b) =>
    expr("i32", a.code, b.code, opcode)

/** Offset and an alignment of one byte: alignment is only a hint. */
const at = (offset: number): number[] => [0, ...unsigned(offset)]

export const i32 = {
  const: (value: number): Expr<"i32"> => expr("i32", 0x41, ...signed(BigInt(value | 0))),
  add: binary("i32", 0x6a),
  sub: binary("i32", 0x6b),
  mul: binary("i32", 0x6c),
  and: binary("i32", 0x71),
  or: binary("i32", 0x72),
  xor: binary("i32", 0x73),
  shl: binary("i32", 0x74),
  shrU: binary("i32", 0x76),
  eqz: (a: Expr<"i32">): Expr<"i32"> => expr("i32", a.code, 0x45),
  eq: compare<"i32">(0x46),
  ne: compare<"i32">(0x47),
  ltU: compare<"i32">(0x49),
  gtS: compare<"i32">(0x4a),
  gtU: compare<"i32">(0x4b),
  wrap: (a: Expr<"i64">): Expr<"i32"> => expr("i32", a.code, 0xa7),
  load: (address: Address, offset = 0): Expr<"i32"> => expr("i32", address.code, 0x28, ...at(offset)),
  load8: (address: Address, offset = 0): Expr<"i32"> => expr("i32", address.code, 0x2d, ...at(offset)),
  store: (address: Address, value: Expr<"i32">, offset = 0): Statement =>
    statement(address.code, value.code, 0x36, ...at(offset)),
} as const

export const i64 = {
  const: (value: bigint): Expr<"i64"> => expr("i64", 0x42, ...signed(BigInt.asIntN(64, value))),
  add: binary("i64", 0x7c),
  and: binary("i64", 0x83),
  or: binary("i64", 0x84),
  shl: binary("i64", 0x86),
  shrU: binary("i64", 0x88),
  extend: (a: Expr<"i32">): Expr<"i64"> => expr("i64", a.code, 0xad),
  load: (address: Address, offset = 0): Expr<"i64"> => expr("i64", address.code, 0x29, ...at(offset)),
  load32: (address: Address, offset = 0): Expr<"i64"> => expr("i64", address.code, 0x35, ...at(offset)),
  store32: (address: Address, value: Expr<"i64">, offset = 0): Statement =>
    statement(address.code, value.code, 0x3e, ...at(offset)),
} as const

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)]
const vector = (opcode: number): Binary<"v128"> => binary("v128", ...simd(opcode))
const vectorLoad =
  (opcode: number) =>
  (address: Address, offset = 0): Expr<"v128"> =>
    expr("v128", address.code, ...simd(opcode), ...at(offset))
const vectorShift =
  (opcode: number) =>
  (a: Expr<"v128">, bits: number): Expr<"v128"> =>
    expr("v128", a.code, i32.const(bits).code, ...simd(opcode))

export const v128 = {
  load: vectorLoad(0),
  load32Splat: vectorLoad(9),
  load64Splat: vectorLoad(10),
  /** 32 or 64 bits into the low lanes, zeros above. */
  load32Zero: vectorLoad(0x5c),
  load64Zero: vectorLoad(0x5d),
  store: (address: Address, value: Expr<"v128">, offset = 0): Statement =>
    statement(address.code, value.code, ...simd(11), ...at(offset)),
  store32Lane: (address: Address, value: Expr<"v128">, lane: number, offset = 0): Statement =>
    statement(address.code, value.code, ...simd(0x5a), ...at(offset), lane),
  store64Lane: (address: Address, value: Expr<"v128">, lane: number, offset = 0): Statement =>
    statement(address.code, value.code, ...simd(0x5b), ...at(offset), lane),
  zero: expr("v128", ...simd(12), ...new Array<number>(16).fill(0)),
  /** Four 32-bit lanes. */
  const: (...lanes: readonly number[]): Expr<"v128"> =>
    expr("v128", ...simd(12), ...new Uint8Array(Int32Array.from(lanes).buffer)),
  /** 1 when any bit is set. */
  anyTrue: (a: Expr<"v128">): Expr<"i32"> => expr("i32", a.code, ...simd(0x53)),
  and: vector(0x4e),
  or: vector(0x50),
  xor: vector(0x51),
  /** Bits of a where the mask is 1, of b where it is 0. */
  select: (a: Expr<"v128">, b: Expr<"v128">, mask: Expr<"v128">): Expr<"v128"> =>
    expr("v128", a.code, b.code, mask.code, ...simd(0x52)),
  /** 32-bit lanes of a (0 to 3) and b (4 to 7). */
  shuffle: (a: Expr<"v128">, b: Expr<"v128">, lanes: readonly number[]): Expr<"v128"> =>
    expr(
      "v128",
      a.code,
      b.code,
      ...simd(13),
      ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]),
    ),
} as const

export const i32x4 = {
  add: vector(0xae),
  sub: vector(0xb1),
  mul: vector(0xb5),
  gtS: vector(0x3b),
  shrS: vectorShift(0xac),
  splat: (a: Expr<"i32">): Expr<"v128"> => expr("v128", a.code, ...simd(0x11)),
  replaceLane: (a: Expr<"v128">, lane: number, value: Expr<"i32">): Expr<"v128"> =>
    expr("v128", a.code, value.code, ...simd(0x1c), lane),
  extractLane: (a: Expr<"v128">, lane: number): Expr<"i32"> => expr("i32", a.code, ...simd(0x1b), lane),
} as const

export const i64x2 = {
  add: vector(0xce),
  shrU: vectorShift(0xcd),
  /** Products of unsigned 32-bit lanes: of lanes 0 and 1, or of lanes 2 and 3. */
  extmulLow: vector(0xde),
  extmulHigh: vector(0xdf),
} as const
