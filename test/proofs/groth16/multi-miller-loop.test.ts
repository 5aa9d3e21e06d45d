import { bn254 } from "@noble/curves/bn254.js"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { concatBytes } from "../../../src/protocol/primitives/bytes.ts"
import { Q, R } from "../../../src/protocol/primitives/field.ts"
import { openCurve } from "../../../src/proofs/groth16/curve.ts"
import type { Bn254, Point } from "../../../src/proofs/groth16/curve.ts"
import { multiMillerLoop } from "../../../src/proofs/groth16/multi-miller-loop.ts"
import { smallTorsionPoint, torsionPoint, twistPoint, wireOfG2 } from "../../support/proof-points.ts"

type TwistPoint = ReturnType<typeof twistPoint>
const scalar = fc.bigInt({ min: 1n, max: R - 1n })

const g1 = ({ G1 }: Bn254, k: bigint): Point => G1.toAffine(G1.timesScalar(G1.gAffine, k))
const g2 = ({ G2 }: Bn254, k: bigint): Point => G2.toAffine(G2.timesScalar(G2.gAffine, k))
const ofTwist = ({ G2 }: Bn254, point: TwistPoint): Point =>
  G2.fromObject(wireOfG2(point).map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const))

/** The same product by ffjavascript's own loop, which walks one pair at a time in other coordinates. */
function productOfPairings(curve: Bn254, pairs: readonly (readonly [Point, Point])[]): Uint8Array {
  const { G1, G2, Gt } = curve
  return pairs.reduce((product, [p, q]) => {
    const loop = curve.millerLoop(curve.prepareG1(G1.toJacobian(p)), curve.prepareG2(G2.toJacobian(q)))
    return Gt.mul(product, curve.finalExponentiation(loop))
  }, Gt.one)
}

function multiPairing(curve: Bn254, pairs: readonly (readonly [Point, Point])[]): Uint8Array | null {
  const loops = multiMillerLoop(
    curve,
    concatBytes(...pairs.map(([p]) => p)),
    concatBytes(...pairs.map(([, q]) => q)),
  )
  return loops === null ? null : curve.finalExponentiation(loops)
}

test("is the product of the single pairings", async () => {
  const curve = await openCurve()
  fc.assert(
    fc.property(fc.array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 6 }), (exponents) => {
      const pairs = exponents.map(([p, q]) => [g1(curve, p), g2(curve, q)] as const)
      const [ours, theirs] = [multiPairing(curve, pairs), productOfPairings(curve, pairs)]
      expect(ours !== null && curve.Gt.eq(ours, theirs)).toBe(true)
    }),
    { numRuns: 15 },
  )
})

test.each([127, 128, 129, 300])("walks %i pairs in as many groups as it takes", async (count) => {
  const curve = await openCurve()
  const exponents = Array.from({ length: count }, (_, i) => [BigInt(i + 2), BigInt(3 * i + 5)] as const)
  const pairs = exponents.map(([p, q]) => [g1(curve, p), g2(curve, q)] as const)
  const sum = exponents.reduce((total, [p, q]) => total + p * q, 0n)
  const expected = productOfPairings(curve, [[g1(curve, sum), g2(curve, 1n)]])
  const ours = multiPairing(curve, pairs)
  expect(ours !== null && curve.Gt.eq(ours, expected)).toBe(true)
})

test("the product of no pairs is one", async () => {
  const curve = await openCurve()
  const loops = multiMillerLoop(curve, new Uint8Array(0), new Uint8Array(0))
  expect(loops).toEqual(curve.Gt.one)
})

test("a pairing with infinity is one", async () => {
  const curve = await openCurve()
  const infinity = new Uint8Array(64)
  for (let k = 1n; k < 20n; k++) {
    const pairs = [[infinity, g2(curve, k)] as const, [g1(curve, 3n), g2(curve, 5n)] as const]
    const ours = multiPairing(curve, pairs)
    expect(ours !== null && curve.Gt.eq(ours, productOfPairings(curve, pairs.slice(1)))).toBe(true)
  }
})

