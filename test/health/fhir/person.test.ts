import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { dose, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import { collection, READ_ON, refusalOf } from "../../support/fhir-records.ts"

const AT = "$.entry[0].resource"
const read = (members: Element) => readRecords(collection(patient(members)), READ_ON)
const attributesOf = (members: Element) => read(members).records[0]?.attributes

describe("a person", () => {
  it("is a birth date, a country and a sex, and no name", () => {
    const members = {
      name: [{ family: "Sample" }],
      gender: "other",
      address: [{ country: "AT", city: "Wien" }],
    }
    expect(read(members)).toEqual({
      records: [
        {
          ...{ schema: "person/1", subject: "self", path: AT },
          attributes: {
            ...{ birthDate: "1966-03-04", country: "urn:iso:std:iso:3166|AT" },
            sex: "http://hl7.org/fhir/administrative-gender|other",
          },
        },
      ],
      notices: [],
    })
  })

  it.each(["1966", "1966-03"])("may be born on a day that only its %s is known of", (birthDate) => {
    expect(attributesOf({ birthDate })?.["birthDate"]).toBe(birthDate)
  })

  it("has no sex where it is unknown, and where it is no code of R4, which is noted", () => {
    expect(attributesOf({ gender: "unknown" })).not.toHaveProperty("sex")
    const { records, notices } = read({ gender: "F" })
    expect(records[0]?.attributes).not.toHaveProperty("sex")
    expect(notices).toEqual([{ code: "sex-unknown", path: `${AT}.gender` }])
  })

  it.each<[string, readonly Element[]]>([
    ["in words", [{ country: "Austria" }]],
    ["twice", [{ country: "AT" }, { country: "DE" }]],
    ["of the past", [{ country: "AT", use: "old" }]],
  ])("has no country that is stated %s", (_, address) => {
    expect(attributesOf({ address })).not.toHaveProperty("country")
  })

  it.each<[string, Element, string]>([
    ["without a birth date", { birthDate: undefined }, "birth-date-missing $.birthDate"],
    ["dead", { deceasedBoolean: true }, "person-deceased $"],
    ["dead since a day", { deceasedDateTime: "2026-01-01" }, "person-deceased $"],
    ["by an entry that is no longer in use", { active: false }, "record-not-active $.active"],
  ])("is refused %s; beside another record it is left out without a word", (_, members, expected) => {
    expect(refusalOf(collection(patient(members)))).toBe(expected.replace("$", AT))
    const { records, notices } = readRecords(collection(patient(members), dose()), READ_ON)
    expect(records.map(({ schema }) => schema)).toEqual(["immunization/1"])
    expect(notices).toEqual([])
  })

  it("alive and in use is taken in", () => {
    expect(attributesOf({ active: true, deceasedBoolean: false })).toEqual({ birthDate: "1966-03-04" })
  })
})
