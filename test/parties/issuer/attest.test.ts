import { describe, expect, it } from "vitest"
import { DISEASE } from "../../../src/health/fhir/codes.ts"
import type { Intake } from "../../../src/health/fhir/intake.ts"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { attest } from "../../../src/parties/issuer/attest.ts"
import type { RecordSelector } from "../../../src/parties/issuer/record-selector.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { codeOf } from "../../support/code-of.ts"
import { coded, CVX, dose, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  CARIN_COST,
  collection,
  cost,
  coverage,
  LOINC,
  observation,
  quantity,
} from "../../support/fhir-records.ts"
import { TODAY } from "../../support/issued-records.ts"

const flu = dose({ vaccineCode: coded(`${CVX}|140`) })
const intakeOf = (entries: readonly Element[], options?: ReadOptions): Intake =>
  readRecords(collection(patient(), ...entries), TODAY, options)
const codeFor = (entries: readonly Element[], selector?: RecordSelector): string =>
  codeOf(() => attest(intakeOf(entries), selector))
const potassium = observation({ code: coded(`${LOINC}|2823-3`), valueQuantity: quantity("4.2") })
const covidTest = observation({
  code: coded(`${LOINC}|94500-6`),
  ...{ valueQuantity: undefined, valueCodeableConcept: coded("http://snomed.info/sct|260415000") },
})

describe("what an issuer attests", () => {
  it("is the disease asked for, in the record's own facts and under its schema", () => {
    const intake = intakeOf([dose(), flu])
    expect(attest(intake, { disease: DISEASE.influenza })).toEqual({
      schema: CATALOGUE.findSchema("immunization/1"),
      attributes: intake.records[1]?.attributes,
      path: "$.entry[2].resource",
    })
  })

  it("is COVID-19 when nobody asks, wherever it stands, and else the first disease", () => {
    expect(attest(intakeOf([flu, dose()])).attributes["disease"]).toBe(DISEASE.covid19)
    expect(attest(intakeOf([flu])).attributes["disease"]).toBe(DISEASE.influenza)
  })

  it("is refused for a disease that the record does not hold", () => {
    expect(codeFor([flu], { disease: DISEASE.covid19 })).toBe("disease-not-in-record")
  })

  it("is the only record, beside which the patient's facts and the costs of a cover stand back", () => {
    expect(attest(intakeOf([observation()])).schema.name).toBe("lab-14749-6-mmol-l")
    const cover = coverage({ costToBeneficiary: [cost(`${CARIN_COST}|FamInMax`, "8000")] })
    const intake = intakeOf([cover])
    expect(intake.records).toHaveLength(3)
    expect(attest(intake).schema.name).toBe("coverage")
    expect(attest(intake, { schema: "coverage-costs/1" }).schema.name).toBe("coverage-costs")
    expect(attest(intake, { schema: "person/1" }).schema.name).toBe("person")
    expect(attest(intakeOf([])).schema.name).toBe("person")
  })

  it("is refused while several are meant, until a selector leaves one", () => {
    const entries = [observation(), potassium, dose()]
    expect(codeFor(entries)).toBe("record-ambiguous")
    expect(codeFor([dose(), covidTest], { disease: DISEASE.covid19 })).toBe("record-ambiguous")
    const named = (selector: RecordSelector) => attest(intakeOf(entries), selector).schema.name
    expect(named({ loinc: "2823-3" })).toBe("lab-2823-3-mmol-l")
    expect(named({ loinc: `${LOINC}|14749-6` })).toBe("lab-14749-6-mmol-l")
    expect(named({ schema: "immunization/1" })).toBe("immunization")
    expect(named({ index: 0 })).toBe("immunization")
    expect(named({ index: 2 })).toBe("lab-2823-3-mmol-l")
  })

  it("is refused while one analyte was measured twice, until one of the two is named", () => {
    const entries = [observation(), observation({ valueQuantity: quantity("6.1") })]
    expect(codeFor(entries, { loinc: "14749-6" })).toBe("record-ambiguous")
    const second = attest(intakeOf(entries), { loinc: "14749-6", index: 1 })
    expect([second.path, second.attributes["value"]]).toEqual(["$.entry[2].resource", "6.1"])
  })

  it.each<[string, RecordSelector]>([
    ["a schema", { schema: "licence/1" }],
    ["an analyte", { loinc: "2823-3" }],
    ["a place", { index: 2 }],
    ["a disease among tests", { disease: DISEASE.covid19, schema: "infection-test/1" }],
  ])("is refused for %s that the record does not hold", (_, selector) => {
    expect(codeFor([observation()], selector)).toBe("record-not-found")
  })

  it("is the ward's form of a schema when the desk says that the record is a ward's", () => {
    const attested = attest(intakeOf([dose()], { subject: "ward" }))
    expect(attested.schema).toEqual(CATALOGUE.findSchema("immunization/1", "ward"))
    expect(attested.schema).not.toEqual(CATALOGUE.findSchema("immunization/1", "self"))
  })

  it("is refused where the catalogue has no form of a record for its person", () => {
    const licence = { schema: "licence/1", subject: "ward", attributes: {}, path: "$" } as const
    expect(codeOf(() => attest({ records: [licence], notices: [] }))).toBe("schema-unknown")
  })
})
