// Typed pieces of WebAssembly code: an expression knows the type it leaves on the stack, a statement leaves nothing.

/** Value types of the code we generate. */
export type ValueType = "i32" | "i64" | "v128"

/** Encoded instructions; nested lists are flattened when a module is written. */
export type Code = readonly (number | Code)[]

/** Code that leaves one value of type T. */
export interface Expr<T extends ValueType> {
  readonly type: T
  readonly code: Code
}

/** Code that leaves nothing. */
export interface Statement {
  readonly type: "none"
  readonly code: Code
}

/** A local variable or parameter: reading it is the expression itself. */
export interface Local<T extends ValueType> extends Expr<T> {
  readonly set: (value: Expr<T>) => Statement
}

/** Unsigned LEB128, below 2^32. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

/** Signed LEB128. */
export function signed(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    bytes.push(done ? low : low | 0x80)
    if (done) return bytes
  }
}

/** An expression out of an operation and its operands. */
export function expr<T extends ValueType>(type: T, ...code: Code): Expr<T> {
  return { type, code }
}

/** A statement out of encoded instructions. */
export function statement(...code: Code): Statement {
  return { type: "none", code }
}

/** Statements one after another, as one. */
export function block(...statements: readonly Statement[]): Statement {
  return statement(...statements.map(({ code }) => code))
}

const VOID = 0x40

/** Runs `then` when the condition is not zero, else `otherwise`. */
export function when(condition: Expr<"i32">, then: Statement, otherwise?: Statement): Statement {
  const tail = otherwise === undefined ? [] : [0x05, otherwise.code]
  return statement(condition.code, 0x04, VOID, then.code, ...tail, 0x0b)
}

/** Runs `body` as long as the condition, asked before each turn, is not zero. */
export function loopWhile(condition: Expr<"i32">, body: Statement): Statement {
  return statement(0x02, VOID, 0x03, VOID, condition.code, 0x45, 0x0d, 1, body.code, 0x0c, 0, 0x0b, 0x0b)
}

/** Runs `body` for i from `from` below `to`; both are evaluated where they stand, `to` before each turn. */
export function countUp(i: Local<"i32">, from: Expr<"i32">, to: Expr<"i32">, body: Statement): Statement {
  const below = expr("i32", i.code, to.code, 0x48)
  const next = i.set(expr("i32", i.code, 0x41, 1, 0x6a))
  return block(i.set(from), loopWhile(below, block(body, next)))
}

/** Ends a function with a result. */
export function giveBack(value: Expr<ValueType>): Statement {
  return statement(value.code, 0x0f)
}
