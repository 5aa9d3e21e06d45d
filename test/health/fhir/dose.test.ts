import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import type { Attributes } from "../../../src/protocol/wire/credential.ts"
import { codeOf } from "../../support/code-of.ts"
import { bundleBytes, coded, CVX, dose, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import { READ_ON } from "../../support/fhir-records.ts"

const MRNA = "http://snomed.info/sct|1119349007"
const PFIZER = "urn:eu:dcc:vaccines-covid-19-names|EU/1/20/1528"
const MAKERS = "http://hl7.org/fhir/sid/mvx"

function read(members: Element, ...others: readonly Element[]): Attributes {
  const bytes = bundleBytes([patient(), dose(members), ...others])
  const [record] = readRecords(bytes, READ_ON).records
  if (record?.schema !== "immunization/1") throw new Error("no immunization")
  return record.attributes
}

describe("the vaccine of a dose", () => {
  it("is the first product that the table knows, whatever codes stand beside it", () => {
    const codes = coded("http://hl7.org/fhir/sid/ndc|59267-1000-1", `${CVX}|208`, PFIZER)
    expect(read({ vaccineCode: codes })["vaccine"]).toBe(`${CVX}|208`)
  })

  it("is the product and not the kind, which is kept as prophylaxis", () => {
    expect(read({ vaccineCode: coded(MRNA, PFIZER) })).toMatchObject({ vaccine: PFIZER, prophylaxis: MRNA })
    expect(read({ vaccineCode: coded(PFIZER) })).not.toHaveProperty("prophylaxis")
  })

  it.each([
    ["a code of another system", coded("urn:other|208")],
    ["a code without a system", { coding: [{ code: "208" }] }],
    ["a token hidden in the system", { coding: [{ system: `${CVX}|208` }] }],
    ["a code in another spelling", coded(`${CVX}|0208`)],
    ["no coding at all", {}],
  ])("is unknown by %s", (_, vaccineCode) => {
    expect(codeOf(() => read({ vaccineCode }))).toBe("vaccine-unknown")
  })
})

describe("the day of a dose", () => {
  it("is refused when a text stands beside the date", () => {
    expect(codeOf(() => read({ occurrenceString: "or so" }))).toBe("date-incomplete")
  })

  it.each([
    ["2022-01-10T00:30:00+14:00", "2022-01-10"],
    ["2022-01-10T23:30:00-12:00", "2022-01-10"],
    ["2024-02-29T12:00:00.123Z", "2024-02-29"],
  ])("of %s is %s, as written", (occurrenceDateTime, day) => {
    expect(read({ occurrenceDateTime })["occurredOn"]).toBe(day)
  })
})

describe("the manufacturer of a dose", () => {
  const maker = { fullUrl: "urn:uuid:maker", resource: { resourceType: "Organization" as const } }
  const named = (identifier: Element): Element => ({
    ...maker,
    resource: { ...maker.resource, identifier: [identifier] },
  })
  const reference = { manufacturer: { reference: "urn:uuid:maker" } }
  const PFR = { system: MAKERS, value: "PFR" }

  it("is the identifier of the reference or of the organization it names", () => {
    expect(read({ manufacturer: { identifier: PFR } })["manufacturer"]).toBe(`${MAKERS}|PFR`)
    expect(read(reference, named(PFR))["manufacturer"]).toBe(`${MAKERS}|PFR`)
  })

  it.each<[string, Element, readonly Element[]]>([
    ["named in words only", { manufacturer: { display: "Invented Pharma" } }, []],
    ["an identifier without a system", { manufacturer: { identifier: { value: "PFR" } } }, []],
    ["an identifier with a bar", { manufacturer: { identifier: { system: MAKERS, value: "P|R" } } }, []],
    ["outside the bundle", reference, []],
    ["in the bundle twice", reference, [named(PFR), named(PFR)]],
    ["no organization", reference, [{ ...maker, resource: { resourceType: "Device" } }]],
  ])("is absent when it is %s", (_, members, others) => {
    expect(read(members, ...others)).not.toHaveProperty("manufacturer")
  })
})

describe("the attributes of a dose", () => {
  it("fit the schema and the wire at their longest", () => {
    const long = "x".repeat(511)
    const attributes = read({ lotNumber: long, manufacturer: { identifier: { system: long, value: long } } })
    expect(String(attributes["manufacturer"])).toHaveLength(1023) // wire/credential.ts holds 1,024
    const schema = CATALOGUE.findSchema("immunization/1", "self")
    if (schema === null) throw new Error("no schema")
    expect(encodeAttributes(schema, { ...attributes, boundOn: "2026-11-20" })).toHaveLength(16)
    expect(codeOf(() => read({ lotNumber: `${long}x` }))).toBe("malformed-dose")
  })

  it.each<[string, Element]>([
    ["isSubpotent", { isSubpotent: "true" }],
    ["status", { status: 1 }],
    ["lotNumber", { lotNumber: ["A"] }],
    ["vaccineCode.coding", { vaccineCode: { coding: { system: CVX } } }],
    ["protocolApplied", { protocolApplied: { doseNumberPositiveInt: 1 } }],
    ["manufacturer.identifier.value", { manufacturer: { identifier: { system: MAKERS, value: 1 } } }],
  ])("are refused when %s has another type", (member, members) => {
    expect(() => read(members)).toThrow(`malformed-dose at $.entry[1].resource.${member}`)
  })
})
