import { describe, expect, it } from "vitest"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, patient, PATIENT_URL } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  CARIN_CLASS,
  CARIN_COST,
  collection,
  COPAY,
  cost,
  COVERAGE_CLASS,
  coverage,
  coverageClass,
  READ_ON,
  refusalOf,
  RELATIONSHIP,
} from "../../support/fhir-records.ts"

const AT = "$.entry[1].resource"
const bytesOf = (members: Element, ...others: readonly Element[]): Uint8Array =>
  collection(patient(), coverage(members), ...others)
const read = (members: Element, options?: ReadOptions) => readRecords(bytesOf(members), READ_ON, options)
const attributesOf = (members: Element, options?: ReadOptions) =>
  read(members, options).records[0]?.attributes ?? {}
const refused = (members: Element): string => refusalOf(bytesOf(members))
const MEMBER = "http://terminology.hl7.org/CodeSystem/v2-0203|MB"

describe("a cover", () => {
  it("is taken in with its payer, kind, relationship, period, classes, deductibles and member number", () => {
    const members = {
      period: { start: "2026-01-01", end: "2026-12-31T23:59:59-05:00" },
      class: [
        coverageClass(`${COVERAGE_CLASS}|group`, "993355"),
        coverageClass(`${COVERAGE_CLASS}|plan`, "11461128"),
        coverageClass(`${CARIN_CLASS}|network`, "561490"),
        coverageClass(`${COVERAGE_CLASS}|rxbin`, "100045"),
      ],
      costToBeneficiary: [
        cost(`${CARIN_COST}|IndInDed`, "1500.00"),
        cost(`${CARIN_COST}|IndOutDed`, "3e3"),
        cost(`${CARIN_COST}|FamInDed`, "8000"),
        cost(`${CARIN_COST}|FamOutDed`, "10000.50"),
        cost(`${CARIN_COST}|FamRxInDed`, "1500"),
      ],
    }
    const { records, notices } = read(members, { classSystem: "https://acme.example/" })
    expect(notices).toEqual([])
    expect(records[0]).toEqual({
      ...{ schema: "coverage/1", subject: "self", path: AT },
      attributes: {
        ...{ payer: "https://acme.example/payer|45002", memberNumber: "M-1", birthDate: "1966-03-04" },
        ...{
          kind: "http://terminology.hl7.org/CodeSystem/v3-ActCode|HIP",
          relationship: `${RELATIONSHIP}|self`,
        },
        ...{ periodStart: "2026-01-01", periodEnd: "2026-12-31" },
        ...{ plan: "https://acme.example/plan|11461128", group: "https://acme.example/group|993355" },
        ...{ network: "https://acme.example/network|561490" },
        ...{ deductibleIndividualIn: "1500.00", deductibleIndividualOut: "3000" },
        ...{ deductibleFamilyIn: "8000", deductibleFamilyOut: "10000.50" },
      },
    })
  })

  it("is followed by what its member pays at most, where it says so", () => {
    const costs = [
      cost(`${CARIN_COST}|IndInMax`, "4000.00"),
      cost(`${CARIN_COST}|FamOutMax`, "12000.00"),
      cost(`${COPAY}|gpvisit`, "20"),
      cost(`${COPAY}|spvisit`, "40"),
      cost(`${COPAY}|emergency`, "150"),
    ]
    const { records } = read({ costToBeneficiary: costs })
    expect(records.map(({ schema, path }) => [schema, path])).toEqual([
      ["coverage/1", AT],
      ["coverage-costs/1", `${AT}.costToBeneficiary`],
      ["person/1", "$.entry[0].resource"],
    ])
    expect(records[1]?.attributes).toMatchObject({
      ...{ payer: "https://acme.example/payer|45002", memberNumber: "M-1" },
      ...{ outOfPocketIndividualIn: "4000.00", outOfPocketFamilyOut: "12000.00" },
      ...{ copayPrimaryCare: "20", copaySpecialist: "40", copayEmergency: "150" },
    })
  })

  it("stays open where its period has no end, no start, or is not stated", () => {
    expect(attributesOf({ period: { start: "2026-01-01" } })).not.toHaveProperty("periodEnd")
    expect(attributesOf({ period: { end: "2026-12-31" } })).not.toHaveProperty("periodStart")
    expect(attributesOf({})).not.toHaveProperty("periodStart")
  })

  it.each(["cancelled", "draft", "entered-in-error"])("is refused when it is %s", (status) => {
    expect(refused({ status })).toBe(`coverage-not-active ${AT}.status`)
  })

  it.each<[string, Element, string]>([
    ["of an unknown status", { status: "Active" }, "status-unknown $.status"],
    ["without a status", { status: undefined }, "status-unknown $.status"],
    ["without a beneficiary", { beneficiary: undefined }, "beneficiary-missing $.beneficiary"],
    ["without a payor", { payor: undefined }, "payor-missing $.payor"],
    ["with an empty list of payors", { payor: [] }, "payor-missing $.payor"],
    ["by two payors", { payor: [{ display: "A" }, { display: "B" }] }, "payor-ambiguous $.payor"],
    ["by a payor in words", { payor: [{ display: "Acme" }] }, "payor-not-coded $.payor[0]"],
    ["by the patient", { payor: [{ reference: PATIENT_URL }] }, "payor-not-coded $.payor[0]"],
    ["of a kind in words", { type: { text: "PPO" } }, "kind-not-coded $.type"],
    ["without a kind", { type: undefined }, "kind-not-coded $.type"],
    ["without a relationship", { relationship: undefined }, "relationship-not-coded $.relationship"],
    [
      "of two relationships",
      { relationship: coded(`${RELATIONSHIP}|self`, `${RELATIONSHIP}|child`) },
      "relationship-not-coded $.relationship",
    ],
    ["with a period of months", { period: { start: "2026-01" } }, "date-incomplete $.period.start"],
    [
      "with an end that is unknown rather than open",
      { period: { start: "2026-01-01", _end: { extension: [{ url: "urn:absent" }] } } },
      "date-incomplete $.period.end",
    ],
    ["with an end that is a year", { period: { end: "2026" } }, "date-incomplete $.period.end"],
    [
      "that ends before it starts",
      { period: { start: "2026-02-01", end: "2026-01-01" } },
      "malformed-record $.period",
    ],
    ["without a member number", { identifier: undefined }, "member-number-missing $.identifier"],
    [
      "with two numbers of no stated kind",
      { identifier: [{ value: "1" }, { value: "2" }] },
      "member-number-missing $.identifier",
    ],
    [
      "with a number as its identifier",
      { identifier: [{ value: 7 }] },
      "malformed-record $.identifier[0].value",
    ],
  ])("is refused %s", (_, members, expected) => {
    expect(refused(members)).toBe(expected.replace("$", AT))
  })

  it("is refused as one's own when somebody else subscribed", () => {
    const other = { fullUrl: "urn:uuid:other", resource: { resourceType: "Patient" } }
    const subscriber = { reference: "urn:uuid:other" }
    expect(refusalOf(bytesOf({ subscriber }, other))).toBe(`relationship-contradicted ${AT}.relationship`)
    expect(refusalOf(bytesOf({ subscriber: { reference: PATIENT_URL } }))).toBe("taken in")
  })
})

