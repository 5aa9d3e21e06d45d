// sotto/schema/1: which field of a record stands at which of the sixteen positions.
import { encodeFr } from "../primitives/field.ts"
import type { Fr } from "../primitives/field.ts"
import { hashToField } from "../primitives/hash.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { AttributeDefinition, Schema } from "../wire/statement.ts"

/** Attribute positions of every schema: the arity of the attribute root. */
export const POSITIONS = 16

/** Where the value of one field stands. */
export interface AttributePlace {
  readonly definition: AttributeDefinition
  /** 0..15 */
  readonly position: number
}

/** H31("sotto/schema/1", JCS(schema)): any change of a schema is another id, hence other registry leaves. */
export function computeSchemaId(schema: Schema): Fr {
  return encodeFr(hashToField("sotto/schema/1", canonicalBytes(schema)))
}

/** `name/version`, as statements and credentials name a schema; the subject is checked beside it. */
export const schemaName = (schema: Schema): string => `${schema.name}/${schema.version}`

/** Positions by field name in array order; a `partialDate` takes two, named `<name>.first` and `<name>.last`. */
export function attributeIndex(schema: Schema): ReadonlyMap<string, AttributePlace> {
  const index = new Map<string, AttributePlace>()
  for (const definition of schema.attributes) {
    const { name, type } = definition
    for (const field of type === "partialDate" ? [`${name}.first`, `${name}.last`] : [name]) {
      index.set(field, { definition, position: index.size })
    }
  }
  return index
}

/** True when the values of a type have an order: `atLeast`, `between` and differences mean something. */
export function isOrdered(definition: AttributeDefinition): boolean {
  return definition.type !== "code" && definition.type !== "string"
}
