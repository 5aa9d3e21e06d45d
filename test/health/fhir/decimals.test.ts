// Decimals from a record's text to the field and back: no float stands between what a laboratory wrote and what is signed.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { LABORATORY } from "../../../src/protocol/catalogue/schemas/laboratory.ts"
import { encodeAttribute, ORDERED_ZERO } from "../../../src/protocol/credential/attribute.ts"
import { formatDecimal, readDecimal } from "../../../src/protocol/credential/decimal.ts"
import type { AttributeDefinition, Schema } from "../../../src/protocol/wire/statement.ts"
import { codeOf } from "../../support/code-of.ts"
import { coded, patient } from "../../support/fhir-bundle.ts"
import { collection, observation, quantity, READ_ON } from "../../support/fhir-records.ts"

const valueOf = (schema: Schema): AttributeDefinition & { readonly unit: string; readonly scale: number } => {
  const value = schema.attributes.find(({ name }) => name === "value")
  if (value?.unit === undefined || value.scale === undefined) throw new Error(`${schema.name} is no number`)
  return { ...value, unit: value.unit, scale: value.scale }
}

/** What intake makes of a number in a record of some schema. */
function intakeOf(schema: Schema, text: string): string | number | undefined {
  const unit = valueOf(schema).unit.split("|")[1] ?? ""
  const result = observation({ code: coded(schema.observes ?? ""), valueQuantity: quantity(text, unit) })
  const { records } = readRecords(collection(patient(), result), READ_ON)
  expect(records[0]?.schema).toBe(`${schema.name}/1`)
  return records[0]?.attributes["value"]
}

/** A schema and a number that it holds, in units of its last decimal. */
const measured = fc.constantFrom(...LABORATORY).chain((schema) => {
  const { scale, max } = valueOf(schema)
  const most = readDecimal(String(max), scale, "max")
  return fc.record({ schema: fc.constant(schema), scaled: fc.bigInt({ min: 0n, max: most }) })
})

/** Other spellings of one number: trailing zeros, exponents either way. */
function spellings(scaled: bigint, scale: number): readonly string[] {
  const digits = String(scaled)
  const plain = formatDecimal(scaled, scale)
  return [
    plain,
    plain.includes(".") ? `${plain}000` : `${plain}.000`,
    `${digits}e-${scale}`,
    `${scaled * 1000n}E-${scale + 3}`,
    `${digits}.0e-${scale}`,
    `${plain}e0`,
    `${plain}E+00`,
  ]
}

describe("a number of a laboratory", () => {
  it("goes from text to field and back without a change, in every schema", () => {
    fc.assert(
      fc.property(measured, ({ schema, scaled }) => {
        const definition = valueOf(schema)
        const text = formatDecimal(scaled, definition.scale)
        expect(intakeOf(schema, text)).toBe(text)
        const [field = 0n] = encodeAttribute(definition, text)
        expect(formatDecimal(field - ORDERED_ZERO, definition.scale)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it("is one field value however it is spelt, and never that of its neighbour", () => {
    fc.assert(
      fc.property(measured, ({ schema, scaled }) => {
        const definition = valueOf(schema)
        for (const text of spellings(scaled, definition.scale)) {
          const signed = intakeOf(schema, text)
          expect(signed, text).toMatch(/^[0-9]+(\.[0-9]+)?$/)
          expect(encodeAttribute(definition, signed ?? ""), text).toEqual([ORDERED_ZERO + scaled])
        }
      }),
      { numRuns: 100 },
    )
  })

  it("keeps the digits that were written, trailing zeros included", () => {
    const [glucose] = LABORATORY.filter(({ name }) => name === "lab-14749-6-mmol-l")
    if (glucose === undefined) throw new Error("no schema of glucose")
    for (const text of ["5.0", "5.00", "5.000", "5.0000", "0.10"]) expect(intakeOf(glucose, text)).toBe(text)
  })

  it("is refused one decimal beyond the scale of every schema, unless it is a zero", () => {
    for (const schema of LABORATORY) {
      const { scale } = valueOf(schema)
      expect(codeOf(() => intakeOf(schema, `0.${"0".repeat(scale)}1`))).toBe("precision-exceeded")
      expect(codeOf(() => intakeOf(schema, `1e-${scale + 1}`))).toBe("precision-exceeded")
      expect(intakeOf(schema, `0.${"0".repeat(scale)}0`)).toBe(`0.${"0".repeat(scale)}0`)
    }
  })

  it("is refused just above the largest value of every schema, below zero, and as negative zero", () => {
    for (const schema of LABORATORY) {
      const { scale, max } = valueOf(schema)
      const most = readDecimal(String(max), scale, "max")
      expect(intakeOf(schema, formatDecimal(most, scale))).toBe(String(max))
      expect(codeOf(() => intakeOf(schema, formatDecimal(most + 1n, scale)))).toBe("value-out-of-range")
      expect(codeOf(() => intakeOf(schema, formatDecimal(-1n, scale)))).toBe("value-out-of-range")
      for (const zero of ["-0", "-0.0", "-0e1"])
        expect(codeOf(() => intakeOf(schema, zero))).toBe("value-malformed")
    }
  })

  it("zero is a value; absence has none: the two never meet in a field", () => {
    for (const schema of LABORATORY) {
      expect(encodeAttribute(valueOf(schema), intakeOf(schema, "0") ?? "")).toEqual([ORDERED_ZERO])
    }
  })
})
