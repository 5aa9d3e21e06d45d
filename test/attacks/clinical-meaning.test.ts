// Attack row 23: a record that means something else than the statement it is used for. What intake does not understand to
// the letter it refuses or leaves absent, and an absent value proves nothing.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ReadOptions } from "../../src/health/fhir/read-options.ts"
import { readRecords } from "../../src/health/fhir/read-records.ts"
import { attest } from "../../src/parties/issuer/attest.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { encodeAttribute, ORDERED_ZERO } from "../../src/protocol/credential/attribute.ts"
import { formatDecimal } from "../../src/protocol/credential/decimal.ts"
import { compileStatement } from "../../src/protocol/credential/slots.ts"
import { codeOf } from "../support/code-of.ts"
import { coded, dose, patient } from "../support/fhir-bundle.ts"
import type { Element } from "../support/fhir-bundle.ts"
import {
  collection,
  coverage,
  LOINC,
  observation,
  quantity,
  READ_ON,
  refusalOf,
  SNOMED,
  UCUM,
  Written,
} from "../support/fhir-records.ts"
import { readSample } from "../support/fhir-sample.ts"
import { inputOf, satisfies } from "../support/satisfies.ts"

const AT = "$.entry[1].resource"
const refused = (entry: Element, options?: ReadOptions): string =>
  refusalOf(collection(patient(), entry), options)
const GLUCOSE = "lab-14749-6-mmol-l"
const NORMAL = { since: "2026-10-01" }
const BETWEEN = { low: "3.9", high: "7.7", since: "2026-10-01" }
const glucose = (members: Element = {}): Uint8Array => collection(patient(), observation(members))

describe("what would mean the opposite", () => {
  it.each<[string, Element, string]>([
    ["a dose that was refused", dose({ status: "refused" }), "dose-not-given status"],
    ["a dose that was not done", dose({ status: "not-done" }), "dose-not-given status"],
    ["a dose entered in error", dose({ status: "entered-in-error" }), "entered-in-error status"],
    ["a subpotent dose", dose({ isSubpotent: true }), "dose-subpotent isSubpotent"],
    ["a result entered in error", observation({ status: "entered-in-error" }), "status-not-final status"],
    ["a preliminary result", observation({ status: "preliminary" }), "status-not-final status"],
    ["a cancelled cover", coverage({ status: "cancelled" }), "coverage-not-active status"],
    [
      "a dose with a modifier extension",
      dose({ modifierExtension: [{ url: "urn:not-given" }] }),
      "modifier-extension modifierExtension",
    ],
    [
      "a result with a modifier extension",
      observation({ modifierExtension: [{ url: "urn:other-unit" }] }),
      "modifier-extension modifierExtension",
    ],
    [
      "a cover with a modifier extension deep inside",
      coverage({ payor: [{ modifierExtension: [] }] }),
      "modifier-extension payor[0].modifierExtension",
    ],
  ])("is refused: %s", (_, entry, expected) => {
    const [code = "", member = ""] = expected.split(" ")
    expect(refused(entry)).toBe(`${code} ${AT}.${member}`)
  })

  it("is not made up for by a good record beside it: it is left out and noted, or refuses the whole", () => {
    const beside = collection(patient(), dose(), observation({ status: "preliminary" }))
    const { records, notices } = readRecords(beside, READ_ON)
    expect(records.map(({ schema }) => schema)).toEqual(["immunization/1", "person/1"])
    expect(notices).toEqual([{ code: "status-not-final", path: "$.entry[2].resource.status" }])
    const modified = collection(patient(), dose(), observation({ modifierExtension: [] }))
    expect(refusalOf(modified)).toBe("modifier-extension $.entry[2].resource.modifierExtension")
  })
})

describe("a number that is none", () => {
  it.each<[string, unknown, string]>([
    ["below a bound", { ...quantity("5.4"), comparator: "<" }, "value-not-a-point .comparator"],
    ["above a bound", { ...quantity("5.4"), comparator: ">" }, "value-not-a-point .comparator"],
    ["without a value", { ...quantity("5.4"), value: undefined }, "value-absent .value"],
    ["in a unit in words", { value: new Written("5.4"), unit: "mmol/L" }, "unit-not-coded "],
    ["in a unit of another system", { ...quantity("5.4"), system: SNOMED }, "unit-not-coded "],
    ["in the unit of another schema", quantity("97", "mg/dL"), "unit-unknown "],
    ["with four decimals into three", quantity("5.4001"), "precision-exceeded .value"],
  ])("is refused: %s", (_, valueQuantity, expected) => {
    const [code = "", member = ""] = expected.split(" ")
    expect(refused(observation({ valueQuantity }))).toBe(`${code} ${AT}.valueQuantity${member}`)
  })

  it("is refused: three decimals into a scale of two", () => {
    const calcium = { code: coded(`${LOINC}|2000-8`) }
    expect(refused(observation({ ...calcium, valueQuantity: quantity("2.385") }))).toBe(
      `precision-exceeded ${AT}.valueQuantity.value`,
    )
    expect(refused(observation({ ...calcium, valueQuantity: quantity("2.380") }))).toBe("taken in")
  })

  it("of another unit's schema answers no question about this one", () => {
    const schema = CATALOGUE.findSchema("lab-2345-7-mg-dl/1")
    if (schema === null) throw new Error("no such schema")
    expect(codeOf(() => compileStatement(inputOf(`${GLUCOSE}-in-range/1`, schema, BETWEEN)))).toBe(
      "schema-mismatch",
    )
  })

  it("absent, it is neither inside nor outside: a result without a reference range is never normal", () => {
    const range = { low: quantity("3.9"), high: quantity("5.6") }
    expect(satisfies(glucose({ referenceRange: [range] }), `${GLUCOSE}-normal/1`, NORMAL)).toBe(true)
    expect(satisfies(glucose(), `${GLUCOSE}-normal/1`, NORMAL)).toBe(false)
    expect(
      satisfies(glucose({ referenceRange: [{ high: range.high }] }), `${GLUCOSE}-normal/1`, NORMAL),
    ).toBe(false)
    const lowInWords = { ...range, low: { value: new Written("0"), unit: "mmol/L", system: UCUM } }
    expect(satisfies(glucose({ referenceRange: [lowInWords] }), `${GLUCOSE}-normal/1`, NORMAL)).toBe(false)
  })

  it("absent, a deductible is not zero: no ceiling is met by a cost that is words", () => {
    const type = coded("http://terminology.hl7.org/CodeSystem/C4DICExtendedCopayTypeCS|IndInDed")
    const meets = (valueMoney: Element): boolean =>
      satisfies(
        collection(patient(), coverage({ costToBeneficiary: [{ type, valueMoney }] })),
        "insurance-deductible/1",
        { on: "2026-11-20", deductible: "1000000" },
      )
    expect(meets({ value: new Written("0"), currency: "USD" })).toBe(true)
    expect(meets({ extension: [{ url: "urn:words", valueString: "N/A" }] })).toBe(false)
  })
})

