// Values under the very rules by which they will be signed: what intake lets pass can be issued.
import { encodeAttribute } from "../../protocol/credential/attribute.ts"
import { CredentialError } from "../../protocol/credential/credential-error.ts"
import { formatDecimal, readDecimal } from "../../protocol/credential/decimal.ts"
import type { AttributeDefinition, Schema } from "../../protocol/wire/statement.ts"
import { FhirError } from "./fhir-error.ts"
import type { RecordRefusal } from "./fhir-error.ts"

/** The definition of an attribute that every schema of the kind has; RangeError when this one lacks it. */
export function definitionOf(schema: Schema, name: string): AttributeDefinition {
  const definition = schema.attributes.find((attribute) => attribute.name === name)
  if (definition === undefined) throw new RangeError(`schema ${schema.name} has no attribute ${name}`)
  return definition
}

const VALUE_CODES: readonly string[] = [
  "value-malformed",
  "value-out-of-range",
  "precision-exceeded",
] satisfies readonly RecordRefusal[]

/**
 * Checks that an attribute can hold a value exactly, by the very encoding that issuing will use.
 * @throws FhirError `value-malformed`, `value-out-of-range`, `precision-exceeded`
 */
export function assertHolds(definition: AttributeDefinition, value: string | number, path: string): void {
  try {
    encodeAttribute(definition, value)
  } catch (cause) {
    if (!(cause instanceof CredentialError) || !VALUE_CODES.includes(cause.code)) throw cause
    throw new FhirError(cause.code as RecordRefusal, path, { cause })
  }
}

/**
 * A number as a `decimal` attribute holds it: the written digits, trailing zeros included; only an exponent is written
 * out, exactly.
 * @param source - RFC 8259 number text
 * @throws FhirError `value-malformed` (also negative zero), `precision-exceeded`, `value-out-of-range`
 */
export function readAmount(definition: AttributeDefinition, source: string, path: string): string {
  assertHolds(definition, source, path)
  const { name, scale = 0 } = definition
  return /[eE]/.test(source) ? formatDecimal(readDecimal(source, scale, name), scale) : source
}
