// From the text of a record to the sixteen field values that are signed; the type table of protocol/README.md.
import { utf8ToBytes } from "../primitives/bytes.ts"
import { hashToField } from "../primitives/hash.ts"
import type { Attributes } from "../wire/credential.ts"
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { parseDay, parseInstant, parsePartialDay } from "./calendar.ts"
import { CredentialError } from "./credential-error.ts"
import type { CredentialErrorCode } from "./credential-error.ts"
import { readDecimal } from "./decimal.ts"
import { POSITIONS } from "./schema.ts"

/** Field value of the ordered value 0: 2^62, so that every ordered value is in 1..2^63-1 and none is absent's 0. */
export const ORDERED_ZERO = 1n << 62n
/** Field value of a missing start under `openStart`: before every date. */
export const OPEN_START = 1n
/** Field value of a missing end under `openEnd`: after every date. */
export const OPEN_END = (1n << 63n) - 1n

/**
 * The field values of one present attribute: two for a `partialDate`, otherwise one; never 0.
 * @param value - untrusted; integers for `int`, text for every other type
 * @throws CredentialError `value-malformed`, `value-out-of-range`, `precision-exceeded`
 */
export function encodeAttribute(definition: AttributeDefinition, value: string | number): readonly bigint[] {
  const { name, type } = definition
  if (type === "int") return [encodeInteger(definition, value)]
  if (typeof value !== "string") throw refused("value-malformed", name)
  switch (type) {
    case "decimal":
      return [inRange(definition, readDecimal(value, definition.scale ?? 0, name))]
    case "date":
      return [ordered(parseDay(value), name)]
    case "partialDate": {
      const [first, last] = parsePartialDay(value) ?? [null, null]
      return [ordered(first, name), ordered(last, name)]
    }
    case "instant":
      return [ordered(parseInstant(value), name)]
    case "code":
      return [encodeCode(value, name)]
    case "string":
      if (value === "" || !value.isWellFormed()) throw refused("value-malformed", name)
      return [hashToField("sotto/string/1", utf8ToBytes(value.normalize("NFC")))]
  }
}

/**
 * H31("sotto/code/1", `system|code`), the case as given. Exactly one bar: a second would let two pairs share a text.
 * @throws CredentialError `value-malformed`
 */
export function encodeCode(value: string, name = "code"): bigint {
  if (!/^[^|]+\|[^|]+$/.test(value) || !value.isWellFormed()) throw refused("value-malformed", name)
  return hashToField("sotto/code/1", utf8ToBytes(value))
}

/**
 * The sixteen field values of a record, in schema order; absent attributes and unused positions are 0.
 * @param attributes - untrusted, by name
 * @throws CredentialError `attribute-unknown`, `attribute-missing` and those of `encodeAttribute`
 */
export function encodeAttributes(schema: Schema, attributes: Attributes): readonly bigint[] {
  const known = new Set(schema.attributes.map(({ name }) => name))
  for (const name of Object.keys(attributes)) {
    if (!known.has(name)) throw refused("attribute-unknown", name.slice(0, 64))
  }
  const values = schema.attributes.flatMap((definition) => {
    const value = Object.hasOwn(attributes, definition.name) ? attributes[definition.name] : undefined
    return value === undefined ? encodeAbsent(definition) : encodeAttribute(definition, value)
  })
  if (values.length > POSITIONS) throw refused("schema-invalid", schema.name)
  return [...values, ...Array<bigint>(POSITIONS - values.length).fill(0n)]
}

function encodeAbsent(definition: AttributeDefinition): readonly bigint[] {
  if (definition.openStart === true) return [OPEN_START]
  if (definition.openEnd === true) return [OPEN_END]
  if (definition.optional !== true) throw refused("attribute-missing", definition.name)
  return definition.type === "partialDate" ? [0n, 0n] : [0n]
}

function encodeInteger(definition: AttributeDefinition, value: string | number): bigint {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw refused("value-malformed", definition.name)
  }
  return inRange(definition, BigInt(value))
}

function inRange(definition: AttributeDefinition, scaled: bigint): bigint {
  const { name, scale = 0, min, max } = definition
  const isBelow = min !== undefined && scaled < readDecimal(String(min), scale, name)
  const isAbove = max !== undefined && scaled > readDecimal(String(max), scale, name)
  const field = ORDERED_ZERO + scaled
  if (isBelow || isAbove || field < 1n || field > OPEN_END) throw refused("value-out-of-range", name)
  return field
}

function ordered(value: number | null, name: string): bigint {
  if (value === null) throw refused("value-malformed", name)
  return ORDERED_ZERO + BigInt(value)
}

function refused(code: CredentialErrorCode, name: string): CredentialError {
  return new CredentialError(code, `attribute ${name}: ${code}`)
}
