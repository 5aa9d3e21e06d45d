// BabyJubJub (ERC-2494): the twisted Edwards curve over the BN254 scalar field, as circomlib uses it.
import { edwards } from "@noble/curves/abstract/edwards.js"
import { ProtocolError } from "./errors.ts"
import { parseFr, R } from "./field.ts"
import type { Fr } from "./field.ts"

/** Order l of the prime subgroup, ERC-2494. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n

const Point = edwards({
  p: R,
  n: SUBGROUP_ORDER,
  h: 8n,
  a: 168700n,
  d: 168696n,
  Gx: 5299619240641551281634865583518297030282874472190772894086521144482721001553n, // Base8, generator of order l
  Gy: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
})

/** A point of the curve in any position; use `parseCurvePoint` for what comes from outside. */
export type CurvePoint = InstanceType<typeof Point>

/** The generator of order l. */
export const BASE8: CurvePoint = Point.BASE

/** Affine coordinates as they stand in documents. */
export type EncodedPoint = readonly [x: Fr, y: Fr]

/** The point with these affine coordinates, or null when the curve equation does not hold. */
export function pointFromAffine(x: bigint, y: bigint): CurvePoint | null {
  if (!isOnCurve(x, y)) return null
  return Point.fromAffine({ x, y })
}

/**
 * Reads a public key: on the curve, of order exactly l. A key with a torsion part would let one signer pose as eight.
 * @param value - attacker-controlled, `[x, y]` canonical decimals
 * @throws ProtocolError `field-element-not-canonical`, `point-refused`
 */
export function parseCurvePoint(value: unknown): CurvePoint {
  if (!Array.isArray(value) || value.length !== 2) throw refused("expected a point of two coordinates")
  const point = pointFromAffine(BigInt(parseFr(value[0])), BigInt(parseFr(value[1])))
  if (point === null) throw refused("the point is not on the curve")
  if (point.is0() || !point.isTorsionFree()) throw refused("the point is not of the prime order")
  return point
}

/** The document form of a point. */
export function encodePoint(point: CurvePoint): EncodedPoint {
  const { x, y } = point.toAffine()
  return [x.toString() as Fr, y.toString() as Fr]
}

function isOnCurve(x: bigint, y: bigint): boolean {
  const xx = (x * x) % R
  const yy = (y * y) % R
  return (168700n * xx + yy - 1n - 168696n * ((xx * yy) % R)) % R === 0n
}

function refused(message: string): ProtocolError {
  return new ProtocolError("point-refused", message)
}
