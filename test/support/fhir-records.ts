// FHIR records of invented people, member by member: laboratory results, covers and licences.
import { FhirError } from "../../src/health/fhir/fhir-error.ts"
import type { Intake } from "../../src/health/fhir/intake.ts"
import type { ReadOptions } from "../../src/health/fhir/read-options.ts"
import { readRecords } from "../../src/health/fhir/read-records.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { coded, dayOf, PATIENT_URL } from "./fhir-bundle.ts"
import type { Element } from "./fhir-bundle.ts"

/** The day on which these records are read. */
export const READ_ON = dayOf("2026-11-20")
export const LOINC = "http://loinc.org"
export const SNOMED = "http://snomed.info/sct"
export const GLUCOSE = `${LOINC}|14749-6`
export const UCUM = "http://unitsofmeasure.org"
export const RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
export const COVERAGE_CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class"
export const CARIN_CLASS = "http://terminology.hl7.org/CodeSystem/C4DICExtendedCoverageClassCS"
export const CARIN_COST = "http://terminology.hl7.org/CodeSystem/C4DICExtendedCopayTypeCS"
export const COPAY = "http://terminology.hl7.org/CodeSystem/coverage-copay-type"

/** A JSON number in the very text that is given, which JSON.stringify would rewrite. */
export class Written {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const MARK = "\u{1F522}"

/** JSON bytes; `Written` numbers stay as they are. */
export function jsonBytes(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_, member: unknown) =>
    member instanceof Written ? MARK + member.text + MARK : member,
  )
  return utf8ToBytes(text.replaceAll(`"${MARK}`, "").replaceAll(`${MARK}"`, ""))
}

/** The bytes of a collection whose numbers may be `Written`. */
export const collection = (...entries: readonly Element[]): Uint8Array =>
  jsonBytes({ resourceType: "Bundle", type: "collection", entry: entries })

/** A quantity with its unit coded. @param value - JSON number text */
export const quantity = (value: string, unit = "mmol/L"): Element => ({
  value: new Written(value),
  unit,
  system: UCUM,
  code: unit,
})

/** The entry of a final glucose result; a member that is undefined is left out. */
export const observation = (members: Element = {}): Element => ({
  resource: {
    resourceType: "Observation",
    status: "final",
    code: coded(GLUCOSE),
    subject: { reference: PATIENT_URL },
    effectiveDateTime: "2026-11-02T07:30:00+01:00",
    valueQuantity: quantity("5.4"),
    ...members,
  },
})

/** The entry of an active cover of the patient, by an insurer with a number and a system. */
export const coverage = (members: Element = {}): Element => ({
  resource: {
    resourceType: "Coverage",
    status: "active",
    identifier: [{ system: "https://acme.example/member", value: "M-1" }],
    type: coded("http://terminology.hl7.org/CodeSystem/v3-ActCode|HIP"),
    beneficiary: { reference: PATIENT_URL },
    relationship: coded(`${RELATIONSHIP}|self`),
    payor: [{ identifier: { system: "https://acme.example/payer", value: "45002" } }],
    ...members,
  },
})

/** A class of a coverage. @param type - FHIR token */
export const coverageClass = (type: string, value: string): Element => ({ type: coded(type), value })

/** A cost in US dollars. @param type - FHIR token; @param value - JSON number text */
export const cost = (type: string, value: string, currency = "USD"): Element => ({
  type: coded(type),
  valueMoney: { value: new Written(value), currency },
})

/** A nurse's licence by an Austrian board. */
export const qualification = (members: Element = {}): Element => ({
  identifier: [{ system: "https://board.example/licences", value: "L-77" }],
  code: coded(`${SNOMED}|106292003`),
  period: { start: "2019-03-01", end: "2029-02-28" },
  issuer: { reference: "Organization/board" },
  ...members,
})

/** A practitioner with qualifications, and the board that issued them. */
export const licensed = (...qualifications: readonly Element[]): readonly Element[] => [
  { resource: { resourceType: "Practitioner", id: "n", qualification: qualifications } },
  { resource: { resourceType: "Organization", id: "board", address: [{ country: "AT" }] } },
]

/** An intake as codes: what was taken in by schema, what was not by code and path. */
export function summary(intake: Intake): Readonly<Record<"taken" | "notices", readonly string[]>> {
  return {
    taken: intake.records.map(({ schema }) => schema),
    notices: intake.notices.map(({ code, path }) => `${code} ${path}`),
  }
}

/** `code path` of the refusal of some bytes; anything but a FhirError fails. */
export function refusalOf(documents: Uint8Array | readonly Uint8Array[], options?: ReadOptions): string {
  try {
    readRecords(documents, READ_ON, options)
  } catch (error) {
    if (error instanceof FhirError) return `${error.code} ${error.path}`
    throw error
  }
  return "taken in"
}
