// One FHIR R4 Patient (hl7.org/fhir/R4/patient.html) as person/1: age and place, and no name.
import { PERSON_1 } from "../../protocol/catalogue/schemas/person-1.ts"
import type { BundleEntry } from "./bundle.ts"
import { countryOf } from "./country.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"

/** @throws FhirError `birth-date-missing`, `person-deceased`, `record-not-active`, `malformed-record` */
export function readPerson({ person }: RecordContext, entry: BundleEntry): RecordDraft {
  const patient = entry.resource.as("malformed-record")
  const path = patient.path
  if (patient.flag("active") === false) throw new FhirError("record-not-active", `${path}.active`)
  if (patient.has("deceasedDateTime") || patient.flag("deceasedBoolean") === true) {
    throw new FhirError("person-deceased", path)
  }
  const { birthDate, sex } = person
  if (birthDate === undefined) throw new FhirError("birth-date-missing", `${path}.birthDate`)
  const country = countryOf(patient.elements("address"))
  return { schema: PERSON_1, attributes: { birthDate, ...defined({ country, sex }) }, path }
}

// hl7.org/fhir/R4/valueset-administrative-gender.html; `unknown` says that nobody said.
const GENDERS = ["male", "female", "other"]

/** Patient.gender as a token; null for a code that R4 does not have, undefined when it is unknown or not stated. */
export function readSex(patient: ElementReader): string | null | undefined {
  const gender = patient.text("gender")
  if (gender === undefined || gender === "unknown") return undefined
  return GENDERS.includes(gender) ? `http://hl7.org/fhir/administrative-gender|${gender}` : null
}
