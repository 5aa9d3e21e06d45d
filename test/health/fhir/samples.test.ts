import { describe, expect, it } from "vitest"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import type { Parameters } from "../../../src/protocol/wire/statement.ts"
import { READ_ON, summary } from "../../support/fhir-records.ts"
import { readSample } from "../../support/fhir-sample.ts"
import { satisfies } from "../../support/satisfies.ts"

const STANDING = "https://sotto.example/standing|active"
const WARD = { subject: "ward", classSystem: "https://acme.example" } as const

const SAMPLES: readonly (readonly [
  file: string,
  options: ReadOptions,
  taken: readonly string[],
  notices: readonly string[],
])[] = [
  [
    "lab-panel",
    {},
    ["lab-14749-6-mmol-l/1", "lab-2823-3-mmol-l/1", "person/1"],
    [
      "value-not-a-point $.entry[6].resource.valueQuantity.comparator",
      "unit-not-coded $.entry[7].resource.valueQuantity",
    ],
  ],
  ["covid-test-negative", {}, ["infection-test/1", "person/1"], []],
  [
    "coverage-own",
    { classSystem: "https://acme.example" },
    ["coverage/1", "coverage-costs/1", "person/1"],
    [],
  ],
  ["coverage-child", WARD, ["coverage/1", "coverage-costs/1", "person/1"], []],
  ["licence-nurse", { standing: STANDING }, ["licence/1"], []],
  ["person-adult", {}, ["person/1"], []],
  ["covid-two-of-two", {}, ["immunization/1", "person/1"], []],
]

describe("sample records that are taken in", () => {
  it.each(SAMPLES)("%s.json", (file, options, taken, notices) => {
    expect(summary(readRecords(readSample(`${file}.json`), READ_ON, options))).toEqual({ taken, notices })
  })

  it.each(SAMPLES)("%s.json can be signed as it was read", (file, options) => {
    for (const { schema, subject, attributes } of readRecords(readSample(`${file}.json`), READ_ON, options)
      .records) {
      const found = CATALOGUE.findSchema(schema, subject)
      if (found === null) throw new Error(`no ${schema} for ${subject}`)
      expect(encodeAttributes(found, { ...attributes, boundOn: "2026-11-20" })).toHaveLength(16)
    }
  })

  it("of a child is the child's, whoever subscribed", () => {
    const [cover] = readRecords(readSample("coverage-child.json"), READ_ON, WARD).records
    expect(cover).toMatchObject({
      subject: "ward",
      attributes: { birthDate: "2018-05-12", memberNumber: "SAMPLE-02", deductibleFamilyIn: "4500.00" },
    })
  })
})

describe("what the samples answer", () => {
  const ACME = { classSystem: "https://acme.example" }
  const PLAN = (plan: string) => ({
    on: "2026-11-20",
    plans: [`https://acme.example/plan|${plan}`],
    deductible: "8000.00",
  })
  const NURSES = {
    professions: ["http://snomed.info/sct|106292003"],
    jurisdictions: ["urn:iso:std:iso:3166|AT"],
  }
  const GLUCOSE = { high: "7.7", since: "today-P90D" }

  it.each<[statement: string, file: string, parameters: Parameters, options: ReadOptions, expected: boolean]>(
    [
      ["insurance-eligibility/1", "coverage-own", PLAN("11461128"), ACME, true],
      ["insurance-eligibility/1", "coverage-own", PLAN("11461129"), ACME, false],
      ["insurance-eligibility/1", "coverage-own", PLAN("11461128"), {}, false],
      ["insurance-cost-ceiling/1", "coverage-own", { on: "2026-11-20", ceiling: "5000" }, ACME, true],
      ["insurance-cost-ceiling/1", "coverage-own", { on: "2026-11-20", ceiling: "4999.99" }, ACME, false],
      ["insurance-cost-ceiling/1", "coverage-own", { on: "2027-01-01", ceiling: "5000" }, ACME, false],
      ["insurance-dependant/1", "coverage-child", {}, WARD, true],
      ["recent-negative-test/1", "covid-test-negative", {}, {}, true],
      ["lab-14749-6-mmol-l-in-range/1", "lab-panel", { ...GLUCOSE, low: "3.9" }, {}, true],
      ["lab-14749-6-mmol-l-in-range/1", "lab-panel", { ...GLUCOSE, low: "5.401" }, {}, false],
      ["lab-2823-3-mmol-l-normal/1", "lab-panel", { since: "today-P90D" }, {}, true],
      ["lab-2823-3-mmol-l-normal/1", "lab-panel", { since: "today-P17D" }, {}, false],
      ["licence-in-good-standing/1", "licence-nurse", NURSES, { standing: STANDING }, true],
      [
        "licence-in-good-standing/1",
        "licence-nurse",
        NURSES,
        { standing: "https://sotto.example/standing|suspended" },
        false,
      ],
      ["age-over/1", "person-adult", { bornBy: "today-P40Y" }, {}, true],
      ["age-over/1", "person-adult", { bornBy: "today-P41Y" }, {}, false],
    ],
  )("%s of %s.json", (statement, file, parameters, options, expected) => {
    expect(satisfies(readSample(`${file}.json`), statement, parameters, options)).toBe(expected)
  })
})
