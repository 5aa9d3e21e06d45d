// The words of this release for its own schemas and codes. Schemas are hashed as they stand, so words live beside them:
// a better word changes no schema id.
import type { Labels } from "../credential/labels.ts"
import { schemaName } from "../credential/schema.ts"
import { ATTRIBUTE_LABELS, LABORATORY_LABELS, LABORATORY_NAMES } from "./labels/attributes.ts"
import { CODE_LABELS } from "./labels/codes.ts"
import { UCUM_LABELS } from "./labels/units.ts"
import { CATALOGUE } from "./released.ts"

const UCUM = "http://unitsofmeasure.org|"
const CURRENCY = "urn:iso:std:iso:4217|"
const COUNTRY = /^urn:iso:std:iso:3166\|([A-Z]{2})$/

/** The labels that ship. A schema of the same name that says something else has none: its words would be borrowed. */
export const LABELS: Labels = {
  attribute: (schema, name) => {
    const shipped = CATALOGUE.findSchema(schemaName(schema), schema.subject)
    if (shipped === null || CATALOGUE.schemaIdOf(schema) !== CATALOGUE.schemaIdOf(shipped)) return null
    if (!schema.name.startsWith("lab-")) return own(ATTRIBUTE_LABELS[schema.name], name)
    const analyte = own(LABORATORY_NAMES, schema.observes?.split("|")[1] ?? "")
    return name === "value" ? analyte : own(LABORATORY_LABELS, name)
  },
  code: (code) => own(CODE_LABELS, code) ?? countryOf(code),
  unit: (unit) => {
    if (unit.startsWith(UCUM)) return own(UCUM_LABELS, unit.slice(UCUM.length))
    return /^[A-Z]{3}$/.test(unit.slice(CURRENCY.length)) && unit.startsWith(CURRENCY)
      ? unit.slice(CURRENCY.length)
      : null
  },
}

// Two letters that travellers read; a table of 249 names would say little more.
function countryOf(code: string): string | null {
  const letters = COUNTRY.exec(code)?.[1]
  return letters === undefined ? null : `${letters} (country)`
}

function own(table: Readonly<Record<string, string>> | undefined, key: string): string | null {
  return table !== undefined && Object.hasOwn(table, key) ? (table[key] ?? null) : null
}
