// Where compiling finds schemas and value sets. The catalogue implements it; this room may not know the catalogue.
import type { Fr } from "../primitives/field.ts"
import type { Schema } from "../wire/statement.ts"
import type { PreparedValueSet } from "./value-set.ts"

/** Documents by id, out of an anchored catalogue: never out of a request. */
export interface StatementSources {
  findSchemaById: (schemaId: Fr) => Schema | null
  findValueSet: (id: string) => PreparedValueSet | null
}
