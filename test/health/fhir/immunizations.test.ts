import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { DISEASE, lookUpVaccine } from "../../../src/health/fhir/codes.ts"
import { readImmunizations } from "../../../src/health/fhir/read-immunizations.ts"
import { COVID_19_VACCINES_1 } from "../../../src/protocol/catalogue/value-sets/covid-19-vaccines-1.ts"
import { parseDay } from "../../../src/protocol/credential/calendar.ts"

const TODAY = parseDay("2026-11-20") ?? Number.NaN
const CVX = "http://hl7.org/fhir/sid/cvx"
const sample = (name: string) =>
  readImmunizations(readFileSync(new URL(`../../samples/${name}.json`, import.meta.url)), TODAY)

type Members = Readonly<Record<string, unknown>>
const dose = (members: Members): Members => ({
  resourceType: "Immunization",
  status: "completed",
  vaccineCode: { coding: [{ system: CVX, code: "208" }] },
  patient: { reference: "Patient/p" },
  occurrenceDateTime: "2026-05-04",
  ...members,
})
const read = (...doses: readonly Members[]) => {
  const resources = [{ resourceType: "Patient", id: "p", birthDate: "1979-02" }, ...doses]
  const bundle = {
    resourceType: "Bundle",
    type: "collection",
    entry: resources.map((resource) => ({ resource })),
  }
  return readImmunizations(new TextEncoder().encode(JSON.stringify(bundle)), TODAY)
}
const vaccine = (code: string): Members => ({ vaccineCode: { coding: [{ system: CVX, code }] } })
const protocol = (doseNumberPositiveInt: number, target?: string): Members => ({
  doseNumberPositiveInt,
  ...(target === undefined
    ? {}
    : { targetDisease: [{ coding: [{ system: "http://snomed.info/sct", code: target }] }] }),
})

describe("our samples", () => {
  it("reads the second of two doses, 14 to 270 days before the demo's day", () => {
    const { records, problems } = sample("covid-two-of-two")
    expect(problems).toEqual([])
    expect(records[0]?.attributes).toMatchObject({ doseNumber: 2, seriesDoses: 2, dosesInRecord: 2 })
    const age = TODAY - (parseDay(String(records[0]?.attributes["occurredOn"])) ?? 0)
    expect(age).toBeGreaterThanOrEqual(14)
    expect(age).toBeLessThanOrEqual(270)
  })
  it("keeps a series absent that is not stated, and counts the doses", () => {
    const attributes = sample("covid-three-doses-no-series").records[0]?.attributes ?? {}
    expect(attributes["dosesInRecord"]).toBe(3)
    expect(attributes).not.toHaveProperty("doseNumber")
    expect(attributes).not.toHaveProperty("seriesDoses")
  })
  it("reads an incomplete series as incomplete and influenza as influenza", () => {
    expect(sample("covid-one-of-two").records[0]?.attributes).toMatchObject({ doseNumber: 1, seriesDoses: 2 })
    expect(sample("influenza").records.map(({ disease }) => disease)).toEqual([DISEASE.influenza])
  })
})

