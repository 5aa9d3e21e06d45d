// Published records: an example of a laboratory's report, an insurance card, vaccinations.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Intake } from "../../../src/health/fhir/intake.ts"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { jsonBytes, READ_ON, refusalOf, RELATIONSHIP, SNOMED } from "../../support/fhir-records.ts"

const DATA = process.env["SOTTO_DATA"] ?? "../shared/data"
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")
const isAbsent = (folder: string): boolean => {
  const absent = !existsSync(join(DATA, folder)) && !isRequired
  if (absent) console.warn(`SKIPPED: no ${join(DATA, folder)}; set SOTTO_DATA to read the published records`)
  return absent
}
const file = (name: string): Uint8Array => readFileSync(join(DATA, name))
const count = (intake: Intake): Readonly<Record<string, number>> => {
  const codes = new Map<string, number>()
  for (const { code } of intake.notices) codes.set(code, (codes.get(code) ?? 0) + 1)
  return Object.fromEntries(codes)
}
const schemas = (intake: Intake, kind: RegExp): readonly string[] =>
  intake.records.map(({ schema }) => schema).filter((schema) => kind.test(schema))

describe.skipIf(isAbsent("smart-health-cards"))(
  "a published report of 51 observations in three panels",
  () => {
    // The report names Patient/pat2 and leaves it out.
    const pat2 = jsonBytes({ resourceType: "Patient", id: "pat2", birthDate: "1970-01-02" })
    const read = (options?: ReadOptions) =>
      readRecords([file("smart-health-cards/dr-bundle.json"), pat2], READ_ON, options)

    it("gives 16 numbers and 4 codes; 26 have no coded unit and 2 are bounds; panels are silent", () => {
      const intake = read()
      expect(schemas(intake, /^lab-[0-9]/)).toHaveLength(16)
      expect(schemas(intake, /^lab-coded-/)).toHaveLength(4)
      expect(intake.records).toHaveLength(16 + 4 + 1)
      expect(count(intake)).toEqual({
        "unit-not-coded": 25 + 1,
        "value-not-a-point": 2,
        "reference-range-unused": 1, // basophils: a high end only
      })
    })

    it("gives 23 more when units in words may stand; pH in words is no code, one analyte is not ours", () => {
      const intake = read({ acceptDisplayUnit: true })
      expect(schemas(intake, /^lab-[0-9]/)).toHaveLength(16 + 23)
      expect(schemas(intake, /^lab-coded-/)).toHaveLength(4)
      expect(count(intake)).toEqual({
        "display-unit-accepted": 23,
        "unit-not-coded": 2,
        "analyte-unknown": 1,
        "value-not-a-point": 2,
        "reference-range-unused": 1,
      })
    })

    it("dates every result by its panel, and names its specimen", () => {
      const results = read({ acceptDisplayUnit: true }).records.filter(({ schema }) =>
        schema.startsWith("lab-"),
      )
      expect(new Set(results.map(({ attributes }) => attributes["collectedAt"]))).toEqual(
        new Set(["2015-08-16T06:40:17Z"]),
      )
      expect(new Set(results.map(({ attributes }) => attributes["specimen"]))).toEqual(
        new Set(["445295009", "119364003", "122575003"].map((code) => `${SNOMED}|${code}`)),
      )
    })

    it("keeps the digits that were written", () => {
      const [eosinophils] = read().records.filter(({ schema }) => schema === "lab-711-2-10e9-l/1")
      expect(eosinophils?.attributes).toMatchObject({
        ...{ value: "0.92", referenceLow: "0.04", referenceHigh: "0.40", birthDate: "1970-01-02" },
      })
    })

    it("is refused without its patient, unless the desk knows who it is", () => {
      const alone = file("smart-health-cards/dr-bundle.json")
      expect(refusalOf(alone)).toBe("subject-missing $.entry")
      const { records, notices } = readRecords(alone, READ_ON, { patientElsewhere: true })
      expect(records).toHaveLength(20)
      expect(notices[0]).toEqual({ code: "patient-not-included", path: "$.entry" })
    })
  },
)

describe.skipIf(isAbsent("carin"))("a published insurance card of a spouse", () => {
  const card = ["Coverage1", "Patient1", "Patient2", "PayerOrganization1"].map(
    (name) => `carin/Example-${name}.json`,
  )

  it("is hers, open at its end, with the family's deductibles and no costs that are words", () => {
    const intake = readRecords(card.map(file), READ_ON, { classSystem: "https://acme.example" })
    expect(intake.records[0]).toEqual({
      ...{ schema: "coverage/1", subject: "self", path: "$[0]" },
      attributes: {
        payer: "http://terminology.hl7.org/CodeSystem/C4DICIdentifierType#payerid|45002",
        plan: "https://acme.example/plan|11461128",
        group: "https://acme.example/group|993355",
        network: "https://acme.example/network|561490",
        kind: "http://terminology.hl7.org/CodeSystem/v3-ActCode|HIP",
        relationship: `${RELATIONSHIP}|spouse`,
        periodStart: "2021-01-01",
        deductibleFamilyIn: "8000.00",
        deductibleFamilyOut: "10000.00",
        birthDate: "1990-11-12",
        memberNumber: "102345672-02",
      },
    })
    expect(intake.records[1]?.attributes).toMatchObject({
      outOfPocketFamilyIn: "10000.00",
      outOfPocketFamilyOut: "12000.00",
    })
    expect(intake.records.map(({ schema }) => schema)).toEqual(["coverage/1", "coverage-costs/1", "person/1"])
    expect(count(intake)).toEqual({ "cost-unused": 3 })
  })

  it("is the subscriber's ward's when the desk says so, and lacks classes without the payer's base URL", () => {
    const intake = readRecords(card.map(file), READ_ON, { subject: "ward" })
    expect(new Set(intake.records.map(({ subject }) => subject))).toEqual(new Set(["ward"]))
    expect(count(intake)).toEqual({ "class-system-missing": 3, "cost-unused": 3 })
  })
})

describe.skipIf(isAbsent("smart-health-cards"))("published vaccinations", () => {
  it("are three doses without numbers and a person", () => {
    const intake = readRecords(file("smart-health-cards/covid-vaccines-bundle.json"), READ_ON)
    expect(intake.notices).toEqual([])
    expect(intake.records).toEqual([
      {
        ...{ schema: "immunization/1", subject: "self", path: "$.entry[3].resource" },
        attributes: {
          ...{ disease: `${SNOMED}|840539006`, vaccine: "http://hl7.org/fhir/sid/cvx|229" },
          ...{ dosesInRecord: 3, occurredOn: "2022-09-05", firstDoseOn: "2021-01-01" },
          ...{ lot: "0000001", birthDate: "1951-01-20" },
        },
      },
      {
        ...{ schema: "person/1", subject: "self", path: "$.entry[0].resource" },
        attributes: { birthDate: "1951-01-20" },
      },
    ])
  })
})
