import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, dose, patient, PATIENT_URL } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import { collection, LOINC, observation, READ_ON, refusalOf, SNOMED } from "../../support/fhir-records.ts"

const AT = "$.entry[1].resource"
const bytesOf = (...entries: readonly Element[]): Uint8Array => collection(patient(), ...entries)
const timeOf = (...entries: readonly Element[]) => {
  const { collectedOn, collectedAt } = readRecords(bytesOf(...entries), READ_ON).records[0]?.attributes ?? {}
  return [collectedOn, collectedAt]
}
const result = (members: Element = {}): Element =>
  observation({ id: "r", effectiveDateTime: undefined, ...members })
const panel = (members: Element, member = "Observation/r"): Element =>
  observation({
    code: coded(`${LOINC}|24323-8`),
    ...{ subject: undefined, effectiveDateTime: undefined, valueQuantity: undefined },
    hasMember: [{ reference: member }],
    ...members,
  })
const report = (members: Element, member = "Observation/r"): Element => ({
  resource: {
    resourceType: "DiagnosticReport",
    status: "final",
    subject: { reference: PATIENT_URL },
    result: [{ reference: member }],
    ...members,
  },
})
const MORNING = "2026-11-02T07:30:00Z"
const NOON = "2026-11-02T12:00:00Z"

describe("the time of a result", () => {
  it.each([
    ["2026-11-02", ["2026-11-02", undefined]],
    // The day stays the one at the place, whatever the day in UTC.
    ["2026-11-02T23:30:00-08:00", ["2026-11-02", "2026-11-02T23:30:00-08:00"]],
    ["2026-11-02T00:30:00.123+14:00", ["2026-11-02", "2026-11-02T00:30:00.123+14:00"]],
  ])("is read from %s", (effectiveDateTime, expected) => {
    expect(timeOf(result({ effectiveDateTime }))).toEqual(expected)
    expect(timeOf(result({ effectiveDateTime }), report({ effectiveDateTime: NOON }))).toEqual(expected)
  })

  it("is its own instant, or its panel's, or the report's: the nearest decides", () => {
    expect(timeOf(result({ effectiveInstant: MORNING }))[1]).toBe(MORNING)
    expect(
      timeOf(result(), panel({ effectiveDateTime: MORNING }), report({ effectiveDateTime: NOON }))[1],
    ).toBe(MORNING)
    expect(timeOf(result(), panel({}), report({ effectiveDateTime: NOON }))[1]).toBe(NOON)
    const outer = panel({ id: "outer", effectiveDateTime: MORNING }, "Observation/inner")
    expect(timeOf(result(), panel({ id: "inner" }), outer)[1]).toBe(MORNING)
    expect(
      timeOf(result(), panel({ id: "inner" }), report({ effectiveDateTime: NOON }, "Observation/inner"))[1],
    ).toBe(NOON)
  })

  it("is refused when panels of one level differ, and taken when they agree", () => {
    const [a, b] = [panel({ effectiveDateTime: MORNING }), panel({ effectiveDateTime: NOON })]
    expect(refusalOf(bytesOf(result(), a, b))).toBe("date-incomplete $.entry[2].resource.effectiveDateTime")
    expect(timeOf(result(), a, a)[1]).toBe(MORNING)
  })

  it.each<[string, Element, string]>([
    ["without any", {}, "effectiveDateTime"],
    ["as a month", { effectiveDateTime: "2026-11" }, "effectiveDateTime"],
    ["as a year", { effectiveDateTime: "2026" }, "effectiveDateTime"],
    ["without an offset", { effectiveDateTime: "2026-11-02T07:30:00" }, "effectiveDateTime"],
    ["of no day", { effectiveDateTime: "2026-02-29" }, "effectiveDateTime"],
    ["that an extension explains away", { _effectiveDateTime: { extension: [] } }, "_effectiveDateTime"],
    ["as a period", { effectivePeriod: { start: "2026-11-02" } }, "effectivePeriod"],
    ["as a schedule", { effectiveTiming: { event: ["2026-11-02"] } }, "effectiveTiming"],
    ["twice", { effectiveDateTime: MORNING, effectivePeriod: { start: NOON } }, "effectiveDateTime"],
  ])("is refused %s, whatever a panel says", (_, members, member) => {
    const dated = Object.keys(members).length === 0 ? [] : [panel({ effectiveDateTime: NOON })]
    expect(refusalOf(bytesOf(result(members), ...dated))).toBe(`date-incomplete ${AT}.${member}`)
  })

  it("is refused in the future", () => {
    expect(refusalOf(bytesOf(result({ effectiveDateTime: "2026-11-21" })))).toBe(
      `date-in-future ${AT}.effectiveDateTime`,
    )
  })

  it("ends where panels name each other in a circle", () => {
    const a = panel({ id: "a" }, "Observation/b")
    const b = panel({ id: "b", hasMember: [{ reference: "Observation/a" }, { reference: "Observation/r" }] })
    expect(refusalOf(bytesOf(result(), a, b))).toBe(`date-incomplete ${AT}.effectiveDateTime`)
  })

  it("is not borrowed through a reference that could mean two results", () => {
    const twice = [result(), result({ effectiveDateTime: NOON })]
    const { records, notices } = readRecords(
      bytesOf(...twice, panel({ effectiveDateTime: MORNING })),
      READ_ON,
    )
    expect(records.map(({ path }) => path)).toEqual(["$.entry[2].resource", "$.entry[0].resource"])
    expect(notices).toEqual([{ code: "date-incomplete", path: `${AT}.effectiveDateTime` }])
  })
})

