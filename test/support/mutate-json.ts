// Fields of JSON documents by path, and another well-formed value for each.
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"

export type FieldPath = readonly (string | number)[]

export const readJson = (bytes: Uint8Array): Json => JSON.parse(new TextDecoder().decode(bytes))

/** Paths of all strings, numbers and booleans, in the order of the document. */
export function fieldsOf(value: Json, at: FieldPath = []): FieldPath[] {
  if (typeof value !== "object") return [at]
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return members.flatMap(([key, member]) => fieldsOf(member as Json, [...at, key]))
}

/** The document with another value at a path; `change` sees the old one. */
export function withField(
  bytes: Uint8Array,
  path: FieldPath,
  change: (old: Json) => Json = otherValue,
): Uint8Array {
  const copy = readJson(bytes)
  const parent = path.slice(0, -1).reduce<any>((at, key) => at[key], copy)
  const last = path.at(-1)!
  parent[last] = change(parent[last])
  return canonicalBytes(copy)
}

/** A value of the same shape: the last digit or letter is another one, a number one more. */
function otherValue(value: Json): Json {
  if (typeof value === "boolean") return !value
  if (typeof value === "number") return value + 1
  const text = value as string
  const last = text.at(-1)!
  const other = /[0-9]/.test(last) ? String((Number(last) + 1) % 10) : last === "a" ? "b" : "a"
  return text.slice(0, -1) + other
}

export const nameOf = (path: FieldPath): string => path.join(".")
