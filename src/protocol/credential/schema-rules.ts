// What makes a schema one: checked where documents enter a catalogue, relied on everywhere else.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { CredentialError } from "./credential-error.ts"
import { readDecimal } from "./decimal.ts"
import { attributeIndex, isOrdered, POSITIONS } from "./schema.ts"

/**
 * Checks a schema: sixteen positions at most, names once, `min` and `max` for numbers, `scale` for decimals, a width or
 * `open` for what has an order, `codes` only for codes, open ends only for dates.
 * @throws CredentialError `schema-invalid`
 */
export function assertSchema(schema: Schema): void {
  const names = new Set(schema.attributes.map(({ name }) => name))
  if (names.size !== schema.attributes.length) throw invalid(schema, "a name twice")
  if (attributeIndex(schema).size > POSITIONS) throw invalid(schema, `more than ${POSITIONS} positions`)
  for (const definition of schema.attributes) {
    const fault = faultOf(definition)
    if (fault !== null) throw invalid(schema, `${definition.name}: ${fault}`)
  }
}

function faultOf(definition: AttributeDefinition): string | null {
  const { type, scale, unit, min, max, minWidth, open, codes, optional, openStart, openEnd, identifies } =
    definition
  const isNumber = type === "int" || type === "decimal"
  const hasOpenEnd = openStart === true || openEnd === true
  if (isNumber !== (min !== undefined && max !== undefined)) return "min and max belong to numbers, both"
  if (isNumber && !isRange(definition)) return "min and max are not a range of the type"
  if ((type === "decimal") !== (scale !== undefined)) return "scale belongs to decimals"
  if (unit !== undefined && !isNumber) return "unit belongs to numbers"
  if ((codes !== undefined || identifies !== undefined) && type !== "code") return "codes belong to codes"
  if (identifies === true && (codes !== undefined || open === true))
    return "what identifies is neither open nor a list"
  if (hasOpenEnd && (type !== "date" || optional === true))
    return "open ends belong to dates that are not optional"
  if (openStart === true && openEnd === true) return "one open end"
  if (isOrdered(definition) && (minWidth === undefined) !== (open === true))
    return "minWidth or open, one of them"
  return null
}

function isRange({ name, type, scale = 0, min, max }: AttributeDefinition): boolean {
  const isTyped =
    type === "int" ? typeof min === "number" && typeof max === "number" : typeof min === "string"
  if (!isTyped || typeof max !== typeof min) return false
  return readDecimal(String(min), scale, name) <= readDecimal(String(max), scale, name)
}

function invalid(schema: Schema, detail: string): CredentialError {
  return new CredentialError("schema-invalid", `schema ${schema.name}/${schema.version}: ${detail}`)
}
