// One record for every code with which a record is refused: a code without a claim here does not compile.
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type {
  CoverageRefusal,
  LicenceRefusal,
  ObservationRefusal,
  PersonRefusal,
  RecordRefusal,
} from "../../../src/health/fhir/fhir-error.ts"
import { FhirError } from "../../../src/health/fhir/fhir-error.ts"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  CARIN_COST,
  collection,
  cost,
  COVERAGE_CLASS,
  coverage,
  coverageClass,
  licensed,
  LOINC,
  observation,
  quantity,
  qualification,
  READ_ON,
  RELATIONSHIP,
  SNOMED,
  Written,
} from "../../support/fhir-records.ts"

type Code = ObservationRefusal | CoverageRefusal | LicenceRefusal | PersonRefusal | RecordRefusal
interface Claim {
  readonly entries: readonly Element[]
  readonly path: string
  readonly options?: ReadOptions
}

const AT = "$.entry[1].resource"
const claim = (path: string, entry: Element, ...others: readonly Element[]): Claim => ({
  entries: [patient(), entry, ...others],
  path: AT + path,
})
const result = (path: string, members: Element): Claim => claim(path, observation(members))
const cover = (path: string, members: Element): Claim => claim(path, coverage(members))
const licence = (path: string, members: Element, options: ReadOptions = { standing: "urn:s|1" }): Claim => ({
  entries: licensed(qualification(members)),
  path: `$.entry[0].resource.qualification[0]${path}`,
  options,
})
const person = (path: string, members: Element): Claim => ({
  entries: [patient(members)],
  path: `$.entry[0].resource${path}`,
})
const inWords = { value: new Written("5.4"), unit: "mmol/L" }
const codes = (...tokens: readonly string[]): Element => ({
  code: coded(`${LOINC}|2349-9`),
  ...{ valueQuantity: undefined, valueCodeableConcept: coded(...tokens) },
})
const plan = coverageClass(`${COVERAGE_CLASS}|plan`, "1")

const CLAIMS: Readonly<Record<Code, Claim>> = {
  "status-not-final": result(".status", { status: "preliminary" }),
  "value-not-a-point": result(".valueQuantity.comparator", {
    valueQuantity: { ...quantity("1"), comparator: "<" },
  }),
  "value-absent": result("", { valueQuantity: undefined }),
  "value-not-coded": result(".valueString", { valueQuantity: undefined, valueString: "normal" }),
  "value-ambiguous": result(".valueCodeableConcept", codes(`${SNOMED}|260385009`, `${SNOMED}|10828004`)),
  "unit-not-coded": result(".valueQuantity", { valueQuantity: inWords }),
  "unit-unknown": result(".valueQuantity", { valueQuantity: quantity("97", "mg/dL") }),
  "analyte-unknown": result(".code", { code: coded(`${LOINC}|0-0`) }),
  "analyte-ambiguous": result(".code", { code: coded(`${LOINC}|14749-6`, `${LOINC}|2345-7`) }),
  "result-unknown": result(".valueCodeableConcept", {
    ...codes(`${SNOMED}|419984006`),
    code: coded(`${LOINC}|94500-6`),
  }),
  "coverage-not-active": cover(".status", { status: "cancelled" }),
  "beneficiary-missing": cover(".beneficiary", { beneficiary: undefined }),
  "payor-missing": cover(".payor", { payor: undefined }),
  "payor-not-coded": cover(".payor[0]", { payor: [{ display: "Acme" }] }),
  "payor-ambiguous": cover(".payor", { payor: [{ display: "Acme" }, { display: "Zenith" }] }),
  "kind-not-coded": cover(".type", { type: undefined }),
  "relationship-not-coded": cover(".relationship", { relationship: undefined }),
  "relationship-contradicted": claim(
    ".relationship",
    coverage({ relationship: coded(`${RELATIONSHIP}|self`), subscriber: { reference: "urn:uuid:other" } }),
    { fullUrl: "urn:uuid:other", resource: { resourceType: "Patient" } },
  ),
  "class-ambiguous": cover(".class[1]", { class: [plan, plan] }),
  "unit-mismatch": cover(".costToBeneficiary[0].valueMoney.currency", {
    costToBeneficiary: [cost(`${CARIN_COST}|FamInDed`, "1", "EUR")],
  }),
  "member-number-missing": cover(".identifier", { identifier: undefined }),
  "qualification-not-coded": licence(".code", { code: undefined }),
  "issuer-missing": licence(".issuer", { issuer: undefined }),
  "period-missing": licence(".period", { period: undefined }),
  "jurisdiction-unknown": licence(".issuer", { issuer: { display: "Board" } }),
  "licence-number-missing": licence(".identifier", { identifier: undefined }),
  "standing-not-stated": licence("", {}, {}),
  "birth-date-missing": person(".birthDate", { birthDate: undefined }),
  "person-deceased": person("", { deceasedBoolean: true }),
  "malformed-record": result(".valueQuantity", { valueQuantity: "5.4 mmol/L" }),
  "record-not-active": person(".active", { active: false }),
  "not-the-subject": result(".focus", { focus: [{ reference: "Patient/fetus" }] }),
  "no-record": { entries: [...licensed()], path: "$.entry" },
  "value-malformed": result(".valueQuantity.value", { valueQuantity: quantity("-0") }),
  "value-out-of-range": result(".valueQuantity.value", { valueQuantity: quantity("201") }),
  "precision-exceeded": result(".valueQuantity.value", { valueQuantity: quantity("5.4001") }),
}

it("has every code in the room's description", () => {
  const description = readFileSync("src/health/fhir/README.md", "utf8")
  for (const code of Object.keys(CLAIMS)) expect(description).toContain(`\`${code}\``)
})

describe("a record", () => {
  it.each(Object.entries(CLAIMS))("is refused with %s", (code, { entries, path, options }) => {
    expect(() => readRecords(collection(...entries), READ_ON, options)).toThrow(FhirError)
    expect(() => readRecords(collection(...entries), READ_ON, options)).toThrow(
      expect.objectContaining({ code, path, message: `${code} at ${path}` }),
    )
  })
})
