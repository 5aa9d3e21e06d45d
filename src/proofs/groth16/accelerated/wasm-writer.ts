// Writes a WebAssembly module: one imported memory, functions, constants. WebAssembly Core Specification 2.0, section 5.
import { expr, statement, unsigned } from "./wasm-code.ts"
import type { Code, Expr, Local, Statement, ValueType } from "./wasm-code.ts"

const TYPE_CODES = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const

type Locals<P extends readonly ValueType[]> = { readonly [K in keyof P]: Local<P[K]> }
type Arguments<P extends readonly ValueType[]> = { readonly [K in keyof P]: Expr<P[K]> }

/** A function of the module, to be called from others. */
export type Func<P extends readonly ValueType[], R extends ValueType | "none"> = (
  ...args: Arguments<P>
) => R extends ValueType ? Expr<R> : Statement

/** Makes further locals for the body of one function. */
export type NewLocal = <T extends ValueType>(type: T) => Local<T>

interface WrittenFunction {
  readonly name: string
  readonly params: readonly ValueType[]
  readonly result: ValueType | "none"
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** Collects functions and constants, then encodes them. The same calls give the same bytes. */
export class ModuleWriter {
  readonly #functions: WrittenFunction[] = []
  readonly #data: { readonly at: number; readonly bytes: Uint8Array }[] = []

  /**
   * Adds an exported function.
   * @param body - gets the parameters as locals; its statements run one after another
   */
  func<const P extends readonly ValueType[], R extends ValueType | "none">(
    name: string,
    params: P,
    result: R,
    body: (params: Locals<P>, newLocal: NewLocal) => readonly Statement[],
  ): Func<P, R> {
    const locals: ValueType[] = []
    const newLocal: NewLocal = (type) => {
      locals.push(type)
      return localAt(type, params.length + locals.length - 1)
    }
    const statements = body(params.map(localAt) as unknown as Locals<P>, newLocal)
    // A function with a result gives it back by itself; the end is never reached, which the encoding has to be told.
    const end = result === "none" ? [] : [0x00]
    const index = this.#functions.length
    this.#functions.push({ name, params, result, locals, body: [statements.map(({ code }) => code), end] })
    const call = (...args: Arguments<P>): Expr<ValueType> | Statement => {
      const code = [(args as readonly Expr<ValueType>[]).map((arg) => arg.code), 0x10, unsigned(index)]
      return result === "none" ? statement(code) : expr(result, code)
    }
    return call as Func<P, R>
  }

  /** Bytes that every instance finds at an address of its memory. */
  data(at: number, bytes: Uint8Array): void {
    this.#data.push({ at, bytes })
  }

  /** The module. It imports `env.memory` and exports every function by name. */
  encode(): Uint8Array {
    const functions = this.#functions
    const types = functions.map(({ params, result }) => [
      0x60,
      vectorOf(params.map((type) => [TYPE_CODES[type]])),
      vectorOf(result === "none" ? [] : [[TYPE_CODES[result]]]),
    ])
    const memory = [text("env"), text("memory"), 0x02, 0x00, 1]
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, vectorOf(types)),
      ...section(2, vectorOf([memory])),
      ...section(3, vectorOf(functions.map((_, i) => unsigned(i)))),
      ...section(7, vectorOf(functions.map(({ name }, i) => [text(name), 0x00, unsigned(i)]))),
      ...section(10, vectorOf(functions.map(codeOf))),
      ...section(11, vectorOf(this.#data.map(segmentOf))),
    ])
  }
}

function localAt<T extends ValueType>(type: T, index: number): Local<T> {
  return {
    ...expr(type, 0x20, unsigned(index)),
    set: (value) => statement(value.code, 0x21, unsigned(index)),
  }
}

function codeOf({ locals, body }: WrittenFunction): Code {
  const declared = vectorOf(locals.map((type) => [1, TYPE_CODES[type]]))
  const bytes = [...flatten(declared), ...flatten(body), 0x0b]
  return [...unsigned(bytes.length), ...bytes]
}

function segmentOf({ at, bytes }: { readonly at: number; readonly bytes: Uint8Array }): Code {
  // A signed LEB128 of a small address: six bits in the last byte, so that it does not read as negative.
  const address = [(at & 0x7f) | 0x80, ((at >> 7) & 0x7f) | 0x80, at >> 14]
  return [0x00, 0x41, ...address, 0x0b, ...unsigned(bytes.length), ...bytes]
}

function section(id: number, content: Code): number[] {
  const bytes = flatten(content)
  return [id, ...unsigned(bytes.length), ...bytes]
}

function vectorOf(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items]
}

function text(value: string): Code {
  return [...unsigned(value.length), ...Array.from(value, (char) => char.charCodeAt(0))]
}

/** The bytes of nested code, in order. */
function flatten(code: Code): number[] {
  const bytes: number[] = []
  const visit = (nested: Code): void => {
    for (const item of nested) {
      if (typeof item === "number") bytes.push(item)
      else visit(item)
    }
  }
  visit(code)
  return bytes
}
