// FHIR bundles of one invented patient, member by member, for records that no sample file holds.
import { parseDay } from "../../src/protocol/credential/calendar.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"

/** A FHIR element as plain JSON. */
export type Element = Readonly<Record<string, unknown>>

export const CVX = "http://hl7.org/fhir/sid/cvx"
export const PATIENT_URL = "urn:uuid:00000000-0000-4000-8000-000000000001"

/** Days since 1970-01-01 of a day that is known to exist. */
export function dayOf(text: string): number {
  const day = parseDay(text)
  if (day === null) throw new Error(`${text} is no day`)
  return day
}

/** The patient's entry. */
export const patient = (members: Element = {}): Element => ({
  fullUrl: PATIENT_URL,
  resource: { resourceType: "Patient", birthDate: "1966-03-04", ...members },
})

/** The entry of a completed COVID-19 dose; a member that is undefined is left out. */
export const dose = (members: Element = {}): Element => ({
  resource: {
    resourceType: "Immunization",
    status: "completed",
    vaccineCode: coded(`${CVX}|208`),
    patient: { reference: PATIENT_URL },
    occurrenceDateTime: "2022-01-10",
    ...members,
  },
})

/** A CodeableConcept of FHIR tokens. */
export const coded = (...tokens: readonly string[]): Element => ({
  coding: tokens.map((token) => {
    const [system = "", code = ""] = token.split("|")
    return { system, code }
  }),
})

/** The bytes of a collection. */
export function bundleBytes(entries: readonly Element[], members: Element = {}): Uint8Array {
  return utf8ToBytes(
    JSON.stringify({ resourceType: "Bundle", type: "collection", ...members, entry: entries }),
  )
}
