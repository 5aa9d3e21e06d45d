import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  collection,
  licensed,
  qualification,
  READ_ON,
  refusalOf,
  SNOMED,
} from "../../support/fhir-records.ts"

const ACTIVE = { standing: "https://sotto.example/standing|active" }
const AT = "$.entry[0].resource.qualification[0]"
const refused = (members: Element): string =>
  refusalOf(collection(...licensed(qualification(members))), ACTIVE)

describe("a licence", () => {
  it("is a qualification with its board's country and the desk's standing", () => {
    expect(readRecords(collection(...licensed(qualification())), READ_ON, ACTIVE)).toEqual({
      records: [
        {
          ...{ schema: "licence/1", subject: "self", path: AT },
          attributes: {
            ...{ profession: `${SNOMED}|106292003`, jurisdiction: "urn:iso:std:iso:3166|AT" },
            ...ACTIVE,
            ...{ issuedOn: "2019-03-01", expiresOn: "2029-02-28", licenceNumber: "L-77" },
          },
        },
      ],
      notices: [],
    })
  })

  it("without an end stays open", () => {
    const bytes = collection(...licensed(qualification({ period: { start: "2019-03-01" } })))
    expect(readRecords(bytes, READ_ON, ACTIVE).records[0]?.attributes).not.toHaveProperty("expiresOn")
  })

  it("is one record a qualification; a bad one is left out and noted", () => {
    const bytes = collection(...licensed(qualification({ code: undefined }), qualification()))
    const { records, notices } = readRecords(bytes, READ_ON, ACTIVE)
    expect(records.map(({ path }) => path)).toEqual(["$.entry[0].resource.qualification[1]"])
    expect(notices).toEqual([{ code: "qualification-not-coded", path: `${AT}.code` }])
  })

  it.each<[string, Element, string]>([
    ["without a code", { code: undefined }, "qualification-not-coded $.code"],
    ["with a code in words", { code: { text: "nurse" } }, "qualification-not-coded $.code"],
    [
      "of two professions",
      { code: coded(`${SNOMED}|106292003`, `${SNOMED}|309343006`) },
      "qualification-not-coded $.code",
    ],
    ["without an issuer", { issuer: undefined }, "issuer-missing $.issuer"],
    ["by a board that is not here", { issuer: { display: "Board" } }, "jurisdiction-unknown $.issuer"],
    ["by a person", { issuer: { reference: "Practitioner/n" } }, "jurisdiction-unknown $.issuer"],
    ["without a period", { period: undefined }, "period-missing $.period"],
    ["without a start", { period: { end: "2029-02-28" } }, "period-missing $.period"],
    ["from a month on", { period: { start: "2019-03" } }, "date-incomplete $.period.start"],
    ["until a year", { period: { start: "2019-03-01", end: "2029" } }, "date-incomplete $.period.end"],
    ["from tomorrow on", { period: { start: "2026-11-21" } }, "date-in-future $.period.start"],
    [
      "that ends before it starts",
      { period: { start: "2019-03-01", end: "2019-02-28" } },
      "malformed-record $.period",
    ],
    ["without a number", { identifier: [] }, "licence-number-missing $.identifier"],
    [
      "with two numbers",
      { identifier: [{ value: "1" }, { value: "2" }] },
      "licence-number-missing $.identifier",
    ],
    [
      "with an old number",
      { identifier: [{ use: "old", value: "1" }] },
      "licence-number-missing $.identifier",
    ],
  ])("is refused %s", (_, members, expected) => {
    expect(refused(members)).toBe(expected.replace("$", AT))
  })

  it.each([["Austria"], ["at"], [undefined]])("is refused where the board's country is %s", (country) => {
    const [practitioner = {}] = licensed(qualification())
    const board = { resource: { resourceType: "Organization", id: "board", address: [{ country }] } }
    expect(refusalOf(collection(practitioner, board), ACTIVE)).toBe(`jurisdiction-unknown ${AT}.issuer`)
  })

  it("is refused until the desk states its standing, as a token", () => {
    const bytes = collection(...licensed(qualification()))
    expect(refusalOf(bytes)).toBe(`standing-not-stated ${AT}`)
    expect(refusalOf(bytes, { standing: "active" })).toBe(`value-malformed ${AT}`)
  })

  it("is refused of a practitioner whose entry is no longer in use", () => {
    const resource = { resourceType: "Practitioner", active: false, qualification: [qualification()] }
    expect(refusalOf(collection({ resource }), ACTIVE)).toBe("record-not-active $.entry[0].resource.active")
  })

  it("is nobody's where two practitioners stand, and not the patient's where one stands beside a patient", () => {
    const nurse = licensed(qualification())
    expect(refusalOf(collection(...nurse, { resource: { resourceType: "Practitioner" } }), ACTIVE)).toBe(
      "subject-mixed $.entry[2].resource",
    )
    const { records, notices } = readRecords(collection(...nurse, patient()), READ_ON, ACTIVE)
    expect(records.map(({ schema }) => schema)).toEqual(["person/1"])
    expect(notices).toEqual([{ code: "not-the-subject", path: "$.entry[0].resource.qualification" }])
  })
})
