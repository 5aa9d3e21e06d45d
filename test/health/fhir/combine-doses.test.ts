import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { combineDoses } from "../../../src/health/fhir/combine-doses.ts"
import type { Dose } from "../../../src/health/fhir/dose.ts"
import type { SeriesPlace } from "../../../src/health/fhir/series.ts"
import { formatDay } from "../../../src/protocol/credential/calendar.ts"

const COVID = "urn:disease|covid"
const given = (day: number, members: Partial<Dose> = {}, place: SeriesPlace = {}): Dose => ({
  path: `$.entry[${day}].resource`,
  diseases: [COVID],
  vaccine: "urn:vaccine|a",
  day,
  series: new Map([[COVID, place]]),
  problems: [],
  ...members,
})
const only = (doses: readonly Dose[]) => {
  const { records, problems } = combineDoses(doses)
  expect(records).toHaveLength(1)
  return { attributes: records[0]?.attributes ?? {}, problems }
}

describe("doses of one disease", () => {
  it("count distinct days, first and last, in whatever order they stand", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 }), (days) => {
        const { attributes, problems } = only(days.map((day) => given(day)))
        const distinct = new Set(days).size
        expect(attributes).toMatchObject({
          dosesInRecord: distinct,
          occurredOn: formatDay(Math.max(...days)),
          firstDoseOn: formatDay(Math.min(...days)),
        })
        const repeated = new Set(days.filter((day) => days.filter((other) => other === day).length > 1))
        expect(problems.map(({ path }) => path).sort()).toEqual(
          [...repeated].map((day) => `$.entry[${day}].resource`).sort(),
        )
      }),
    )
  })

  it("never lend a series number to a later dose that states none", () => {
    const { attributes } = only([given(1, { lot: "A" }, { doseNumber: 2, seriesDoses: 2 }), given(9)])
    expect(Object.keys(attributes).sort()).toEqual(
      ["disease", "dosesInRecord", "firstDoseOn", "occurredOn", "vaccine"].sort(),
    )
  })
})

describe("two entries of one day", () => {
  const twins = (a: Dose, b: Dose) => only([a, { ...b, path: "$.copy" }])
  const DUPLICATE = { code: "dose-duplicate", path: "$.copy" }
  const CONFLICT = { code: "dose-conflict", path: "$.entry[5].resource" }

  it("complete each other where they do not contradict", () => {
    const { attributes, problems } = twins(given(5, { lot: "A" }), given(5, {}, { doseNumber: 2 }))
    expect(attributes).toMatchObject({ lot: "A", doseNumber: 2, dosesInRecord: 1 })
    expect(problems).toEqual([DUPLICATE])
  })

  it.each<[string, Dose, Dose]>([
    ["doseNumber", given(5, {}, { doseNumber: 1 }), given(5, {}, { doseNumber: 2 })],
    ["seriesDoses", given(5, {}, { seriesDoses: 2 }), given(5, {}, { seriesDoses: 3 })],
    ["lot", given(5, { lot: "A" }), given(5, { lot: "B" })],
    ["manufacturer", given(5, { manufacturer: "m|1" }), given(5, { manufacturer: "m|2" })],
    ["prophylaxis", given(5, { prophylaxis: "p|1" }), given(5, { prophylaxis: "p|2" })],
  ])("leave a contradicted %s absent and report it", (name, a, b) => {
    const { attributes, problems } = twins(a, b)
    expect(attributes).not.toHaveProperty(name)
    expect(problems).toEqual([DUPLICATE, CONFLICT])
  })

  it("of two products give the first one's attributes, mixed with nothing of the other", () => {
    const other = given(5, { vaccine: "urn:vaccine|b", lot: "B" }, { doseNumber: 4 })
    const { attributes } = twins(given(5, { lot: "A" }), other)
    expect(attributes).toMatchObject({ vaccine: "urn:vaccine|a", lot: "A", dosesInRecord: 1 })
    expect(attributes).not.toHaveProperty("doseNumber")
  })

  it("of a combined vaccine are reported once, not once per disease", () => {
    const both = { diseases: [COVID, "urn:disease|flu"] }
    const { problems } = combineDoses([given(5, { ...both, lot: "A" }), given(5, { ...both, lot: "B" })])
    expect(problems.map(({ code }) => code).sort()).toEqual(["dose-conflict", "dose-duplicate"])
  })
})

describe("a combined vaccine", () => {
  it("has a place of its own in the series of each disease", () => {
    const series = new Map([
      [COVID, { doseNumber: 1, seriesDoses: 2 }],
      ["urn:disease|flu", { doseNumber: 7 }],
    ])
    const { records } = combineDoses([given(5, { diseases: [COVID, "urn:disease|flu"], series })])
    expect(records.map(({ attributes }) => [attributes["disease"], attributes["doseNumber"]])).toEqual([
      [COVID, 1],
      ["urn:disease|flu", 7],
    ])
    expect(records[1]?.attributes).not.toHaveProperty("seriesDoses")
  })
})
