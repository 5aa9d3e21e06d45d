// Which results can be signed: the catalogue's schemas that observe a LOINC code. A new analyte is a line there.
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import { definitionOf } from "./amount.ts"

/** The schemas of one LOINC code: by the unit of a number, and one for results that are codes. */
export interface AnalyteSchemas {
  readonly byUnit: ReadonlyMap<string, Schema>
  readonly coded?: Schema
}

/** The analytes of a list of schemas by their token, `http://loinc.org|14749-6`. */
export function indexAnalytes(schemas: readonly Schema[]): ReadonlyMap<string, AnalyteSchemas> {
  const analytes = new Map<string, { byUnit: Map<string, Schema>; coded?: Schema }>()
  for (const schema of schemas) {
    if (schema.observes === undefined || schema.subject !== "self") continue
    const analyte = analytes.get(schema.observes) ?? { byUnit: new Map<string, Schema>() }
    const { type, unit } = definitionOf(schema, "value")
    if (type === "code") analyte.coded = schema
    else if (unit !== undefined) analyte.byUnit.set(unit, schema)
    analytes.set(schema.observes, analyte)
  }
  return analytes
}

const RELEASED = indexAnalytes(CATALOGUE.schemas)

/** The released schemas of a FHIR token, or undefined when it is no analyte of ours. */
export const findAnalyte = (token: string): AnalyteSchemas | undefined => RELEASED.get(token)
