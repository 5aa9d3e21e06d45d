// Scalars of BabyJubJub: integers below l, never below r. One accepted spelling each.
import { SUBGROUP_ORDER } from "./babyjubjub.ts"
import { bytesToBigint } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"

/** A source of cryptographically strong random bytes, passed in. */
export type RandomBytes = (length: number) => Uint8Array

/** A scalar as it stands in documents: canonical decimal text below l, so that z and z + l are not two proofs. */
export type Scalar = string & { readonly __brand: "Scalar" }

const CANONICAL = /^(?:0|[1-9][0-9]{0,75})$/ // at most 76 digits, as many as l has
const DRAWN_BYTES = 64 // 512 bits reduced mod l: bias below 2^-261, and no scalar is short

/**
 * Reads a scalar.
 * @param value - attacker-controlled
 * @throws ProtocolError `field-element-not-canonical`
 */
export function parseScalar(value: unknown): Scalar {
  if (typeof value !== "string" || !CANONICAL.test(value) || BigInt(value) >= SUBGROUP_ORDER) {
    throw new ProtocolError("field-element-not-canonical", "expected a canonical decimal scalar below l")
  }
  return value as Scalar
}

/** The spelling of a computed scalar. @param value - 0 <= value < l, else RangeError (programmer error) */
export function encodeScalar(value: bigint): Scalar {
  if (!isScalar(value)) throw new RangeError("scalar out of range")
  return value.toString() as Scalar
}

/** True when 0 <= value < l. */
export const isScalar = (value: bigint): boolean => value >= 0n && value < SUBGROUP_ORDER

/** `value` mod `order`, never negative. */
export function reduce(value: bigint, order: bigint = SUBGROUP_ORDER): bigint {
  const remainder = value % order
  return remainder < 0n ? remainder + order : remainder
}

/** The inverse of `value` modulo a prime; the time depends on `value`. @throws RangeError for 0 */
export function invert(value: bigint, order: bigint = SUBGROUP_ORDER): bigint {
  let [a, b, u, v] = [reduce(value, order), order, 1n, 0n]
  if (a === 0n) throw new RangeError("zero has no inverse")
  while (a !== 1n) {
    const quotient = b / a
    ;[a, b, u, v] = [b - quotient * a, a, v - quotient * u, u]
  }
  return reduce(u, order)
}

/** A uniform scalar, 1 <= scalar < l. @param randomBytes - a CSPRNG */
export function drawScalar(randomBytes: RandomBytes): bigint {
  for (;;) {
    const scalar = bytesToBigint(drawBytes(randomBytes, DRAWN_BYTES)) % SUBGROUP_ORDER
    if (scalar !== 0n) return scalar
  }
}

/** `length` bytes of the generator. @throws RangeError when it gives fewer: a short draw must not pass as a scalar */
export function drawBytes(randomBytes: RandomBytes, length: number): Uint8Array {
  const bytes = randomBytes(length)
  if (bytes.length !== length) throw new RangeError(`the generator gave ${bytes.length} bytes of ${length}`)
  return bytes
}
