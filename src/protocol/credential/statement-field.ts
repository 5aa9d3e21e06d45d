// A field of a statement: one position, or the two of a partial date.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { StatementError } from "./credential-error.ts"
import { attributeIndex, isOrdered } from "./schema.ts"

/** A named field. For a `partialDate` named as a whole, `first` and `last` differ; otherwise they are one position. */
export interface Field {
  readonly name: string
  readonly definition: AttributeDefinition
  readonly first: number
  readonly last: number
  readonly isPartial: boolean
  readonly isOrdered: boolean
}

/** The field of a name. @throws StatementError `field-unknown` */
export function findField(schema: Schema, name: string): Field {
  const index = attributeIndex(schema)
  const place = index.get(name)
  const first = place ?? index.get(`${name}.first`)
  const last = place ?? index.get(`${name}.last`)
  if (first === undefined || last === undefined)
    throw new StatementError("field-unknown", `field-unknown: ${name}`)
  // One side of a partial date, named by itself, is a plain date.
  const isSide = place?.definition.type === "partialDate"
  const definition = isSide ? { ...first.definition, type: "date" as const } : first.definition
  return {
    name,
    definition,
    first: first.position,
    last: last.position,
    isPartial: first.position !== last.position,
    isOrdered: isOrdered(definition),
  }
}
