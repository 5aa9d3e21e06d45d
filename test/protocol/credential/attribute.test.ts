import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeAttribute,
  encodeAttributes,
  encodeCode,
  OPEN_END,
  OPEN_START,
  ORDERED_ZERO,
} from "../../../src/protocol/credential/attribute.ts"
import { formatDecimal, readDecimal } from "../../../src/protocol/credential/decimal.ts"
import { attributeIndex } from "../../../src/protocol/credential/schema.ts"
import type { AttributeDefinition } from "../../../src/protocol/wire/statement.ts"
import { codeOf } from "../../support/code-of.ts"
import { EVERY_TYPE } from "../../support/every-type.ts"

const LEAST = { kind: "s|c", count: 1, value: "5.0", takenOn: "2022-01-01" }
const place = (name: string) => attributeIndex(EVERY_TYPE).get(name)
const definitionOf = (name: string): AttributeDefinition => {
  const found = EVERY_TYPE.attributes.find((attribute) => attribute.name === name)
  if (found === undefined) throw new Error(`no attribute ${name}`)
  return found
}
const encode = (name: string, value: string | number) => encodeAttribute(definitionOf(name), value)
const codeFor = (name: string, value: string | number) => codeOf(() => encode(name, value))

describe("positions", () => {
  it("follow the order of the schema, a partial date taking two", () => {
    expect([...attributeIndex(EVERY_TYPE)].map(([name, { position }]) => `${position} ${name}`)).toEqual([
      ...[
        "0 kind",
        "1 other",
        "2 count",
        "3 total",
        "4 value",
        "5 high",
        "6 plain",
        "7 takenOn",
        "8 from",
        "9 until",
      ],
      ...[
        "10 born.first",
        "11 born.last",
        "12 takenAt",
        "13 note",
        "14 parentBorn.first",
        "15 parentBorn.last",
      ],
    ])
    expect(place("born")).toBeUndefined()
  })

  it("take 0 for absent and unused attributes, 1 and 2^63 - 1 for open ends", () => {
    const attrs = encodeAttributes(EVERY_TYPE, LEAST)
    expect(attrs).toHaveLength(16)
    expect([1, 3, 5, 6, 10, 11, 12, 13, 14, 15].map((position) => attrs[position])).toEqual(
      Array(10).fill(0n),
    )
    expect([attrs[8], attrs[9]]).toEqual([OPEN_START, OPEN_END])
  })

  it.each([
    ["attribute-missing", { kind: "s|c", count: 1, value: "5.0" }],
    ["attribute-unknown", { ...LEAST, rumour: "x" }],
    ["attribute-unknown", { ...LEAST, "born.first": "1980-01-01" }],
    ["attribute-unknown", { ...LEAST, toString: "x" }],
  ])("refuse a record with %s", (code, attributes) => {
    expect(codeOf(() => encodeAttributes(EVERY_TYPE, attributes))).toBe(code)
  })

  it("name the attribute and never its value", () => {
    expect(() => encodeAttributes(EVERY_TYPE, { ...LEAST, value: "secret-4711" })).toThrow(
      /^(?!.*4711).*value/,
    )
  })
})

describe("ordered values", () => {
  it("are 2^62 + n, so negatives sort below and none is 0", () => {
    expect(encode("count", -1000)).toEqual([ORDERED_ZERO - 1000n])
    expect(encode("count", 0)).toEqual([ORDERED_ZERO])
    expect(encode("takenOn", "1969-12-31")).toEqual([ORDERED_ZERO - 1n])
    expect(encode("takenAt", "1970-01-01T01:00:00.9+01:00")).toEqual([ORDERED_ZERO])
    expect(encode("born", "1980-02")).toEqual([ORDERED_ZERO + 3683n, ORDERED_ZERO + 3711n])
  })

  it.each([
    ["count", 1001, "value-out-of-range"],
    ["count", -1001, "value-out-of-range"],
    ["count", 1.5, "value-malformed"],
    ["count", -0, "value-malformed"],
    ["count", "1", "value-malformed"],
    ["count", Number.NaN, "value-malformed"],
    ["value", "200.001", "value-out-of-range"],
    ["value", "1.0001", "precision-exceeded"],
    ["value", "1e-4", "precision-exceeded"],
    ["value", 5, "value-malformed"],
    ["value", "-0", "value-malformed"],
    ["value", "-0.000", "value-malformed"],
    ["value", "01", "value-malformed"],
    ["value", ".5", "value-malformed"],
    ["value", "5.", "value-malformed"],
    ["value", "+5", "value-malformed"],
    ["value", "5 ", "value-malformed"],
    ["value", "<5", "value-malformed"],
    ["value", "0x5", "value-malformed"],
    ["value", "1e999", "value-malformed"],
    ["value", "1e99", "value-out-of-range"],
    ["value", "9".repeat(5000), "value-malformed"],
    ["takenOn", "2022-02-30", "value-malformed"],
    ["takenOn", "2022", "value-malformed"],
    ["takenAt", "2022-01-01T00:00:00", "value-malformed"],
    ["born", "1980-13", "value-malformed"],
  ])("refuse %s = %j", (name, value, code) => {
    expect(codeFor(name, value)).toBe(code)
  })
})

describe("decimals", () => {
  it("go from text to field and back without a change", () => {
    const scaled = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n })
    fc.assert(
      fc.property(scaled, fc.integer({ min: 0, max: 9 }), (value, scale) => {
        expect(readDecimal(formatDecimal(value, scale), scale, "x")).toBe(value)
      }),
    )
  })

  it("expand exponents exactly and do not mind trailing zeros", () => {
    const texts = ["1.5", "1.50", "1.500000", "15e-1", "0.15e1", "0.15E+1", "150e-2"]
    expect(texts.map((text) => readDecimal(text, 3, "x"))).toEqual(Array(7).fill(1500n))
    expect(readDecimal("1.009", 3, "x")).toBe(1009n) // 1.009 * 1000 is 1008.9999999999999 as a float
    expect(readDecimal("-7e2", 0, "x")).toBe(-700n)
  })
})

describe("codes and texts", () => {
  it("have the golden value", () => {
    expect(encodeCode("http://snomed.info/sct|840539006")).toBe(
      179085272389146278868245430639606324676782921973543232391808163205314005218n,
    )
  })

  it.each(["no-bar", "|code", "system|", "a|b|c", "", "a|\ud800"])("refuse the code %j", (text) => {
    expect(codeFor("kind", text)).toBe("value-malformed")
  })

  it("keep their parts apart and their case", () => {
    const texts = ["ab|c", "a|bc", "A|bc", "a |bc"]
    expect(new Set(texts.map((text) => encodeCode(text))).size).toBe(4)
  })

  it("are one text in NFC and in NFD, but one code never is another", () => {
    const [composed, decomposed] = ["Müller", "Mu\u0308ller"]
    expect(encode("note", composed)).toEqual(encode("note", decomposed))
    expect(encodeCode(`s|${composed}`)).not.toBe(encodeCode(`s|${decomposed}`))
  })

  it.each(["", "\udc00"])("refuse the text %j", (text) => {
    expect(codeFor("note", text)).toBe("value-malformed")
  })

  it("never meet: a text and a code of equal bytes differ", () => {
    expect(encode("note", "s|c")).not.toEqual(encode("kind", "s|c"))
  })
})
