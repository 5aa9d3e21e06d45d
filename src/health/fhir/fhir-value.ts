// FHIR R4 JSON (hl7.org/fhir/R4/json.html) as read from untrusted bytes: numbers stay as the digits that were written.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { FhirError } from "./fhir-error.ts"
import { isList, isObject, readSourceJson, SourceNumber } from "./source-json.ts"
import type { SourceValue } from "./source-json.ts"

/** 256 KiB: a health card holds 2 KiB, a lifetime of immunizations some 100 KiB. */
export const MAX_BYTES = 256 * 1024
/** Deeper than any resource of R4 nests, contained resources included. */
const MAX_DEPTH = 32

/**
 * Reads a record strictly: UTF-8, no duplicate member, no null, at most 256 KiB and 32 levels.
 * @param bytes - attacker-controlled
 * @param path - JSON path of the document
 * @throws FhirError `too-large`, `malformed-json`
 */
export function readFhirJson(bytes: Uint8Array, path = "$"): SourceValue {
  try {
    return readSourceJson(bytes, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH })
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new FhirError(cause.code === "too-large" ? "too-large" : "malformed-json", path, { cause })
  }
}

/** Readers of one element's members; each throws `code` at the member's path when it has another type. */
export interface ElementReader {
  readonly path: string
  readonly has: (member: string) => boolean
  /** Non-empty text of at most 511 characters, or undefined when absent. */
  readonly text: (member: string) => string | undefined
  readonly flag: (member: string) => boolean | undefined
  /** positiveInt, 1 to 2^31 - 1: a number, never its text. */
  readonly positiveInt: (member: string) => number | undefined
  /** The source text of a number, RFC 8259 section 6: exactly what was written. */
  readonly decimal: (member: string) => string | undefined
  readonly element: (member: string) => ElementReader | undefined
  /** The elements of a list; the empty list when absent. */
  readonly elements: (member: string) => readonly ElementReader[]
  /** The same element, its faults refused with another code. */
  readonly as: (code: ShapeCode) => ElementReader
}

type ShapeCode = "malformed-bundle" | "malformed-dose" | "malformed-record"

const MAX_TEXT = 511 // an attribute of a credential holds 1,024 characters: two texts and the bar of a token
const POSITIVE_INT = /^[1-9][0-9]{0,9}$/ // hl7.org/fhir/R4/datatypes.html#positiveInt
const MAX_POSITIVE_INT = 2_147_483_647

/**
 * Reads members by name and type.
 * @param code - what a wrong type is refused with
 * @throws FhirError `code` at once when the value is no element
 */
export function readElement(value: SourceValue | undefined, path: string, code: ShapeCode): ElementReader {
  if (!isObject(value)) throw new FhirError(code, path)
  const at = (member: string): string => `${path}.${member}`
  const typed = <T extends SourceValue>(member: string, is: (v: SourceValue) => v is T): T | undefined => {
    const found = value[member]
    if (found !== undefined && !is(found)) throw new FhirError(code, at(member))
    return found
  }
  return {
    path,
    has: (member) => value[member] !== undefined,
    text: (member) => typed(member, isText),
    flag: (member) => typed(member, (v) => typeof v === "boolean"),
    positiveInt: (member) => {
      const found = typed(member, (v) => v instanceof SourceNumber)
      if (found !== undefined && !isPositiveInt(found.source)) throw new FhirError(code, at(member))
      return found === undefined ? undefined : Number(found.source)
    },
    decimal: (member) => typed(member, (v) => v instanceof SourceNumber)?.source,
    element: (member) => {
      const found = typed(member, isObject)
      return found === undefined ? undefined : readElement(found, at(member), code)
    },
    elements: (member) =>
      (typed(member, isList) ?? []).map((item, i) => readElement(item, `${at(member)}[${i}]`, code)),
    as: (other) => readElement(value, path, other),
  }
}

function isText(value: SourceValue): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT
}

function isPositiveInt(source: string): boolean {
  return POSITIVE_INT.test(source) && Number(source) <= MAX_POSITIVE_INT
}
