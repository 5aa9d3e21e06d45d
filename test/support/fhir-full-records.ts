// Bundles in which every member stands that intake reads: what to change where a reader must survive any change.
import { coded, CVX, dose, patient, PATIENT_URL } from "./fhir-bundle.ts"
import type { Element } from "./fhir-bundle.ts"
import {
  CARIN_COST,
  collection,
  cost,
  COVERAGE_CLASS,
  coverage,
  coverageClass,
  licensed,
  LOINC,
  observation,
  quantity,
  qualification,
  SNOMED,
} from "./fhir-records.ts"

const range = { low: quantity("3.9"), high: quantity("5.6"), type: coded("urn:x|normal") }
const panel = observation({
  code: coded(`${LOINC}|24323-8`),
  valueQuantity: undefined,
  specimen: { reference: "Specimen/s" },
  hasMember: [{ reference: "Observation/r" }],
})
const covidTest = observation({
  code: coded(`${LOINC}|94500-6`),
  valueQuantity: undefined,
  valueCodeableConcept: coded(`${SNOMED}|260415000`),
})
const cover = coverage({
  subscriber: { reference: "urn:uuid:other" },
  relationship: coded("urn:r|child"),
  period: { start: "2026-01-01", end: "2026-12-31" },
  payor: [{ reference: "Organization/o" }],
  class: [coverageClass(`${COVERAGE_CLASS}|plan`, "1")],
  costToBeneficiary: [cost(`${CARIN_COST}|FamInDed`, "8000.00"), cost(`${CARIN_COST}|FamInMax`, "1e4")],
})
const vaccine = { ...coded(`${CVX}|208`), text: "a vaccine" }
const protocol = {
  targetDisease: [coded(`${SNOMED}|840539006`)],
  ...{ doseNumberPositiveInt: 1, seriesDosesPositiveInt: 2 },
}
const organization = (id: string, system: string, value: string): Element => ({
  fullUrl: `urn:uuid:${id}`,
  resource: { resourceType: "Organization", id, identifier: [{ system, value }] },
})
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

/** Every member that intake reads, and some that it does not, as JSON values by whose bundle it is. */
export const FULL_RECORDS: Readonly<Record<string, unknown>> = {
  patient: parse(
    collection(
      patient({ gender: "female", address: [{ country: "AT", use: "home" }], active: true }),
      { fullUrl: "urn:uuid:other", resource: { resourceType: "Patient" } },
      dose(),
      observation({
        id: "r",
        effectiveDateTime: undefined,
        referenceRange: [range],
        method: coded(`${SNOMED}|702659008`),
      }),
      panel,
      { resource: { resourceType: "Specimen", id: "s", type: coded(`${SNOMED}|119364003`) } },
      {
        resource: {
          resourceType: "DiagnosticReport",
          ...{ status: "final", subject: { reference: PATIENT_URL } },
          result: [{ reference: "Observation/r" }],
        },
      },
      covidTest,
      cover,
      organization("o", "urn:p", "1"),
    ),
  ),
  "vaccinated patient": parse(
    collection(
      patient({ name: [{ family: "Sample", given: ["Rex"] }], id: "p" }),
      dose({
        vaccineCode: vaccine,
        lotNumber: "L",
        isSubpotent: false,
        manufacturer: { reference: "urn:uuid:maker" },
        protocolApplied: [protocol],
      }),
      dose({ manufacturer: { identifier: { system: "urn:m", value: "X" } }, statusReason: vaccine }),
      organization("maker", "urn:m", "Y"),
      { resource: { resourceType: "Basic", subject: { reference: PATIENT_URL } } },
    ),
  ),
  practitioner: parse(
    collection(...licensed(qualification({ identifier: [{ use: "official", value: "1" }] }))),
  ),
}
