// The JSON of cards, key sets and revocation lists, read strictly from untrusted bytes; numbers stay as they were written.
import { utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { isList, isObject, readSourceJson, SourceNumber, sourceText } from "../fhir/source-json.ts"
import type { SourceValue } from "../fhir/source-json.ts"
import { HealthCardError } from "./health-card-error.ts"

/** What a wrong shape is refused with. */
type ShapeCode = "header-not-allowed" | "payload-malformed" | "keys-malformed" | "revocation-list-malformed"

/** Levels of FHIR R4, 32, and the three of a card around them. */
const MAX_DEPTH = 35

/** Readers of one object's members; each throws the shape's code when a member has another type. */
export interface CardReader {
  readonly path: string
  readonly names: readonly string[]
  readonly has: (member: string) => boolean
  readonly text: (member: string) => string | undefined
  /** The number, not below 0, rounded to a float at most; undefined when absent. */
  readonly number: (member: string) => number | undefined
  readonly list: (member: string) => readonly SourceValue[] | undefined
  readonly object: (member: string) => CardReader | undefined
  /** An object of a list, read like this one. @param at - its path */
  readonly item: (value: SourceValue, at: string) => CardReader
  /** The JSON bytes of a member that is an object: the same values, every number as it was written. */
  readonly bytes: (member: string) => Uint8Array | undefined
  readonly refuse: (member: string, reason: string) => HealthCardError
}

/**
 * Reads a document whose top is an object: UTF-8, no duplicate member, no null, bounded depth.
 * @param bytes - attacker-controlled
 * @throws HealthCardError `too-large` or `code`
 */
export function readCardJson(bytes: Uint8Array, maxBytes: number, code: ShapeCode): CardReader {
  let value: SourceValue
  try {
    value = readSourceJson(bytes, { maxBytes, maxDepth: MAX_DEPTH })
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    const isLarge = cause.code === "too-large"
    throw new HealthCardError(isLarge ? "too-large" : code, "not strict json", "$", { cause })
  }
  return readObject(value, "$", code)
}

function readObject(value: SourceValue, path: string, code: ShapeCode): CardReader {
  const refuse = (at: string, reason: string) => new HealthCardError(code, reason, at)
  if (!isObject(value)) throw refuse(path, "expected an object")
  const at = (member: string): string => `${path}.${member}`
  const typed = <T extends SourceValue>(member: string, is: (v: SourceValue) => v is T): T | undefined => {
    const found = Object.hasOwn(value, member) ? value[member] : undefined
    if (found !== undefined && !is(found)) throw refuse(at(member), "a value of another type")
    return found
  }
  const reader: CardReader = {
    path,
    names: Object.keys(value),
    has: (member) => Object.hasOwn(value, member),
    text: (member) => typed(member, (v) => typeof v === "string"),
    number: (member) => {
      const found = typed(member, (v) => v instanceof SourceNumber)
      if (found?.source.startsWith("-") === true) throw refuse(at(member), "a negative number")
      return found === undefined ? undefined : Number(found.source)
    },
    list: (member) => typed(member, isList),
    object: (member) => {
      const found = typed(member, isObject)
      return found === undefined ? undefined : readObject(found, at(member), code)
    },
    item: (item, where) => readObject(item, where, code),
    bytes: (member) => {
      const found = typed(member, isObject)
      return found === undefined ? undefined : utf8ToBytes(sourceText(found))
    },
    refuse: (member, reason) => refuse(at(member), reason),
  }
  return reader
}
