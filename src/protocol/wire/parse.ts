// One way from untrusted bytes to a typed message: strict JSON, then a strict schema, then one closed error.
import type { z } from "zod"
import { ProtocolError } from "../primitives/errors.ts"
import type { ProtocolErrorCode } from "../primitives/errors.ts"
import { parseStrictJson } from "./canonical-json.ts"
import type { JsonLimits } from "./canonical-json.ts"

/**
 * Checks an untrusted value against a strict schema.
 * @param code - thrown for a wrong shape; a field element in a foreign spelling is `field-element-not-canonical` instead
 * @throws ProtocolError `code`, with the path of the first fault and never a value
 */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown, code: ProtocolErrorCode): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = issue === undefined ? "" : issue.path.map(String).join(".").slice(0, 120)
  const own = result.error.issues.find(
    (entry) => entry.message === CANONICAL_CODE && isPresent(value, entry.path),
  )
  throw new ProtocolError(
    own === undefined ? code : CANONICAL_CODE,
    path === "" ? "malformed" : `malformed at ${path}`,
  )
}

// A member that is missing is a wrong shape, not a number in a foreign spelling.
function isPresent(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return false
    at = (at as Readonly<Record<PropertyKey, unknown>>)[step]
  }
  return true
}

/** `parseShape` of strictly parsed JSON bytes. @throws ProtocolError `code`, `too-large`, `field-element-not-canonical` */
export function parseMessage<T>(
  schema: z.ZodType<T>,
  input: Uint8Array | string,
  limits: JsonLimits,
  code: ProtocolErrorCode,
): T {
  let value
  try {
    value = parseStrictJson(input, limits)
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === "malformed-json") {
      throw new ProtocolError(code, cause.message, { cause })
    }
    throw cause
  }
  return parseShape(schema, value, code)
}

/** The schema message that `parseShape` turns into the code of the same name. */
export const CANONICAL_CODE = "field-element-not-canonical"
