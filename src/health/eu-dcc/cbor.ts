// CBOR, RFC 8949, as certificates and COSE use it: definite and indefinite lengths, no duplicate keys, bounded.
import { Tokenizer, Type } from "cborg"
import type { Token } from "cborg"
import { bytesToUtf8, concatBytes } from "../../protocol/primitives/bytes.ts"
import { DccError } from "./dcc-error.ts"

/** A tagged item, section 3.4. */
export class CborTag {
  readonly tag: number
  readonly value: CborValue

  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}

/** Keys of a map: what COSE labels, CWT claims and JSON members are. */
export type CborMap = ReadonlyMap<number | string, CborValue>

/** An item. Floats are numbers; integers beyond 2^53 have no use in a certificate and are refused. */
export type CborValue =
  number | string | boolean | null | Uint8Array | readonly CborValue[] | CborMap | CborTag

/** Deeper than envelope, claims and certificate together; recursion ends long before the stack does. */
const MAX_DEPTH = 32
/** A certificate has some sixty items. */
const MAX_ITEMS = 4096
const INDEFINITE_BYTES = 0x5f
const INDEFINITE_TEXT = 0x7f
const BREAK = 0xff
const OPTIONS = { allowNaN: false, allowInfinity: false, allowUndefined: false, retainStringBytes: true }

/**
 * Reads exactly one item that fills the bytes.
 * @param bytes - attacker-controlled
 * @throws DccError `cbor-malformed`: not CBOR, bytes after the item, a duplicate key or one that is neither integer nor
 * text, text that is not UTF-8, an undefined or unknown simple value, a number without a double, deeper than 32 levels,
 * more than 4,096 items, chunks of a string counted
 */
export function readCbor(bytes: Uint8Array): CborValue {
  const cursor = new Cursor(bytes)
  const value = readItem(cursor, 0)
  if (!cursor.isAtEnd()) throw malformed()
  return value
}

/** True for a map, false for every other item. */
export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map
}

function malformed(cause?: unknown): DccError {
  return new DccError("cbor-malformed", "$", { cause })
}

class Cursor {
  readonly #bytes: Uint8Array
  #at = 0
  #items = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Steps over the byte if it is the next one. */
  skip(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false
    this.#at++
    return true
  }

  /** Steps over the head of a string of open length if it is the next one: an item as any other. */
  open(head: number): boolean {
    if (!this.skip(head)) return false
    this.#count()
    return true
  }

  /** The next head, with its content where it has no items inside. */
  next(): Token {
    if (this.isAtEnd()) throw malformed()
    this.#count()
    const token = tokenAt(this.#bytes.subarray(this.#at))
    this.#at += token.encodedLength ?? 0
    return token
  }

  #count(): void {
    if (++this.#items > MAX_ITEMS) throw malformed()
  }
}

function tokenAt(bytes: Uint8Array): Token {
  try {
    return new Tokenizer(bytes, OPTIONS).next()
  } catch (cause) {
    throw malformed(cause) // the decoder says with a plain Error that these bytes are no item
  }
}

function readItem(cursor: Cursor, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw malformed()
  if (cursor.open(INDEFINITE_BYTES)) return concatBytes(...readChunks(cursor, Type.bytes).map(bytesOf))
  if (cursor.open(INDEFINITE_TEXT)) return readChunks(cursor, Type.string).map(textOf).join("")
  const token = cursor.next()
  const { type } = token
  if (is(type, Type.array)) return readMany(cursor, token, () => readItem(cursor, depth + 1))
  if (is(type, Type.map)) return readMap(cursor, token, depth)
  if (is(type, Type.tag)) return new CborTag(numberOf(token), readItem(cursor, depth + 1))
  if (is(type, Type.bytes)) return bytesOf(token)
  if (is(type, Type.string)) return textOf(token)
  if (is(type, Type.null)) return null
  if (is(type, Type.true) || is(type, Type.false)) return is(type, Type.true)
  return numberOf(token)
}

function readMap(cursor: Cursor, head: Token, depth: number): CborMap {
  const map = new Map<number | string, CborValue>()
  readMany(cursor, head, () => {
    const key = readItem(cursor, depth + 1)
    if ((typeof key !== "string" && !Number.isSafeInteger(key)) || map.has(key as string)) throw malformed()
    map.set(key as string, readItem(cursor, depth + 1))
  })
  return map
}

/** The items of a definite count, or up to the break of an indefinite one. */
function readMany<T>(cursor: Cursor, head: Token, read: () => T): readonly T[] {
  const items: T[] = []
  const count: unknown = head.value
  while (count === Infinity ? !cursor.skip(BREAK) : items.length < Number(count)) items.push(read())
  return items
}

/** Chunks of an indefinite string are definite strings of its own kind, section 3.2.3. */
function readChunks(cursor: Cursor, type: Type): readonly Token[] {
  const chunks: Token[] = []
  while (!cursor.skip(BREAK)) {
    const chunk = cursor.next()
    if (!is(chunk.type, type)) throw malformed()
    chunks.push(chunk)
  }
  return chunks
}

// A break outside an indefinite item is a token of its own type and fails here, as do simple values without a number.
function numberOf({ value }: Token): number {
  const found: unknown = value
  if (typeof found !== "number") throw malformed()
  return found
}

function bytesOf({ value }: Token): Uint8Array {
  const found: unknown = value
  if (!(found instanceof Uint8Array)) throw malformed()
  return found
}

function textOf({ value, byteValue }: Token): string {
  // The decoder replaces what is not UTF-8; a certificate that says something else than its bytes is none.
  const text = byteValue === undefined ? String(value) : bytesToUtf8(byteValue)
  if (text === null) throw malformed()
  return text
}

function is(type: Type, other: Type): boolean {
  return Type.equals(type, other)
}
