// From a record's bytes to the answer of a released statement: intake, what the issuer signs, the reference interpreter.
import type { ReadOptions } from "../../src/health/fhir/read-options.ts"
import { readRecords } from "../../src/health/fhir/read-records.ts"
import { attest } from "../../src/parties/issuer/attest.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { compileStatement } from "../../src/protocol/credential/slots.ts"
import { evaluateStatement } from "../../src/protocol/credential/statement.ts"
import type { StatementInput } from "../../src/protocol/credential/statement-conditions.ts"
import type { Parameters, Schema } from "../../src/protocol/wire/statement.ts"
import { READ_ON } from "./fhir-records.ts"

/** A released statement over one form of a schema, at noon of the day on which records are read. */
export function inputOf(id: string, schema: Schema, parameters: Parameters = {}): StatementInput {
  const statement = CATALOGUE.findStatement(id)
  if (statement === null) throw new Error(`no statement ${id}`)
  const asOfUnixSeconds = READ_ON * 86_400 + 43_200
  return { statement, schema, parameters, valueSets: CATALOGUE.findValueSet, asOfUnixSeconds, zone: "Z" }
}

/** Whether the record that a statement is about, of all that some bytes hold, satisfies it. */
export function satisfies(
  bytes: Uint8Array,
  id: string,
  parameters: Parameters = {},
  options?: ReadOptions,
): boolean {
  const statement = CATALOGUE.findStatement(id)
  const selector = statement === null ? {} : { schema: statement.schema }
  const { schema, attributes } = attest(readRecords(bytes, READ_ON, options), selector)
  const input = inputOf(id, schema, parameters)
  compileStatement(input) // it is a question that a verifier can ask
  return evaluateStatement(input, { ...attributes, boundOn: "2026-11-20" })
}
