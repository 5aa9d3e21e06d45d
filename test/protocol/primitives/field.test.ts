import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeFr,
  parseCoordinate,
  parseFr,
  parseNullifier,
  Q,
  R,
} from "../../../src/protocol/primitives/field.ts"
import { codeOf } from "../../support/code-of.ts"

const FOREIGN: readonly (readonly [string, unknown])[] = [
  ["r itself", R.toString()],
  ["n + r", (R + 7n).toString()],
  ["hexadecimal", "0x0a"],
  ["a leading zero", "007"],
  ["a plus sign", "+7"],
  ["a minus sign", "-7"],
  ["negative zero", "-0"],
  ["a leading space", " 7"],
  ["a trailing newline", "7\n"],
  ["an exponent", "1e3"],
  ["a fraction", "1.0"],
  ["an underscore", "1_000"],
  ["Arabic-Indic digits", "٧"],
  ["the empty text", ""],
  ["a number", 7],
  ["a bigint", 7n],
  ["a nested array", [["7"]]],
  ["an object with toString", { toString: () => "7" }],
  ["null", null],
  ["a million digits", "9".repeat(1_000_000)],
]

describe("field elements", () => {
  it("have one spelling: parsing inverts encoding", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: R - 1n }), (value) => BigInt(parseFr(encodeFr(value))) === value),
    )
  })

  it.each([0n, 1n, R - 1n])("take the edge %s", (value) => {
    expect(parseFr(value.toString())).toBe(value.toString())
  })

  it.each(FOREIGN)("refuse %s", (_, value) => {
    expect(codeOf(() => parseFr(value))).toBe("field-element-not-canonical")
    expect(codeOf(() => parseNullifier(value))).toBe("field-element-not-canonical")
  })

  it("do not bound coordinates by r but by q", () => {
    expect(parseCoordinate(R.toString())).toBe(R.toString())
    expect(codeOf(() => parseCoordinate(Q.toString()))).toBe("field-element-not-canonical")
  })

  it("cannot be encoded from outside the field", () => {
    expect(() => encodeFr(R)).toThrow(RangeError)
    expect(() => encodeFr(-1n)).toThrow(RangeError)
  })
})
