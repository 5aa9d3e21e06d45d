// From a record that was read and checked to the attributes that are signed.
import { DISEASE } from "../../health/fhir/codes.ts"
import type { ImmunizationIntake } from "../../health/fhir/read-immunizations.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import { IssuerError } from "./issuer-error.ts"

/**
 * The attributes of immunization/1 that an issuer attests from a verified record; issuing adds the day of binding.
 * @param disease - FHIR token; left out, COVID-19 if the record has it, else the record's first disease
 * @throws IssuerError `disease-not-in-record`
 */
export function attestImmunization(intake: ImmunizationIntake, disease?: string): Attributes {
  const find = (wanted: string) => intake.records.find((record) => record.disease === wanted)
  const record = disease === undefined ? (find(DISEASE.covid19) ?? intake.records[0]) : find(disease)
  if (record === undefined) throw new IssuerError("disease-not-in-record", "the record holds no such disease")
  return record.attributes
}
