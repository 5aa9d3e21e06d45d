// Shamir's sharing over a group with Feldman's commitments: t of n rebuild, fewer learn nothing, everyone can check.
import { BABYJUBJUB, BASE8 } from "./babyjubjub.ts"
import type { CurvePoint } from "./babyjubjub.ts"
import type { Group } from "./group.ts"
import { drawScalar, invert, isScalar, reduce } from "./scalar.ts"
import type { RandomBytes } from "./scalar.ts"

/** Most shares of one sharing; trustees of an election are named people who meet. */
const MAX_SHARES = 15

/** Coefficients a_0 .. a_(t-1), none of them 0; a_0 is what is shared. Secret. */
export type Polynomial = readonly bigint[]

/** A random polynomial of degree t - 1. @param t - 1..15, the shares needed to rebuild */
export function drawPolynomial(t: number, randomBytes: RandomBytes): Polynomial {
  return Array.from({ length: t }, () => drawScalar(randomBytes))
}

/** f(k) mod l: the share of index k. @param k - 1..15; f(0) is the secret itself */
export function evaluatePolynomial(polynomial: Polynomial, k: number): bigint {
  assertIndex(k, MAX_SHARES)
  return polynomial.reduceRight((sum, coefficient) => reduce(sum * BigInt(k) + coefficient), 0n)
}

/** A_x = a_x * G: what fixes the polynomial in public. */
export function commitPolynomial(polynomial: Polynomial): CurvePoint[] {
  return polynomial.map((coefficient) => BASE8.multiply(coefficient))
}

/** Sum of k^x * A_x: the public key of the share of index k, computed by anyone. @param k - 1..15 */
export function evaluateCommitments<P>(group: Group<P>, commitments: readonly P[], k: number): P {
  assertIndex(k, MAX_SHARES)
  // Horner: the factors stay at four bits, where powers of k would have 60.
  return commitments.reduceRight((sum, A) => group.add(group.multiply(sum, BigInt(k)), A), group.identity)
}

/**
 * True when `share` is below l and is the value at k of the polynomial that the commitments fix. The time
 * depends on the share: it is checked by its owner, or after a complaint has opened it to everyone.
 * @param share - as it came out of a box: any integer
 */
export function isShareConsistent(share: bigint, k: number, commitments: readonly CurvePoint[]): boolean {
  return (
    isScalar(share) && BASE8.multiplyUnsafe(share).equals(evaluateCommitments(BABYJUBJUB, commitments, k))
  )
}

/** The commitments of the sum of several dealers' polynomials: at 0 the common key, at k the trustees' keys. */
export function sumCommitments(dealers: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const [first = [], ...others] = dealers
  if (others.some((commitments) => commitments.length !== first.length))
    throw new RangeError("polynomials of different degrees")
  return first.map((A, x) => others.reduce((sum, commitments) => sum.add(commitments[x] ?? A), A))
}

/**
 * The factors with which shares of these indices add up to the value at 0, modulo the order of the group: reduced
 * modulo the field of the coordinates instead they give another point without any error.
 * @param indices - distinct, 1..n, in any order
 * @throws RangeError for index 0, above n, or one that occurs twice
 */
export function lagrangeAtZero(
  indices: readonly number[],
  n: number,
  order: bigint = BABYJUBJUB.order,
): bigint[] {
  for (const index of indices) assertIndex(index, n)
  if (new Set(indices).size !== indices.length) throw new RangeError("an index occurs twice")
  return indices.map((i) => {
    let [numerator, denominator] = [1n, 1n]
    for (const k of indices) {
      if (k === i) continue
      numerator = reduce(numerator * BigInt(k), order)
      denominator = reduce(denominator * BigInt(k - i), order)
    }
    return reduce(numerator * invert(denominator, order), order)
  })
}

/** A value in the group at one index. */
export interface IndexedPoint<P> {
  readonly index: number
  readonly point: P
}

/** Sum of lambda_i * point_i: the value at 0 in the group. @throws RangeError as lagrangeAtZero */
export function interpolateAtZero<P>(group: Group<P>, values: readonly IndexedPoint<P>[], n: number): P {
  const factors = lagrangeAtZero(
    values.map(({ index }) => index),
    n,
    group.order,
  )
  return values.reduce(
    (sum, { point }, at) => group.add(sum, group.multiply(point, factors[at] ?? 0n)),
    group.identity,
  )
}

function assertIndex(index: number, n: number): void {
  if (!Number.isInteger(index) || index < 1 || index > n)
    throw new RangeError(`expected an index of 1 to ${n}`)
}