describe("several doses", () => {
  it("leaves out a bad dose and reports code and path", () => {
    const { records, problems } = read(
      dose({}),
      dose({ status: "not-done", occurrenceDateTime: "2026-08-01" }),
    )
    expect(records[0]?.attributes).toMatchObject({ dosesInRecord: 1, occurredOn: "2026-05-04" })
    expect(problems).toEqual([{ code: "dose-not-given", path: "$.entry[2].resource.status" }])
  })
  it("counts one day once and takes the last day, whatever the order", () => {
    const { records, problems } = read(
      dose({ occurrenceDateTime: "2026-06-01" }),
      dose({}),
      dose({ occurrenceDateTime: "2026-06-01" }),
    )
    const expected = {
      dosesInRecord: 2,
      occurredOn: "2026-06-01",
      firstDoseOn: "2026-05-04",
      birthDate: "1979-02",
    }
    expect(records[0]?.attributes).toMatchObject(expected)
    expect(problems).toEqual([{ code: "dose-duplicate", path: "$.entry[3].resource" }])
  })
  it("leaves an attribute absent on which two copies of a dose disagree", () => {
    const { records, problems } = read(dose({ lotNumber: "several" }), dose({ lotNumber: "B" }))
    expect(records[0]?.attributes).not.toHaveProperty("lot")
    expect(problems.map(({ code }) => code)).toContain("dose-conflict")
  })
  it("gives a combined vaccine one record per disease", () => {
    const { records } = read(
      dose(vaccine("03")),
      dose({ ...vaccine("05"), occurrenceDateTime: "2026-06-01" }),
    )
    const counts = records.map(({ disease, attributes }) => [disease, attributes["dosesInRecord"]])
    expect(counts).toEqual([
      [DISEASE.measles, 2],
      [DISEASE.mumps, 1],
      [DISEASE.rubella, 1],
    ])
  })
})

describe("one dose", () => {
  it("takes the date as written at its own offset", () => {
    const { records } = read(dose({ occurrenceDateTime: "2026-05-04T23:30:00-10:00" }))
    expect(records[0]?.attributes["occurredOn"]).toBe("2026-05-04")
  })
  it.each(["2026", "2026-02-30", "2026-05-04T10:00:00", "2026-05-04 "])("refuses the date %j", (text) => {
    expect(() => read(dose({ occurrenceDateTime: text }))).toThrow(/^date-incomplete/)
  })
  it("takes today and refuses tomorrow", () => {
    expect(read(dose({ occurrenceDateTime: "2026-11-20" })).records).toHaveLength(1)
    expect(() => read(dose({ occurrenceDateTime: "2026-11-21" }))).toThrow(/^date-in-future/)
  })
  it("does not read a dose number written as text", () => {
    const { records } = read(dose({ protocolApplied: [{ doseNumberString: "2", seriesDosesString: "2" }] }))
    expect(records[0]?.attributes).not.toHaveProperty("doseNumber")
  })
  it.each([0, -1, 1.5, 2_147_483_648])("refuses the dose number %d", (n) => {
    expect(() => read(dose({ protocolApplied: [protocol(n)] }))).toThrow(/^malformed-dose/)
  })
  it("takes a dose number only from a protocol about the disease, and none from two that differ", () => {
    const own = (list: readonly Members[]) => read(dose({ protocolApplied: list }))
    expect(own([protocol(2, "6142004")]).records[0]?.attributes).not.toHaveProperty("doseNumber")
    expect(own([protocol(2, "840539006")]).records[0]?.attributes["doseNumber"]).toBe(2)
    const two = own([protocol(1), protocol(2)])
    expect(two.records[0]?.attributes).not.toHaveProperty("doseNumber")
    expect(two.problems.map(({ code }) => code)).toEqual(["protocol-ambiguous"])
  })
})

it("knows every code of the catalogue's COVID-19 value set", () => {
  for (const code of COVID_19_VACCINES_1.codes)
    expect(lookUpVaccine(code)?.diseases, code).toEqual([DISEASE.covid19])
})

const REAL = join(
  process.env["SOTTO_DATA"] ?? "../shared/data",
  "smart-health-cards/covid-vaccines-bundle.json",
)
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")
if (!existsSync(REAL) && !isRequired)
  console.warn(`SKIPPED: no ${REAL}; set SOTTO_DATA to run the real record`)
it.skipIf(!existsSync(REAL) && !isRequired)("reads the published SMART Health Cards bundle", () => {
  const { records, problems } = readImmunizations(readFileSync(REAL), TODAY)
  expect(problems).toEqual([])
  expect(records.map(({ attributes }) => attributes)).toEqual([
    {
      ...{ disease: DISEASE.covid19, vaccine: `${CVX}|229`, dosesInRecord: 3, lot: "0000001" },
      ...{ occurredOn: "2022-09-05", firstDoseOn: "2021-01-01", birthDate: "1951-01-20" },
    },
  ])
})
