import { describe, expect, it } from "vitest"
import { DISEASE } from "../../../src/health/fhir/codes.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  collection,
  LOINC,
  observation,
  quantity,
  READ_ON,
  refusalOf,
  SNOMED,
} from "../../support/fhir-records.ts"

const AT = "$.entry[1].resource"
const NOT_DETECTED = `${SNOMED}|260415000`
const bytesOf = (members: Element): Uint8Array =>
  collection(
    patient(),
    observation({
      code: coded(`${LOINC}|94500-6`),
      valueQuantity: undefined,
      valueCodeableConcept: coded(NOT_DETECTED),
      ...members,
    }),
  )

describe("a test for COVID-19", () => {
  it.each([
    ["94500-6", "LP6464-4"],
    ["94309-2", "LP6464-4"],
    ["94759-8", "LP6464-4"],
    ["94845-5", "LP6464-4"],
    ["95406-5", "LP6464-4"],
    ["94558-4", "LP217198-3"],
    ["97097-0", "LP217198-3"],
  ])("coded %s is of the kind %s", (code, kind) => {
    const { records, notices } = readRecords(bytesOf({ code: coded(`${LOINC}|${code}`) }), READ_ON)
    expect(notices).toEqual([])
    expect(records[0]).toEqual({
      ...{ schema: "infection-test/1", subject: "self", path: AT },
      attributes: {
        ...{ disease: DISEASE.covid19, testType: `${LOINC}|${kind}`, result: NOT_DETECTED },
        ...{ collectedAt: "2026-11-02T07:30:00+01:00", birthDate: "1966-03-04" },
      },
    })
  })

  it.each(["260415000", "260373001", "260385009", "10828004"])(
    "keeps the result %s as it is written",
    (code) => {
      const result = `${SNOMED}|${code}`
      const { records } = readRecords(bytesOf({ valueCodeableConcept: coded(result) }), READ_ON)
      expect(records[0]?.attributes["result"]).toBe(result)
    },
  )

  it("is refused with any other result, in words, as a number and with two", () => {
    const AT_VALUE = `result-unknown ${AT}.valueCodeableConcept`
    expect(refusalOf(bytesOf({ valueCodeableConcept: coded(`${SNOMED}|419984006`) }))).toBe(AT_VALUE)
    expect(refusalOf(bytesOf({ valueCodeableConcept: { text: "not detected" } }))).toBe(AT_VALUE)
    expect(refusalOf(bytesOf({ valueCodeableConcept: coded(NOT_DETECTED, `${SNOMED}|260373001`) }))).toBe(
      AT_VALUE,
    )
    expect(refusalOf(bytesOf({ valueCodeableConcept: undefined, valueQuantity: quantity("0") }))).toBe(
      `result-unknown ${AT}.valueQuantity`,
    )
  })

  it("is refused on a day without an hour: hours decide what it is worth", () => {
    expect(refusalOf(bytesOf({ effectiveDateTime: "2026-11-02" }))).toBe(
      `date-incomplete ${AT}.effectiveDateTime`,
    )
  })
})
