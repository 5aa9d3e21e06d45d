// Points that must never pass: on the twist of BN254 and outside the subgroup of order r.
import { bn254 } from "@noble/curves/bn254.js"
import { R } from "../../src/protocol/primitives/field.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"

const { G1, G2, fields } = bn254
const { Fp, Fp2 } = fields
type WireG2 = WireProof["b"]

/** A point of the twist with x = (c0, c1) or the next c0 that is on it; outside the subgroup with overwhelming odds. */
export function twistPoint(c0: bigint, c1: bigint): InstanceType<typeof G2.Point> {
  for (let x0 = c0; ; x0++) {
    const x = { c0: Fp.create(x0), c1: Fp.create(c1) }
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.Point.CURVE().b)
    try {
      return G2.Point.fromAffine({ x, y: Fp2.sqrt(square) })
    } catch {
      continue // not a square: no such x on the twist
    }
  }
}

/** A torsion point: r times a twist point. Its order divides the cofactor. */
export function torsionPoint(c0: bigint, c1: bigint): InstanceType<typeof G2.Point> {
  const point = twistPoint(c0, c1)
  return point.multiplyUnsafe(R - 1n).add(point)
}

const SMALL_ORDER = 10069n // the one prime factor below 2^20 of the twist's cofactor
const COFACTOR = 21888242871839275222246405745257275088844257914179612981679871602714643921549n

/** A torsion point of order 10,069: small enough that a batched subgroup check would meet it by chance. */
export function smallTorsionPoint(): InstanceType<typeof G2.Point> {
  const small = torsionPoint(11n, 3n).multiplyUnsafe(COFACTOR / SMALL_ORDER)
  if (small.is0() || !small.multiplyUnsafe(SMALL_ORDER).is0()) throw new Error("not of the small order")
  return small
}

/** True when r·P = 0: the definition, by other code. */
export function hasOrderR(point: InstanceType<typeof G2.Point>): boolean {
  return point
    .multiplyUnsafe(R - 1n)
    .add(point)
    .is0()
}

/** Coordinates as the wire writes them. */
export function wireOfG2(point: InstanceType<typeof G2.Point>): WireG2 {
  const { x, y } = point.toAffine()
  return [
    [String(x.c0), String(x.c1)],
    [String(y.c0), String(y.c1)],
  ]
}

/** Coordinates as the wire writes them. */
export function wireOfG1(point: InstanceType<typeof G1.Point>): WireProof["a"] {
  const { x, y } = point.toAffine()
  return [String(x), String(y)]
}

/** The point behind wire coordinates. */
export function g2OfWire([x, y]: WireG2): InstanceType<typeof G2.Point> {
  const pair = ([c0, c1]: readonly [string, string]): { c0: bigint; c1: bigint } => ({
    c0: BigInt(c0),
    c1: BigInt(c1),
  })
  return G2.Point.fromAffine({ x: pair(x), y: pair(y) })
}

/** The point behind wire coordinates. */
export function g1OfWire([x, y]: WireProof["a"]): InstanceType<typeof G1.Point> {
  return G1.Point.fromAffine({ x: BigInt(x), y: BigInt(y) })
}
