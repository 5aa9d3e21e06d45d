// BabyJubJub (ERC-2494): the twisted Edwards curve over the BN254 scalar field, as circomlib uses it.
import { edwards } from "@noble/curves/abstract/edwards.js"
import { i32 } from "./big-endian.ts"
import { concatBytes } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"
import { parseFr, R } from "./field.ts"
import type { Fr } from "./field.ts"
import type { Group } from "./group.ts"

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

/** The neutral element O = (0, 1). */
export const IDENTITY: CurvePoint = Point.ZERO

/** J = 2^32 * G: carries the second counter of a ciphertext; a constant of the ballot circuit. */
export const PACKING_POINT: CurvePoint = Point.fromAffine({
  x: 13924641157502813998759594372437865478825281838225516826720234568502723756325n,
  y: 5909344824063165275624417723557917583356454568781175462442470854960225156713n,
})

/** The prime subgroup as sharing and tallying see it. */
export const BABYJUBJUB: Group<CurvePoint> = {
  order: SUBGROUP_ORDER,
  generator: BASE8,
  identity: IDENTITY,
  add: (left, right) => left.add(right),
  negate: (point) => point.negate(),
  multiply: (point, scalar) => point.multiplyUnsafe(scalar),
  equals: (left, right) => left.equals(right),
}

/** Affine coordinates as they stand in documents. */
export type EncodedPoint = readonly [x: Fr, y: Fr]

/** The point with these affine coordinates, or null: off the curve, or a coordinate that is not below r. */
export function pointFromAffine(x: bigint, y: bigint): CurvePoint | null {
  if (!isOnCurve(x, y)) return null
  return Point.fromAffine({ x, y })
}

/**
 * Reads a public key, a commitment or a share: on the curve, of order exactly l. A key with a torsion part would let
 * one signer pose as eight, and would leak a ballot's randomness mod 8. Costs l * Q, about 2 ms.
 * @param value - attacker-controlled, `[x, y]` canonical decimals
 * @param options - `allowIdentity` where O is a value like others, such as the sum of blank votes
 * @throws ProtocolError `field-element-not-canonical`, `point-refused`
 */
export function parseCurvePoint(value: unknown, { allowIdentity = false } = {}): CurvePoint {
  const point = parsePointOnCurve(value)
  if (isIdentity(point) && allowIdentity) return point
  if (isIdentity(point) || !point.isTorsionFree()) throw refused("the point is not of the prime order")
  return point
}

/**
 * Reads a point in any position of the curve, O and torsion included: for what a proof shows to be of order l, such
 * as a ballot's R and C. Costs microseconds.
 * @param value - attacker-controlled, `[x, y]` canonical decimals
 * @throws ProtocolError `field-element-not-canonical`, `point-refused`
 */
export function parsePointOnCurve(value: unknown): CurvePoint {
  if (!Array.isArray(value) || value.length !== 2) throw refused("expected a point of two coordinates")
  const point = pointFromAffine(BigInt(parseFr(value[0])), BigInt(parseFr(value[1])))
  if (point === null) throw refused("the point is not on the curve")
  return point
}

/** True for O, in any representation. */
export const isIdentity = (point: CurvePoint): boolean => point.X === 0n && point.Y === point.Z

/** The document form of a point. */
export function encodePoint(point: CurvePoint): EncodedPoint {
  const { x, y } = point.toAffine()
  return [x.toString() as Fr, y.toString() as Fr]
}

/** enc(Q) = i32(x) || i32(y): a point inside a hashed statement. */
export function pointBytes(point: CurvePoint): Uint8Array {
  const { x, y } = point.toAffine()
  return concatBytes(i32(x), i32(y))
}

function isOnCurve(x: bigint, y: bigint): boolean {
  if (x < 0n || x >= R || y < 0n || y >= R) return false
  const xx = (x * x) % R
  const yy = (y * y) % R
  return (168700n * xx + yy - 1n - 168696n * ((xx * yy) % R)) % R === 0n
}

function refused(message: string): ProtocolError {
  return new ProtocolError("point-refused", message)
}