describe("a panel", () => {
  it("groups results and is none itself", () => {
    const { records, notices } = readRecords(
      bytesOf(result(), panel({ effectiveDateTime: MORNING }), report({})),
      READ_ON,
    )
    expect(records.map(({ schema }) => schema)).toEqual(["lab-14749-6-mmol-l/1", "person/1"])
    expect(notices).toEqual([])
  })

  it("lends its specimen to a result that names none of its own", () => {
    const blood = { resource: { resourceType: "Specimen", id: "b", type: coded(`${SNOMED}|119297000`) } }
    const grouped = panel({ effectiveDateTime: MORNING, specimen: { reference: "Specimen/b" } })
    const { records } = readRecords(bytesOf(result(), grouped, blood), READ_ON)
    expect(records[0]?.attributes["specimen"]).toBe(`${SNOMED}|119297000`)
  })

  it.each(["entered-in-error", "cancelled"])(
    "voids its results when it is %s, and so does a report",
    (status) => {
      const dated = result({ effectiveDateTime: MORNING })
      expect(refusalOf(bytesOf(dated, panel({ status })))).toBe("status-not-final $.entry[2].resource.status")
      expect(refusalOf(bytesOf(dated, report({ status })))).toBe(
        "status-not-final $.entry[2].resource.status",
      )
      expect(refusalOf(bytesOf(dated, panel({ id: "q" }), report({ status }, "Observation/q")))).toBe(
        "status-not-final $.entry[3].resource.status",
      )
    },
  )

  it("leaves a final result alone while its report is preliminary", () => {
    expect(timeOf(result(), report({ status: "preliminary", effectiveDateTime: NOON }))[1]).toBe(NOON)
  })

  it("that is malformed groups nothing, and costs no other record", () => {
    const { records, notices } = readRecords(bytesOf(dose(), report({ result: "Observation/r" })), READ_ON)
    expect(records[0]?.schema).toBe("immunization/1")
    expect(notices).toEqual([{ code: "malformed-record", path: "$.entry[2].resource.result" }])
  })

  it("is refused with more references than a thousand", () => {
    const result = Array<Element>(1001).fill({ reference: "Observation/r" })
    expect(refusalOf(bytesOf(observation(), report({ result })))).toBe(
      "too-many-entries $.entry[2].resource.result[1000]",
    )
    expect(refusalOf(bytesOf(observation(), report({ result: result.slice(1) })))).toBe("taken in")
  })
})