test("is null for any point of the twist that has not order r, wherever it stands", async () => {
  const curve = await openCurve()
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), scalar, fc.nat(4), (x, k, at) => {
      const [outside, torsion] = [twistPoint(x, 3n), torsionPoint(x, 3n)]
      const mixed = bn254.G2.Point.BASE.multiplyUnsafe(k).add(torsion)
      for (const point of [outside, torsion, mixed]) {
        const pairs = Array.from({ length: 5 }, (_, i) => [g1(curve, k), g2(curve, BigInt(i + 1))] as const)
        pairs[at] = [g1(curve, k), ofTwist(curve, point)]
        expect(multiPairing(curve, pairs)).toBeNull()
      }
    }),
    { numRuns: 30 },
  )
})

test("is null for torsion of the small order 10,069, pure and mixed with points of order r", async () => {
  const curve = await openCurve()
  const small = smallTorsionPoint()
  for (let multiple = 1n; multiple < 10069n; multiple += 503n) {
    const torsion = small.multiplyUnsafe(multiple)
    const points = [torsion, torsion.add(bn254.G2.Point.BASE.multiplyUnsafe(multiple))]
    for (const point of points) {
      expect(multiPairing(curve, [[g1(curve, 7n), ofTwist(curve, point)]])).toBeNull()
    }
  }
})

test("takes pairs of points only, and works on after a refusal and a null", async () => {
  const curve = await openCurve()
  expect(() => multiMillerLoop(curve, new Uint8Array(64), new Uint8Array(64))).toThrow(RangeError)
  expect(() => multiMillerLoop(curve, new Uint8Array(63), new Uint8Array(128))).toThrow(RangeError)
  expect(multiPairing(curve, [[g1(curve, 7n), ofTwist(curve, twistPoint(5n, 3n))]])).toBeNull()
  const pairs = [[g1(curve, 7n), g2(curve, 5n)] as const, [g1(curve, R - 5n), g2(curve, 7n)] as const]
  expect(multiPairing(curve, pairs)).toEqual(curve.Gt.one)
})

describe("by the orders of groups alone, for every point of the twist:", () => {
  const x = 4965661367192848881n
  const [trace, loop, cofactor] = [6n * x * x + 1n, 6n * x + 2n, 2n * Q - R]
  const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b))
  /** Of c0 + c1·ψ + c2·ψ² + c3·ψ³, ψ² = trace·ψ - q: a point it maps to 0 has an order that divides this. */
  const norm = (c0: bigint, c1: bigint, c2: bigint, c3: bigint): bigint => {
    const c2Reduced = c2 + trace * c3
    const [b0, b1] = [c0 - Q * c2Reduced, c1 - Q * c3 + trace * c2Reduced]
    return b0 * b0 + trace * b0 * b1 + Q * b1 * b1
  }

  test("the end of the loop tells order r from all others", () => {
    expect(gcd(norm(loop, 1n, -1n, 1n), cofactor * R)).toBe(R)
  })

  test("no step divides by zero", () => {
    const signed = [...signedDigits(loop)]
    expect(signed.reduce((value, digit) => 2n * value + digit, 0n)).toBe(loop)
    let reached = 0n
    for (const digit of signed) {
      const doubled = 2n * reached
      if (reached !== 0n) expect(gcd(doubled, cofactor * R)).toBe(1n)
      if (digit !== 0n && reached !== 0n) {
        for (const sign of [1n, -1n]) expect(gcd(doubled + sign, cofactor * R)).toBe(1n)
      }
      reached = doubled + digit
    }
    for (const sign of [1n, -1n]) {
      expect(gcd(norm(loop, sign, 0n, 0n), cofactor * R)).toBe(1n)
      expect(gcd(norm(loop, 1n, sign, 0n), cofactor * R)).toBe(1n)
    }
  })
})

/** Digits -1, 0, 1, highest first, no two in a row but for the first. */
function signedDigits(value: bigint): bigint[] {
  const digits: bigint[] = []
  for (let rest = value; rest > 0n;) {
    const digit = (rest & 1n) === 0n ? 0n : 2n - (rest & 3n)
    digits.unshift(digit)
    rest = (rest - digit) >> 1n
  }
  return [1n, 1n, ...digits.slice(3)] // 1, 0, -1 is 3 as 1, 1 is, with a doubling less
}
