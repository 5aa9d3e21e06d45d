// BN254 scalars: signals, secrets, hashes. EIP-197 names the curve.
import { ProtocolError } from "./errors.ts"

/** BN254 scalar field order r, EIP-197. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** BN254 base field order q (coordinates of proof points), EIP-197. */
export const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

/** A scalar in its only accepted spelling: canonical decimal text below r. Equal elements are equal strings. */
export type Fr = string & { readonly __brand: "Fr" }

/** A scalar that may be used once within its scope; a ledger keeps the spent ones. */
export type Nullifier = Fr & { readonly __nullifier: true }

const CANONICAL = /^(?:0|[1-9][0-9]{0,76})$/ // at most 77 digits, as many as r and q have

/**
 * Reads a field element. Each has exactly one accepted spelling, so equal elements are equal strings
 * and a UNIQUE column cannot be passed with `n + r`, `"0x0a"` or `"007"`.
 * @param value - attacker-controlled
 * @throws ProtocolError `field-element-not-canonical`
 */
export function parseFr(value: unknown): Fr {
  return canonical(value, R) as Fr
}

/** Reads a nullifier: a field element, branded so that it is not mixed up with other scalars. @throws as parseFr */
export function parseNullifier(value: unknown): Nullifier {
  return canonical(value, R) as Nullifier
}

/**
 * Reads a coordinate of a proof point: canonical decimal below q.
 * @param value - attacker-controlled
 * @throws ProtocolError `field-element-not-canonical`
 */
export function parseCoordinate(value: unknown): string {
  return canonical(value, Q)
}

/** The spelling of a computed scalar. @param value - 0 <= value < r, else RangeError (programmer error) */
export function encodeFr(value: bigint): Fr {
  if (value < 0n || value >= R) throw new RangeError("scalar out of the field")
  return value.toString() as Fr
}

function canonical(value: unknown, modulus: bigint): string {
  // The pattern bounds the length first: BigInt() on a megabyte of digits holds the event loop for 0.1 s.
  if (typeof value !== "string" || !CANONICAL.test(value) || BigInt(value) >= modulus) {
    throw new ProtocolError("field-element-not-canonical", "expected a canonical decimal field element")
  }
  return value
}
