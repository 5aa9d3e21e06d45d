// From a record that was read and checked to the attributes that are signed: exactly one of what it holds.
import { DISEASE } from "../../health/fhir/codes.ts"
import type { Intake, IntakeRecord } from "../../health/fhir/intake.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import { IssuerError } from "./issuer-error.ts"
import type { RecordSelector } from "./record-selector.ts"

/** What an issuer signs of a record; issuing adds the day of binding. */
export interface Attested {
  /** In the form for the record's person: the holder, or somebody for whom the holder acts. */
  readonly schema: Schema
  readonly attributes: Attributes
  /** JSON path of where it was read. */
  readonly path: string
}

/**
 * The one record of an intake that a selector means. Without one: of immunizations alone the COVID-19 one, else the first;
 * otherwise the only record, where what merely comes with another (a patient's own facts, the costs of a cover) stands
 * back.
 * @throws IssuerError `record-not-found`, `disease-not-in-record`, `record-ambiguous`; `schema-unknown` when the
 * catalogue has no form of the record for its person
 */
export function attest(intake: Intake, selector: RecordSelector = {}): Attested {
  const { schema: name, subject, attributes, path } = select(intake.records, selector)
  const schema = CATALOGUE.findSchema(name, subject)
  if (schema === null) throw new IssuerError("schema-unknown", `no schema ${name} for ${subject}`)
  return { schema, attributes, path }
}

const IMMUNIZATION = "immunization/1"
const COMPANIONS: readonly string[] = ["person/1", "coverage-costs/1"]

function select(records: readonly IntakeRecord[], selector: RecordSelector): IntakeRecord {
  const { index } = selector
  const found = narrow(records, selector)
  if (index !== undefined) return assertFound(found[index], selector)
  const principal = found.filter(({ schema }) => !COMPANIONS.includes(schema))
  const candidates = principal.length > 0 ? principal : found
  const first = assertFound(candidates[0], selector)
  if (candidates.every(({ schema }) => schema === IMMUNIZATION)) {
    return candidates.find(({ attributes }) => attributes["disease"] === DISEASE.covid19) ?? first
  }
  if (candidates.length > 1) {
    throw new IssuerError("record-ambiguous", `${candidates.length} records are meant`)
  }
  return first
}

function narrow(records: readonly IntakeRecord[], selector: RecordSelector): readonly IntakeRecord[] {
  const { schema, disease, loinc } = selector
  const analyte = loinc?.includes("|") === false ? `http://loinc.org|${loinc}` : loinc
  return records.filter(
    (record) =>
      (schema === undefined || record.schema === schema) &&
      (disease === undefined || record.attributes["disease"] === disease) &&
      (analyte === undefined || CATALOGUE.findSchema(record.schema)?.observes === analyte),
  )
}

function assertFound(record: IntakeRecord | undefined, { disease, ...others }: RecordSelector): IntakeRecord {
  if (record !== undefined) return record
  const isDisease = disease !== undefined && Object.keys(others).length === 0
  throw isDisease
    ? new IssuerError("disease-not-in-record", "the record holds no such disease")
    : new IssuerError("record-not-found", "the record holds nothing that is meant")
}
