// JSON as records carry it (RFC 8259), read strictly from untrusted bytes: numbers stay as the digits that were written.
import { parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"

/** A JSON number in its source text: 1.10 stays 1.10, and no float ever stands between record and credential. */
export class SourceNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** What a document consists of. */
export type SourceValue = string | boolean | SourceNumber | readonly SourceValue[] | SourceObject

/** An object: members by name. */
export interface SourceObject {
  readonly [member: string]: SourceValue | undefined
}

/**
 * Reads a document: UTF-8, no duplicate member, no null.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `too-large`, and another code for bytes that are no such document
 */
export function readSourceJson(
  bytes: Uint8Array,
  { maxBytes, maxDepth }: { readonly maxBytes: number; readonly maxDepth: number },
): SourceValue {
  return parseStrictJson(bytes, {
    ...{ maxBytes, maxDepth },
    maxString: maxBytes, // narrative and attachments may be one long string; the document bounds them
    readNumber: (source) => new SourceNumber(source) as unknown as Json,
  }) as SourceValue
}

/** JSON text of a value that was read: the same values, every number as it was written. */
export function sourceText(value: SourceValue): string {
  if (value instanceof SourceNumber) return value.source
  if (isList(value)) return `[${value.map(sourceText).join(",")}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) =>
    member === undefined ? "" : `${JSON.stringify(name)}:${sourceText(member)}`,
  )
  return `{${members.join(",")}}`
}

/** True for an object, false for text, numbers, lists and nothing. */
export function isObject(value: SourceValue | undefined): value is SourceObject {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof SourceNumber)
}

/** True for a list. */
export function isList(value: SourceValue | undefined): value is readonly SourceValue[] {
  return Array.isArray(value)
}
