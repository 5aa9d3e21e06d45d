// circomlibjs shares no line with src/, so agreeing with it means something.
import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { BASE8, parseCurvePoint, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { derivePublicKey, signPoseidon, verifyPoseidon } from "../../../src/protocol/primitives/eddsa.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import { poseidon } from "../../../src/protocol/primitives/poseidon.ts"
import { buildTree4 } from "../../../src/protocol/primitives/tree4.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"
import { codeOf } from "../../support/code-of.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

const scalar = fc.bigInt({ min: 0n, max: R - 1n })
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const spell = ([x, y]: PlainPoint) => [encodeFr(x), encodeFr(y)]

describe("poseidon", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 16])("agrees with circomlibjs for arity %i, edges included", (arity) => {
    const inputs = fc.array(fc.oneof(scalar, fc.constantFrom(0n, 1n, R - 1n)), {
      minLength: arity,
      maxLength: arity,
    })
    fc.assert(
      fc.property(inputs, (values) => poseidon(...values) === oracle.hash(...values)),
      { numRuns: 10 },
    )
  })

  it("has no arity that no formula owns", () => {
    expect(() => poseidon(...Array<bigint>(9).fill(1n))).toThrow(RangeError)
  })
})

describe("tree4", () => {
  it("agrees with a tree over circomlibjs for sparse leaves and another empty leaf", () => {
    const leaves = new Map([0, 3, 17, 1024, 4095].map((position) => [position, BigInt(position) + 5n]))
    for (const empty of [0n, poseidon(1006n, 0n)]) {
      const [ours, theirs] = [buildTree4(leaves, empty), oracle.tree(leaves, 6, empty)]
      expect(ours.root).toBe(theirs.root)
      for (const position of [0, 1, 17, 2000, 4095])
        expect(ours.path(position)).toEqual(theirs.path(position))
    }
  })
})

describe("eddsa", () => {
  it("derives keys and signs bit for bit as circomlibjs", () => {
    fc.assert(
      fc.property(seed, scalar, (bytes, message) => {
        const { x, y } = derivePublicKey(bytes).toAffine()
        expect([x, y]).toEqual(oracle.publicKey(bytes))
        const { r8, s } = signPoseidon(bytes, message)
        expect({ R8: r8, S: s }).toEqual(oracle.sign(bytes, message))
      }),
      { numRuns: 8 },
    )
  })

  it("accepts what it signed and refuses every changed part", () => {
    const bytes = new Uint8Array(32).fill(9)
    const key = derivePublicKey(bytes)
    const signature = signPoseidon(bytes, 42n)
    const { r8, s } = signature
    expect(verifyPoseidon(key, 42n, signature)).toBe(true)
    expect(verifyPoseidon(key, 43n, signature)).toBe(false)
    expect(verifyPoseidon(derivePublicKey(new Uint8Array(32).fill(8)), 42n, signature)).toBe(false)
    expect(verifyPoseidon(key, 42n, { r8, s: s + 1n })).toBe(false)
    expect(verifyPoseidon(key, 42n, { r8: [r8[0] + 1n, r8[1]], s })).toBe(false)
  })

  it("refuses S + l, S = l, S = 0 and R8 off the curve or of small order", () => {
    const bytes = new Uint8Array(32).fill(9)
    const key = derivePublicKey(bytes)
    const { r8, s } = signPoseidon(bytes, 42n)
    for (const forged of [s + SUBGROUP_ORDER, SUBGROUP_ORDER, 0n]) {
      expect(verifyPoseidon(key, 42n, { r8, s: forged })).toBe(false)
    }
    for (const forged of [
      [0n, 0n],
      [0n, 1n],
      [0n, R - 1n],
      [1n, 1n],
    ] as const) {
      expect(verifyPoseidon(key, 42n, { r8: forged, s })).toBe(false)
    }
  })
})

describe("parseCurvePoint", () => {
  it("reads a key of prime order, the generator included", () => {
    const { x, y } = BASE8.toAffine()
    expect(parseCurvePoint(spell([x, y])).equals(BASE8)).toBe(true)
  })

  it("refuses a key with a torsion part although circomlib's verifier accepts its signatures", () => {
    const [key, torsion] = [oracle.multiply(12345n), oracle.torsion(1n)]
    const posed = oracle.add(key, torsion)
    expect(codeOf(() => parseCurvePoint(spell(posed)))).toBe("point-refused")
    expect(codeOf(() => parseCurvePoint(spell(key)))).toBe("no error")
  })

  it.each([
    ["order 8", () => oracle.torsion(1n)],
    ["order 4", () => oracle.torsion(2n)],
    ["order 2", () => [0n, R - 1n] as PlainPoint],
    ["the identity", () => [0n, 1n] as PlainPoint],
    ["off the curve", () => [1n, 1n] as PlainPoint],
    ["the origin", () => [0n, 0n] as PlainPoint],
  ])("refuses %s", (_, point) => {
    expect(codeOf(() => parseCurvePoint(spell(point())))).toBe("point-refused")
  })

  it.each([[["1"]], [["1", "2", "3"]], ["1,2"], [{ 0: "1", 1: "2" }], [null]])(
    "refuses the shape %j",
    (shape) => {
      expect(codeOf(() => parseCurvePoint(shape))).toBe("point-refused")
    },
  )

  it("refuses coordinates in another spelling", () => {
    const { x, y } = BASE8.toAffine()
    for (const other of [
      [(x + R).toString(), y.toString()],
      [5, y.toString()],
      [`0x${x.toString(16)}`, y.toString()],
    ]) {
      expect(codeOf(() => parseCurvePoint(other))).toBe("field-element-not-canonical")
    }
  })
})
