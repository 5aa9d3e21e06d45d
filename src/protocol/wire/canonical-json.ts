// RFC 8785 (JCS), restricted to what it cannot get wrong: strings, safe integers, booleans, arrays, objects; no null,
// no fractions, no lone surrogates. And its strict reader: attacker-controlled bytes become a value once, here.
import { u32 } from "../primitives/big-endian.ts"
import { bytesToUtf8, concatBytes, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"

/** What our documents consist of. */
export type Json =
  string | number | boolean | readonly Json[] | { readonly [member: string]: Json | undefined }

/** The RFC 8785 text of a value; members that are undefined are left out. RangeError on what JCS-restricted forbids. */
export function canonicalText(value: Json): string {
  if (typeof value === "string") return canonicalString(value)
  if (typeof value === "boolean") return String(value)
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new RangeError("only safe integers are canonical")
    return String(value)
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalText).join(",")}]`
  const members = Object.entries(value as Readonly<Record<string, Json | undefined>>)
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) // UTF-16 code units, RFC 8785 section 3.2.3
  return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalText(member)}`).join(",")}}`
}

/** The RFC 8785 bytes of a value. */
export const canonicalBytes = (value: Json): Uint8Array => utf8ToBytes(canonicalText(value))

/** A JSON value as a hash part: u32be(length) || JCS(value), so that no two lists of parts share their bytes. */
export function jcsPart(value: Json): Uint8Array {
  const bytes = canonicalBytes(value)
  return concatBytes(u32(bytes.length), bytes)
}

/** Bounds of one strict parse. Sizes are those of the message's kind; depth 8 holds our deepest document. */
export interface JsonLimits {
  readonly maxBytes: number
  readonly maxDepth?: number
  /** Longest string, UTF-16 units; 8 Ki unless the message carries a status list. */
  readonly maxString?: number
  /** Reads a number from its source text; by default safe integers only. Foreign records keep decimals exact with it. */
  readonly readNumber?: (source: string) => Json
}

/**
 * Parses attacker-controlled JSON: UTF-8 only, no duplicate keys, no `__proto__`, `constructor`, `prototype`, safe
 * integers only, no null, bounded depth and strings. What JSON.parse would take silently is refused here.
 * @throws ProtocolError `too-large`, `malformed-json`
 */
export function parseStrictJson(input: Uint8Array | string, limits: JsonLimits): Json {
  const length = typeof input === "string" ? input.length : input.byteLength
  if (length > limits.maxBytes)
    throw new ProtocolError("too-large", `expected at most ${limits.maxBytes} bytes`)
  return new StrictReader(textOf(input), limits).readDocument()
}

function textOf(input: Uint8Array | string): string {
  if (typeof input === "string") return input
  const text = bytesToUtf8(input)
  if (text === null) throw malformed("not plain UTF-8")
  return text
}

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"])
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SPACE = /[ \t\n\r]*/y

class StrictReader {
  readonly #text: string
  readonly #maxDepth: number
  readonly #maxString: number
  readonly #readNumber: (source: string) => Json
  #at = 0

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#maxDepth = limits.maxDepth ?? 8
    this.#maxString = limits.maxString ?? 8192
    this.#readNumber = limits.readNumber ?? readSafeInteger
  }

  readDocument(): Json {
    const value = this.#value(1)
    this.#skip()
    if (this.#at !== this.#text.length) throw malformed("text after the document")
    return value
  }

  #value(depth: number): Json {
    if (depth > this.#maxDepth + 1) throw malformed(`deeper than ${this.#maxDepth}`)
    this.#skip()
    const start = this.#text[this.#at]
    if (start === "{") return this.#object(depth)
    if (start === "[") return this.#array(depth)
    if (start === '"') return this.#string()
    if (this.#take("true")) return true
    if (this.#take("false")) return false
    return this.#number()
  }

  #object(depth: number): Json {
    const members: Record<string, Json> = {}
    this.#at++
    if (this.#punctuation("}")) return members
    do {
      this.#skip()
      const key = this.#string()
      if (FORBIDDEN_KEYS.has(key)) throw malformed("a forbidden member name")
      if (Object.hasOwn(members, key)) throw malformed("a duplicate member name")
      if (!this.#punctuation(":")) throw malformed("expected a colon")
      members[key] = this.#value(depth + 1)
    } while (this.#punctuation(","))
    if (!this.#punctuation("}")) throw malformed("expected the end of an object")
    return members
  }

  #array(depth: number): Json {
    const items: Json[] = []
    this.#at++
    if (this.#punctuation("]")) return items
    do items.push(this.#value(depth + 1))
    while (this.#punctuation(","))
    if (!this.#punctuation("]")) throw malformed("expected the end of an array")
    return items
  }

  #string(): string {
    const source = this.#match(STRING)
    if (source === null || source.length > this.#maxString + 2)
      throw malformed("expected a string of bounded length")
    const value = JSON.parse(source) as string
    if (!value.isWellFormed()) throw malformed("a lone surrogate")
    return value
  }

  #number(): Json {
    const source = this.#match(NUMBER)
    if (source === null) throw malformed("expected a value")
    return this.#readNumber(source)
  }

  #skip(): void {
    this.#match(SPACE)
  }

  #punctuation(character: string): boolean {
    this.#skip()
    return this.#take(character)
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return null
    this.#at = pattern.lastIndex
    return found[0]
  }
}

function readSafeInteger(source: string): number {
  const value = Number(source)
  if (!Number.isSafeInteger(value) || String(value) !== source) throw malformed("expected a safe integer")
  return value
}

function canonicalString(value: string): string {
  if (!value.isWellFormed()) throw new RangeError("a lone surrogate is not canonical")
  return JSON.stringify(value) // RFC 8785 section 3.2.2.2 is ECMAScript's own serialisation
}

function malformed(message: string): ProtocolError {
  return new ProtocolError("malformed-json", message)
}