describe("the payer", () => {
  const payor = [{ reference: "Organization/acme" }]
  const acme = (...identifier: readonly Element[]): Element => ({
    resource: { resourceType: "Organization", id: "acme", identifier },
  })
  const payerOf = (...identifiers: readonly Element[]) =>
    readRecords(bytesOf({ payor }, acme(...identifiers)), READ_ON).records[0]?.attributes["payer"]
  const PAYER_ID = coded("http://terminology.hl7.org/CodeSystem/C4DICIdentifierType|payerid")

  it("is the first identifier with a system, of those that are in use", () => {
    const old = { use: "old", system: "https://naic.example", value: "1" }
    const typed = { type: PAYER_ID, value: "45002" }
    expect(payerOf(typed, old, { system: "https://naic.example", value: "2" })).toBe("https://naic.example|2")
  })

  it("is the number under its kind where no identifier has a system", () => {
    expect(payerOf({ type: PAYER_ID, value: "45002" })).toBe(
      "http://terminology.hl7.org/CodeSystem/C4DICIdentifierType#payerid|45002",
    )
  })

  it.each<[string, Element]>([
    ["a number of no stated kind", { value: "45002" }],
    ["a number with a bar", { type: PAYER_ID, value: "45|002" }],
    ["a number of two kinds", { type: coded("urn:a|1", "urn:a|2"), value: "45002" }],
  ])("is refused as %s", (_, identifier) => {
    expect(refusalOf(bytesOf({ payor }, acme(identifier)))).toBe(`payor-not-coded ${AT}.payor[0]`)
  })
})

