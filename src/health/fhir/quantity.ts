// Quantity (hl7.org/fhir/R4/datatypes.html#Quantity): a number as it was written, its unit, and whether it is a point.
import type { Schema } from "../../protocol/wire/statement.ts"
import { definitionOf, readAmount } from "./amount.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import type { AnalyteSchemas } from "./laboratory-schemas.ts"
import type { Report } from "./record-context.ts"
import { readUnit } from "./units.ts"

/** A number of a laboratory in the unit of its schema. */
export interface Measured {
  readonly schema: Schema
  /** As the schema spells it. */
  readonly unit: string
  readonly value: string
  /** True when the unit stood in words, which the desk let stand. */
  readonly isInWords: boolean
}

/** True for a quantity that has a comparator, or one that an extension hides: it is a bound and no value. */
export const isBound = (quantity: ElementReader): boolean =>
  quantity.has("comparator") || quantity.has("_comparator")

/**
 * The number of a result and the schema that holds it. `<` and its like are refused: a bound is no value.
 * @param acceptDisplay - lets the unit in words stand where it equals the UCUM code; reported
 * @throws FhirError `value-not-a-point`, `value-absent`, `unit-not-coded`, `analyte-unknown`, `unit-unknown`,
 * `value-malformed`, `precision-exceeded`, `value-out-of-range`
 */
export function readMeasured(
  quantity: ElementReader,
  findSchemas: () => AnalyteSchemas,
  acceptDisplay: boolean,
  report: Report,
): Measured {
  if (isBound(quantity)) throw new FhirError("value-not-a-point", `${quantity.path}.comparator`)
  const source = quantity.decimal("value")
  if (source === undefined) throw new FhirError("value-absent", `${quantity.path}.value`)
  const { coded, display } = readUnit(quantity)
  const unit = coded ?? (acceptDisplay ? display : undefined)
  if (unit === undefined) throw new FhirError("unit-not-coded", quantity.path)
  const schema = findSchemas().byUnit.get(unit)
  // Words that equal no code of a schema are what they were: not coded.
  if (schema === undefined)
    throw new FhirError(coded === undefined ? "unit-not-coded" : "unit-unknown", quantity.path)
  const value = readAmount(definitionOf(schema, "value"), source, `${quantity.path}.value`)
  if (coded === undefined) report("display-unit-accepted", `${quantity.path}.unit`)
  return { schema, unit, value, isInWords: coded === undefined }
}
