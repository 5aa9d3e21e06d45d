import { describe, expect, it } from "vitest"
import { readImmunizations } from "../../../src/health/fhir/read-immunizations.ts"
import { bundleBytes, dayOf, dose, patient } from "../../support/fhir-bundle.ts"
import { readSample } from "../../support/fhir-sample.ts"

const TODAY = dayOf("2026-11-20")

describe("a bundle of good and bad doses", () => {
  it("leaves the bad ones out, reports each, and counts none of them", () => {
    const { records, problems } = readImmunizations(readSample("covid-bad-doses-beside-good.json"), TODAY)
    expect(records.map(({ attributes }) => attributes)).toMatchObject([
      { dosesInRecord: 2, firstDoseOn: "2026-03-05", occurredOn: "2026-04-02" },
    ])
    expect(problems).toEqual([
      { code: "dose-not-given", path: "$.entry[2].resource.status" },
      { code: "dose-subpotent", path: "$.entry[3].resource.isSubpotent" },
      { code: "date-incomplete", path: "$.entry[5].resource.occurrenceDateTime" },
    ])
  })

  it("is refused with the code of the first bad dose when no good one is left", () => {
    const bytes = bundleBytes([patient(), dose({ isSubpotent: true }), dose({ status: "not-done" })])
    expect(() => readImmunizations(bytes, TODAY)).toThrow(
      expect.objectContaining({ code: "dose-subpotent", path: "$.entry[1].resource.isSubpotent" }),
    )
  })

  it("is refused whole when a single dose is another patient's", () => {
    const other = { fullUrl: "urn:uuid:other", resource: { resourceType: "RelatedPerson", id: "q" } }
    const bytes = bundleBytes([patient(), dose(), other, dose({ patient: { reference: "urn:uuid:other" } })])
    expect(() => readImmunizations(bytes, TODAY)).toThrow(
      expect.objectContaining({ code: "subject-mixed", path: "$.entry[3].resource.patient.reference" }),
    )
  })
})

describe("the birth date", () => {
  it.each(["1966", "1966-03", "1966-03-04"])("stays as precise as it was written: %s", (date) => {
    const { records } = readImmunizations(bundleBytes([patient({ birthDate: date }), dose()]), TODAY)
    expect(records[0]?.attributes["birthDate"]).toBe(date)
  })

  it("stays absent when the record states none", () => {
    const { records } = readImmunizations(bundleBytes([patient({ birthDate: undefined }), dose()]), TODAY)
    expect(records[0]?.attributes).not.toHaveProperty("birthDate")
  })

  it.each(["2027", "1966-13", "1966-02-30", "66-03-04", "1966-03-04T00:00:00Z"])(
    "is refused as %s",
    (date) => {
      const bytes = bundleBytes([patient({ birthDate: date }), dose()])
      expect(() => readImmunizations(bytes, TODAY)).toThrow(
        expect.objectContaining({ code: "malformed-bundle", path: "$.entry[0].resource.birthDate" }),
      )
    },
  )
})