describe("the member number", () => {
  it("is the one that says so, whatever else there is; old ones are none", () => {
    const typed = { type: coded(MEMBER), value: "M-2" }
    expect(attributesOf({ identifier: [{ value: "A" }, typed, { value: "B" }] })["memberNumber"]).toBe("M-2")
    expect(attributesOf({ identifier: [{ use: "old", value: "A" }, { value: "B" }] })["memberNumber"]).toBe(
      "B",
    )
  })

  it("is the subscriber's only where the beneficiary is the subscriber", () => {
    const members = { identifier: undefined, subscriberId: "S-1" }
    expect(attributesOf(members)["memberNumber"]).toBe("S-1")
    expect(refused({ ...members, relationship: coded(`${RELATIONSHIP}|child`) })).toBe(
      `member-number-missing ${AT}.identifier`,
    )
  })
})

describe("classes", () => {
  const plan = coverageClass(`${COVERAGE_CLASS}|plan`, "11461128")

  it("are absent without the payer's base URL, and that is noted", () => {
    const { records, notices } = read({ class: [plan] })
    expect(records[0]?.attributes).not.toHaveProperty("plan")
    expect(notices).toEqual([{ code: "class-system-missing", path: `${AT}.class[0].value` }])
  })

  it("are refused twice of one kind, equal or not", () => {
    expect(refused({ class: [plan, plan] })).toBe(`class-ambiguous ${AT}.class[1]`)
  })

  it("are refused without a value, and absent with a bar in it", () => {
    expect(refused({ class: [{ ...plan, value: undefined }] })).toBe(`malformed-record ${AT}.class[0].value`)
    const { records, notices } = read(
      { class: [{ ...plan, value: "11|46" }] },
      { classSystem: "https://acme.example" },
    )
    expect(records[0]?.attributes).not.toHaveProperty("plan")
    expect(notices).toEqual([{ code: "value-malformed", path: `${AT}.class[0].value` }])
  })

  it.each(["acme", "https://acme.example|x", "https://acme example", ""])(
    "are under no base like '%s': an operator's mistake",
    (classSystem) => {
      expect(() => read({}, { classSystem })).toThrow(RangeError)
    },
  )
})

describe("costs", () => {
  const one = (members: Element) => ({
    costToBeneficiary: [{ ...cost(`${CARIN_COST}|FamInDed`, "8000.00"), ...members }],
  })
  const NOTICE = [{ code: "cost-unused", path: `${AT}.costToBeneficiary[0]` }]

  it.each<[string, Element]>([
    ["in words", { valueMoney: { extension: [{ url: "urn:x", valueString: "N/A" }] } }],
    ["without a currency", { valueMoney: { value: 8000 } }],
    ["without a value", { valueMoney: { currency: "USD" } }],
    ["as a share", { valueMoney: undefined, valueQuantity: { value: 20, unit: "%" } }],
    ["with exceptions", { exception: [{ type: coded("urn:x|retired") }] }],
  ])("stated %s are absent, not zero, and that is noted", (_, members) => {
    const { records, notices } = read(one(members))
    expect(records[0]?.attributes).not.toHaveProperty("deductibleFamilyIn")
    expect(notices).toEqual(NOTICE)
  })

  it("stated twice are absent, even under both addresses of the code system", () => {
    const other = "http://hl7.org/fhir/us/insurance-card/CodeSystem/C4DICExtendedCopayTypeCS|FamInDed"
    const costToBeneficiary = [cost(`${CARIN_COST}|FamInDed`, "8000"), cost(other, "8000")]
    const { records, notices } = read({ costToBeneficiary })
    expect(records[0]?.attributes).not.toHaveProperty("deductibleFamilyIn")
    expect(notices).toEqual([{ code: "cost-unused", path: `${AT}.costToBeneficiary[1]` }])
  })

  it.each([
    ["8000.001", "USD", "precision-exceeded", "value"],
    ["-1", "USD", "value-out-of-range", "value"],
    ["1000000.01", "USD", "value-out-of-range", "value"],
    ["-0.00", "USD", "value-malformed", "value"],
    ["8000", "EUR", "unit-mismatch", "currency"],
    ["8000", "usd", "unit-mismatch", "currency"],
  ])("of %s %s are refused with %s", (value, currency, code, member) => {
    const costToBeneficiary = [cost(`${CARIN_COST}|FamInDed`, value, currency)]
    expect(refused({ costToBeneficiary })).toBe(`${code} ${AT}.costToBeneficiary[0].valueMoney.${member}`)
  })

  it("of a kind that no schema holds may be in any currency", () => {
    expect(refused({ costToBeneficiary: [cost(`${CARIN_COST}|FamRxInDed`, "8000.001", "EUR")] })).toBe(
      "taken in",
    )
  })
})
