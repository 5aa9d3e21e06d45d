import { bn254 } from "@noble/curves/bn254.js"
import fc from "fast-check"
import { expect, test } from "vitest"
import { R } from "../../../src/protocol/primitives/field.ts"
import { openCurve } from "../../../src/proofs/groth16/curve.ts"
import type { Bn254 } from "../../../src/proofs/groth16/curve.ts"
import { isInG2 } from "../../../src/proofs/groth16/subgroup.ts"
import {
  hasOrderR,
  smallTorsionPoint,
  torsionPoint,
  twistPoint,
  wireOfG2,
} from "../../support/proof-points.ts"

type TwistPoint = ReturnType<typeof twistPoint>
const { BASE } = bn254.G2.Point
const scalar = fc.bigInt({ min: 1n, max: R - 1n })

const accepts = (curve: Bn254, point: TwistPoint): boolean =>
  isInG2(curve, curve.G2.fromObject(wireOfG2(point).map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const)))
const byDefinition = (curve: Bn254, point: TwistPoint): boolean => {
  const bytes = curve.G2.fromObject(wireOfG2(point).map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const))
  return curve.G2.isZero(curve.G2.timesScalar(bytes, R))
}

test("accepts every multiple of the generator", async () => {
  const curve = await openCurve()
  fc.assert(
    fc.property(scalar, (k) => accepts(curve, BASE.multiplyUnsafe(k))),
    { numRuns: 60 },
  )
})

test("answers as r·B does on points of the twist, torsion and mixtures included", async () => {
  const curve = await openCurve()
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), scalar, (x, k) => {
      const [outside, torsion] = [twistPoint(x, 3n), torsionPoint(x, 3n)]
      for (const point of [outside, torsion, BASE.multiplyUnsafe(k).add(torsion)]) {
        expect(hasOrderR(point)).toBe(false)
        expect(byDefinition(curve, point)).toBe(false)
        expect(accepts(curve, point)).toBe(false)
      }
    }),
    { numRuns: 30 },
  )
})

test("refuses torsion of the small prime order 10,069, on which a batched check would fail", async () => {
  expect(accepts(await openCurve(), smallTorsionPoint())).toBe(false)
})
