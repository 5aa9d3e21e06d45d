import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import {
  BABYJUBJUB,
  BASE8,
  encodePoint,
  IDENTITY,
  isIdentity,
  PACKING_POINT,
  parseCurvePoint,
  parsePointOnCurve,
  pointBytes,
  pointFromAffine,
  SUBGROUP_ORDER,
} from "../../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"
import { codeOf } from "../../support/code-of.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})
const plain = (point: typeof BASE8): PlainPoint => {
  const { x, y } = point.toAffine()
  return [x, y]
}
const spell = ([x, y]: PlainPoint): [string, string] => [x.toString(), y.toString()]
const scalar = fc.bigInt({ min: 0n, max: SUBGROUP_ORDER - 1n })
const legendre = (value: bigint): bigint => {
  let [base, exponent, result] = [value % R, (R - 1n) / 2n, 1n]
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % R
    base = (base * base) % R
  }
  return result
}

describe("the curve", () => {
  it("has complete addition: a is a square and d is not", () => {
    expect(legendre(168700n)).toBe(1n)
    expect(legendre(168696n)).toBe(R - 1n)
  })

  it("adds and multiplies as circomlibjs does", () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        const [left, right] = [BABYJUBJUB.multiply(BASE8, a), BABYJUBJUB.multiply(BASE8, b)]
        expect(plain(left)).toEqual(oracle.multiply(a))
        expect(plain(BABYJUBJUB.add(left, right))).toEqual(oracle.add(plain(left), plain(right)))
        expect(isIdentity(BABYJUBJUB.add(left, BABYJUBJUB.negate(left)))).toBe(true)
      }),
      { numRuns: 10 },
    )
  })

  it("packs the second counter with J = 2^32 * G", () => {
    expect(plain(PACKING_POINT)).toEqual(oracle.multiply(2n ** 32n))
  })
})

describe("parseCurvePoint", () => {
  it("takes O only where the caller allows it", () => {
    expect(codeOf(() => parseCurvePoint(["0", "1"]))).toBe("point-refused")
    expect(isIdentity(parseCurvePoint(["0", "1"], { allowIdentity: true }))).toBe(true)
  })

  it("refuses all seven torsion points and every sum with one, O allowed or not", () => {
    const key = oracle.multiply(123456789n)
    for (let multiple = 1n; multiple < 8n; multiple++) {
      const torsion = oracle.torsion(multiple)
      for (const point of [torsion, oracle.add(key, torsion)]) {
        expect(codeOf(() => parseCurvePoint(spell(point)))).toBe("point-refused")
        expect(codeOf(() => parseCurvePoint(spell(point), { allowIdentity: true }))).toBe("point-refused")
      }
    }
  })

  it("refuses a flipped bit in either coordinate", () => {
    const [x, y] = oracle.multiply(77n)
    for (const bit of [0n, 1n, 100n, 252n]) {
      expect(codeOf(() => parseCurvePoint(spell([x ^ (1n << bit), y])))).not.toBe("no error")
      expect(codeOf(() => parseCurvePoint(spell([x, y ^ (1n << bit)])))).not.toBe("no error")
    }
  })
})

describe("parsePointOnCurve", () => {
  it("takes any point of the curve, O and torsion included", () => {
    for (const point of [
      oracle.multiply(5n),
      oracle.torsion(1n),
      oracle.torsion(4n),
      [0n, 1n] as PlainPoint,
    ]) {
      expect(plain(parsePointOnCurve(spell(point)))).toEqual(point)
    }
  })

  it("refuses what is off the curve or in another spelling", () => {
    const [x, y] = oracle.multiply(5n)
    expect(codeOf(() => parsePointOnCurve(spell([x, y + 1n])))).toBe("point-refused")
    expect(codeOf(() => parsePointOnCurve([x.toString()]))).toBe("point-refused")
    expect(codeOf(() => parsePointOnCurve(spell([x + R, y])))).toBe("field-element-not-canonical")
  })
})

describe("A13: a point has one spelling", () => {
  it("is not made of coordinates that are not below r, nor of negative ones", () => {
    const [x, y] = oracle.multiply(5n)
    expect(pointFromAffine(x, y)).not.toBeNull()
    for (const other of [
      [x + R, y],
      [x, y + R],
      [x - R, y],
      [x, y - R],
    ] as PlainPoint[])
      expect(pointFromAffine(...other)).toBeNull()
  })
})

describe("point encodings", () => {
  it("are 32 bytes a coordinate, big-endian", () => {
    const point = parseCurvePoint(spell(oracle.multiply(99n)))
    const hex = plain(point).map((value) => value.toString(16).padStart(64, "0"))
    expect(bytesToHex(pointBytes(point))).toBe(hex.join(""))
    expect(bytesToHex(pointBytes(IDENTITY))).toBe("0".repeat(127) + "1")
  })

  it("do not depend on how a point was computed", () => {
    const sum = BASE8.double().add(BASE8)
    const product = BASE8.multiply(3n)
    expect(encodePoint(sum)).toEqual(encodePoint(product))
    expect(pointBytes(sum)).toEqual(pointBytes(product))
    expect(isIdentity(sum.subtract(product))).toBe(true)
    expect(isIdentity(parsePointOnCurve(["0", (R - 1n).toString()]))).toBe(false)
  })
})
