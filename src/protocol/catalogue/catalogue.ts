// Schemas, statements and value sets by id. A new statement is one data file and one line in `released.ts`.
import { CredentialError, StatementError } from "../credential/credential-error.ts"
import { assertSchema } from "../credential/schema-rules.ts"
import { computeSchemaId, schemaName } from "../credential/schema.ts"
import type { StatementSources } from "../credential/sources.ts"
import { prepareValueSet } from "../credential/value-set.ts"
import type { PreparedValueSet } from "../credential/value-set.ts"
import { bytesToHex } from "../primitives/bytes.ts"
import type { Fr } from "../primitives/field.ts"
import { sha256 } from "../primitives/hash.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import type { Schema, Statement, ValueSet } from "../wire/statement.ts"

/** The documents of a catalogue. */
export interface CatalogueDocuments {
  readonly schemas: readonly Schema[]
  readonly statements: readonly Statement[]
  readonly valueSets: readonly ValueSet[]
}

/** A document as the ledger anchors it. */
export interface CatalogueItem {
  readonly type: "schema" | "statement" | "value-set"
  /** `name/version`; that of a schema carries its subject as well. */
  readonly id: string
  /** Lower-case hexadecimal SHA-256 of the document's RFC 8785 bytes. */
  readonly sha256: string
}

/** Documents by id, ids and roots computed once. */
export interface Catalogue extends StatementSources, CatalogueDocuments {
  /** @param name - `name/version` */
  findSchema: (name: string, subject?: "self" | "ward") => Schema | null
  schemaIdOf: (schema: Schema) => Fr
  findStatement: (id: string) => Statement | null
  items: readonly CatalogueItem[]
}

/**
 * Checks and indexes documents; value-set roots are recomputed from their codes.
 * @throws CredentialError `schema-invalid`, `value-set-invalid`, `value-malformed`; StatementError `schema-mismatch`,
 * `value-set-unknown`
 */
export function makeCatalogue(documents: CatalogueDocuments): Catalogue {
  const { schemas, statements, valueSets } = documents
  const prepared = index(valueSets.map(prepareValueSet), ({ id }) => id)
  for (const schema of schemas) assertKnownCodes(schema, prepared)
  const byName = index(schemas, (schema) => `${schemaName(schema)} ${schema.subject}`)
  const byId = index(schemas, computeSchemaId)
  const templates = index(statements, ({ id }) => id)
  for (const { schema, subject } of statements) {
    if (!byName.has(`${schema} ${subject}`))
      throw new StatementError("schema-mismatch", `no schema ${schema}`)
  }
  return {
    ...documents,
    findSchema: (name, subject = "self") => byName.get(`${name} ${subject}`) ?? null,
    findSchemaById: (schemaId) => byId.get(schemaId) ?? null,
    schemaIdOf: computeSchemaId,
    findStatement: (id) => templates.get(id) ?? null,
    findValueSet: (id) => prepared.get(id) ?? null,
    items: [
      ...schemas.map((schema) => itemOf("schema", `${schemaName(schema)}/${schema.subject}`, schema)),
      ...statements.map((statement) => itemOf("statement", statement.id, statement)),
      ...valueSets.map((valueSet) => itemOf("value-set", valueSet.id, valueSet)),
    ],
  }
}

function itemOf(type: CatalogueItem["type"], id: string, document: Json): CatalogueItem {
  return { type, id, sha256: bytesToHex(sha256(canonicalBytes(document))) }
}

function assertKnownCodes(schema: Schema, valueSets: ReadonlyMap<string, PreparedValueSet>): void {
  assertSchema(schema)
  for (const { codes } of schema.attributes) {
    if (codes !== undefined && !valueSets.has(codes)) {
      throw new StatementError("value-set-unknown", `value-set-unknown: ${codes}`)
    }
  }
}

function index<T>(documents: readonly T[], keyOf: (document: T) => string): ReadonlyMap<string, T> {
  const map = new Map(documents.map((document) => [keyOf(document), document]))
  if (map.size !== documents.length) throw new CredentialError("schema-invalid", "two documents of one name")
  return map
}
