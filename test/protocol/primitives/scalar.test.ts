import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import {
  drawBytes,
  drawScalar,
  encodeScalar,
  invert,
  isScalar,
  parseScalar,
  reduce,
} from "../../../src/protocol/primitives/scalar.ts"
import { codeOf } from "../../support/code-of.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"

const scalar = fc.bigInt({ min: 0n, max: SUBGROUP_ORDER - 1n })

describe("A13: a scalar has one spelling", () => {
  it("comes back as it was spelled, edges included", () => {
    for (const value of [0n, 1n, SUBGROUP_ORDER - 1n])
      expect(BigInt(parseScalar(encodeScalar(value)))).toBe(value)
    fc.assert(fc.property(scalar, (value) => BigInt(parseScalar(encodeScalar(value))) === value))
  })

  it.each([
    ["z + l", (5n + SUBGROUP_ORDER).toString()],
    ["l", SUBGROUP_ORDER.toString()],
    ["a field element above l", (R - 1n).toString()],
    ["a leading zero", "05"],
    ["a sign", "+5"],
    ["a negative number", "-5"],
    ["hexadecimal", "0x5"],
    ["blanks", " 5"],
    ["nothing", ""],
    ["a fraction", "5.0"],
    ["a number", 5],
    ["a megabyte of digits", "1".repeat(1 << 20)],
  ])("refuses %s", (_, value) => {
    expect(codeOf(() => parseScalar(value))).toBe("field-element-not-canonical")
  })

  it("is never written out of range", () => {
    expect(() => encodeScalar(SUBGROUP_ORDER)).toThrow(RangeError)
    expect(() => encodeScalar(-1n)).toThrow(RangeError)
    expect([isScalar(-1n), isScalar(0n), isScalar(SUBGROUP_ORDER)]).toEqual([false, true, false])
  })
})

describe("arithmetic modulo a prime", () => {
  it("reduces to 0..order-1", () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        const reduced = reduce(value)
        return isScalar(reduced) && (value - reduced) % SUBGROUP_ORDER === 0n
      }),
    )
  })

  it("inverts all but zero", () => {
    fc.assert(
      fc.property(scalar, (value) => value === 0n || reduce(value * invert(value)) === 1n),
      { numRuns: 50 },
    )
    expect(invert(-1n)).toBe(SUBGROUP_ORDER - 1n)
    expect(reduce(4n * invert(4n, 7n), 7n)).toBe(1n)
    for (const zero of [0n, SUBGROUP_ORDER]) expect(() => invert(zero)).toThrow(RangeError)
  })
})

describe("drawScalar", () => {
  it("takes 512 bits and draws again when they reduce to zero", () => {
    const asked: number[] = []
    const first = [new Uint8Array(64), Uint8Array.from(new Uint8Array(64).fill(0)).fill(7, 63)]
    const drawn = drawScalar((length) => {
      asked.push(length)
      return first.shift()!
    })
    expect([drawn, asked]).toEqual([7n, [64, 64]])
  })

  it("fills the whole range", () => {
    const randomBytes = seededBytes("range")
    const drawn = Array.from({ length: 200 }, () => drawScalar(randomBytes))
    expect(drawn.filter((value) => value >= 1n << 249n).length).toBeGreaterThan(100)
    expect(drawn.every(isScalar)).toBe(true)
  })

  it("refuses a generator that gives too little", () => {
    expect(() => drawBytes(() => new Uint8Array(31), 32)).toThrow(RangeError)
    expect(drawBytes(constantBytes(3), 2)).toEqual(Uint8Array.of(3, 3))
  })
})
