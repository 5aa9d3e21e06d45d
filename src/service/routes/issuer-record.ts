// What the service keeps of an issuer: its public entry, and the schemas that its registry lets it sign.
import { parseCurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseVerifierKey } from "../../protocol/primitives/note-key.ts"
import { parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import { parseIssuerEntry } from "../../protocol/wire/credential.ts"
import type { IssuerEntry } from "../../protocol/wire/credential.ts"
import { SMALL_BODY_BYTES } from "../http/limits.ts"

/** Schemas one issuer may sign; a registry has 4,096 leaves in all. */
const MAX_SCHEMAS = 64

/** An issuer of a registry. */
export interface IssuerRecord {
  readonly issuer: IssuerEntry
  /** Ids of schemas, each once. */
  readonly schemas: readonly Fr[]
}

/**
 * Reads `{"issuer": …, "schemas": […]}`. The key must be of order l: a key with a torsion part would pose as eight.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `malformed-registry`, `too-large`, `field-element-not-canonical`, `point-refused`
 */
export function readIssuer(bytes: Uint8Array): IssuerRecord {
  const { issuer: entry, schemas, ...rest } = readObject(bytes)
  if (Object.keys(rest).length > 0) throw malformed("an unknown member")
  const issuer = parseIssuerEntry(entry)
  parseCurvePoint(issuer.key)
  if (!isVerifierKey(issuer.operationsKey)) throw malformed("malformed at issuer.operationsKey")
  if (!Array.isArray(schemas) || schemas.length === 0 || schemas.length > MAX_SCHEMAS) {
    throw malformed(`expected 1 to ${MAX_SCHEMAS} schemas`)
  }
  const ids = schemas.map(parseFr)
  if (new Set(ids).size !== ids.length) throw malformed("a schema twice")
  return { issuer, schemas: ids }
}

/** Reads `{"state": "ended"}`, the only change an entry can see. @throws ProtocolError `malformed-registry` */
export function readIssuerEnd(bytes: Uint8Array): void {
  const value = readObject(bytes)
  if (Object.keys(value).join() !== "state" || value["state"] !== "ended")
    throw malformed("expected state ended")
}

/** Reads `{"urgent": boolean}`. @throws ProtocolError `malformed-registry` */
export function readEpochOrder(bytes: Uint8Array): boolean {
  const { urgent, ...rest } = readObject(bytes)
  if (typeof urgent !== "boolean" || Object.keys(rest).length > 0) throw malformed("expected urgent")
  return urgent
}

function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value
  try {
    value = parseStrictJson(bytes, { maxBytes: SMALL_BODY_BYTES })
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === "malformed-json") throw malformed(cause.message)
    throw cause
  }
  if (typeof value !== "object" || Array.isArray(value)) throw malformed("expected an object")
  return value as Readonly<Record<string, unknown>>
}

function isVerifierKey(text: string): boolean {
  try {
    parseVerifierKey(text)
    return true
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

function malformed(message: string): ProtocolError {
  return new ProtocolError("malformed-registry", message)
}
