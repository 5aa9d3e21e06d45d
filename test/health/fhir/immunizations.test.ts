import { describe, expect, it } from "vitest"
import { DISEASE, lookUpVaccine } from "../../../src/health/fhir/codes.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { COVID_19_VACCINES_1 } from "../../../src/protocol/catalogue/value-sets/covid-19-vaccines-1.ts"
import { bundleBytes, coded, CVX, dayOf, dose as doseOf, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import { READ_ON, refusalOf } from "../../support/fhir-records.ts"
import { readSample } from "../../support/fhir-sample.ts"

const dose = (members: Element): Element => doseOf({ occurrenceDateTime: "2026-05-04", ...members })
const bytesOf = (...doses: readonly Element[]): Uint8Array =>
  bundleBytes([patient({ birthDate: "1979-02" }), ...doses])
const immunizations = (bytes: Uint8Array) => {
  const { records, notices } = readRecords(bytes, READ_ON)
  return { records: records.filter(({ schema }) => schema === "immunization/1"), notices }
}
const read = (...doses: readonly Element[]) => immunizations(bytesOf(...doses))
const sample = (name: string) => immunizations(readSample(`${name}.json`))
const vaccine = (code: string): Element => ({ vaccineCode: coded(`${CVX}|${code}`) })
const protocol = (doseNumberPositiveInt: number, target?: string): Element => ({
  doseNumberPositiveInt,
  ...(target === undefined ? {} : { targetDisease: [coded(`http://snomed.info/sct|${target}`)] }),
})

describe("our samples", () => {
  it("reads the second of two doses, 14 to 270 days before the demo's day", () => {
    const { records, notices } = sample("covid-two-of-two")
    expect(notices).toEqual([])
    expect(records[0]?.attributes).toMatchObject({ doseNumber: 2, seriesDoses: 2, dosesInRecord: 2 })
    const age = READ_ON - dayOf(String(records[0]?.attributes["occurredOn"]))
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
    expect(sample("influenza").records.map(({ attributes }) => attributes["disease"])).toEqual([
      DISEASE.influenza,
    ])
  })
})

describe("several doses", () => {
  it("leaves out a bad dose and reports code and path", () => {
    const { records, notices } = read(
      dose({}),
      dose({ status: "not-done", occurrenceDateTime: "2026-08-01" }),
    )
    expect(records[0]?.attributes).toMatchObject({ dosesInRecord: 1, occurredOn: "2026-05-04" })
    expect(notices).toEqual([{ code: "dose-not-given", path: "$.entry[2].resource.status" }])
  })
  it("counts one day once and takes the last day, whatever the order", () => {
    const { records, notices } = read(
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
    expect(notices).toEqual([{ code: "dose-duplicate", path: "$.entry[3].resource" }])
  })
  it("leaves an attribute absent on which two copies of a dose disagree", () => {
    const { records, notices } = read(dose({ lotNumber: "several" }), dose({ lotNumber: "B" }))
    expect(records[0]?.attributes).not.toHaveProperty("lot")
    expect(notices.map(({ code }) => code)).toContain("dose-conflict")
  })
  it("gives a combined vaccine one record per disease", () => {
    const { records } = read(
      dose(vaccine("03")),
      dose({ ...vaccine("05"), occurrenceDateTime: "2026-06-01" }),
    )
    const counts = records.map(({ attributes }) => [attributes["disease"], attributes["dosesInRecord"]])
    expect(counts).toEqual([
      [DISEASE.measles, 2],
      [DISEASE.mumps, 1],
      [DISEASE.rubella, 1],
    ])
  })
})

describe("good and bad doses", () => {
  it("leave the bad ones out, report each, and count none of them", () => {
    const { records, notices } = sample("covid-bad-doses-beside-good")
    expect(records.map(({ attributes }) => attributes)).toMatchObject([
      { dosesInRecord: 2, firstDoseOn: "2026-03-05", occurredOn: "2026-04-02" },
    ])
    expect(notices).toEqual([
      { code: "dose-not-given", path: "$.entry[2].resource.status" },
      { code: "dose-subpotent", path: "$.entry[3].resource.isSubpotent" },
      { code: "date-incomplete", path: "$.entry[5].resource.occurrenceDateTime" },
    ])
  })

  it("are refused with the code of the first bad one when no good one is left, whoever the person is", () => {
    expect(refusalOf(bytesOf(dose({ isSubpotent: true }), dose({ status: "not-done" })))).toBe(
      "dose-subpotent $.entry[1].resource.isSubpotent",
    )
  })

  it("are refused whole when a single one is another patient's", () => {
    const other = { fullUrl: "urn:uuid:other", resource: { resourceType: "RelatedPerson", id: "q" } }
    expect(refusalOf(bytesOf(dose({}), other, dose({ patient: { reference: "urn:uuid:other" } })))).toBe(
      "subject-mixed $.entry[3].resource.patient.reference",
    )
  })
})

describe("the birth date", () => {
  const born = (birthDate: string | undefined) => bundleBytes([patient({ birthDate }), dose({})])

  it.each(["1966", "1966-03", "1966-03-04"])("stays as precise as it was written: %s", (date) => {
    expect(immunizations(born(date)).records[0]?.attributes["birthDate"]).toBe(date)
  })

  it("stays absent when the record states none", () => {
    const { records } = immunizations(born(undefined))
    expect(records).toHaveLength(1)
    expect(records[0]?.attributes).not.toHaveProperty("birthDate")
  })

  it.each(["2027", "1966-13", "1966-02-30", "66-03-04", "1966-03-04T00:00:00Z"])(
    "is refused as %s",
    (date) => {
      expect(refusalOf(born(date))).toBe("malformed-bundle $.entry[0].resource.birthDate")
    },
  )
})

describe("one dose", () => {
  it("takes the date as written at its own offset", () => {
    const { records } = read(dose({ occurrenceDateTime: "2026-05-04T23:30:00-10:00" }))
    expect(records[0]?.attributes["occurredOn"]).toBe("2026-05-04")
  })
  it.each(["2026", "2026-02-30", "2026-05-04T10:00:00", "2026-05-04 "])("refuses the date %j", (text) => {
    expect(refusalOf(bytesOf(dose({ occurrenceDateTime: text })))).toBe(
      "date-incomplete $.entry[1].resource.occurrenceDateTime",
    )
  })
  it("takes today and refuses tomorrow", () => {
    expect(read(dose({ occurrenceDateTime: "2026-11-20" })).records).toHaveLength(1)
    expect(refusalOf(bytesOf(dose({ occurrenceDateTime: "2026-11-21" })))).toBe(
      "date-in-future $.entry[1].resource.occurrenceDateTime",
    )
  })
  it("does not read a dose number written as text", () => {
    const { records } = read(dose({ protocolApplied: [{ doseNumberString: "2", seriesDosesString: "2" }] }))
    expect(records[0]?.attributes).not.toHaveProperty("doseNumber")
  })
  it.each([0, -1, 1.5, 2_147_483_648])("refuses the dose number %d", (n) => {
    expect(refusalOf(bytesOf(dose({ protocolApplied: [protocol(n)] })))).toBe(
      "malformed-dose $.entry[1].resource.protocolApplied[0].doseNumberPositiveInt",
    )
  })
  it("takes a dose number only from a protocol about the disease, and none from two that differ", () => {
    const own = (list: readonly Element[]) => read(dose({ protocolApplied: list }))
    expect(own([protocol(2, "6142004")]).records[0]?.attributes).not.toHaveProperty("doseNumber")
    expect(own([protocol(2, "840539006")]).records[0]?.attributes["doseNumber"]).toBe(2)
    const two = own([protocol(1), protocol(2)])
    expect(two.records[0]?.attributes).not.toHaveProperty("doseNumber")
    expect(two.notices.map(({ code }) => code)).toEqual(["protocol-ambiguous"])
  })
})

it("knows every code of the catalogue's COVID-19 value set", () => {
  for (const code of COVID_19_VACCINES_1.codes)
    expect(lookUpVaccine(code)?.diseases, code).toEqual([DISEASE.covid19])
})