describe("a count that says less than it seems", () => {
  const VACCINES = { doses: 2, disease: `${SNOMED}|840539006`, from: "today-P365D", to: "today" }

  it("dose 1 of 2 is no completed series, and two of two is", () => {
    const [one, two] = ["covid-one-of-two.json", "covid-two-of-two.json"].map(readSample)
    if (one === undefined || two === undefined) throw new Error("no samples")
    expect(satisfies(one, "vaccination-series/1", VACCINES)).toBe(false)
    expect(satisfies(two, "vaccination-series/1", VACCINES)).toBe(true)
  })

  it("one dose written twice is one dose", () => {
    const twice = collection(patient(), ...Array<Element>(2).fill(dose({ occurrenceDateTime: "2026-10-01" })))
    expect(satisfies(twice, "vaccination-series/1", VACCINES)).toBe(false)
    expect(satisfies(twice, "vaccination-series/1", { ...VACCINES, doses: 1 })).toBe(true)
  })
})

describe("the wrong person", () => {
  const other = (members: Element = {}): Element => ({
    fullUrl: "urn:uuid:other",
    resource: { resourceType: "Patient", ...members },
  })
  const child = collection(
    patient({ birthDate: "2018-05-12" }),
    coverage({ period: { start: "2026-01-01" } }),
  )
  const WARD = { subject: "ward" } as const

  it("two patients in a bundle are refused, whichever the records name", () => {
    expect(refusalOf(collection(patient(), dose(), other()))).toBe("subject-mixed $.entry[2].resource")
    expect(refusalOf(collection(other(), patient(), observation()))).toBe("subject-mixed $.entry[1].resource")
    expect(
      refusalOf(collection(patient(), observation(), observation({ subject: { reference: "urn:uuid:x" } }))),
    ).toBe("reference-unresolved $.entry[2].resource.subject.reference")
  })

  it("a value about a fetus or a donor is not the patient's", () => {
    expect(refused(observation({ focus: [{ reference: "Patient/fetus" }] }))).toBe(
      `not-the-subject ${AT}.focus`,
    )
  })

  it("a ward's record answers a question about a ward, and none about its holder, nor the reverse", () => {
    const on = { on: "2026-11-20" }
    expect(satisfies(child, "insurance-active/1", on)).toBe(true)
    expect(codeOf(() => satisfies(child, "insurance-active/1", on, WARD))).toBe("schema-mismatch")
    expect(codeOf(() => satisfies(child, "insurance-dependant/1"))).toBe("schema-mismatch")
    expect(satisfies(readSample("coverage-child.json"), "insurance-dependant/1", {}, WARD)).toBe(true)
  })

  it("a record that has no form for a ward is not signed for one", () => {
    const licence = { schema: "licence/1", subject: "ward", attributes: {}, path: "$" } as const
    expect(codeOf(() => attest({ records: [licence], notices: [] }))).toBe("schema-unknown")
  })
})

describe("decimals", () => {
  it("are the identity from text to field to text, for every decimal attribute that is released", () => {
    const decimals = CATALOGUE.schemas.flatMap(({ attributes }) =>
      attributes.filter(({ type }) => type === "decimal"),
    )
    expect(decimals.length).toBeGreaterThan(100)
    const anyDecimal = fc.constantFrom(...decimals).chain((definition) => {
      const { scale = 0, max = 0 } = definition
      const most = BigInt(max) * 10n ** BigInt(scale)
      return fc.tuple(fc.constant(definition), fc.bigInt({ min: 0n, max: most }))
    })
    fc.assert(
      fc.property(anyDecimal, ([definition, scaled]) => {
        const { scale = 0 } = definition
        const text = formatDecimal(scaled, scale)
        const [field = 0n] = encodeAttribute(definition, text)
        expect(field).toBe(ORDERED_ZERO + scaled)
        expect(formatDecimal(field - ORDERED_ZERO, scale)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })
})
