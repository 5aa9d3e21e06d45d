// Arithmetic of public values in the BN254 scalar field. Not constant-time: nothing here is secret.
import { R } from "../../protocol/primitives/field.ts"

/** value mod r in 0..r-1, negative values included. */
export function reduce(value: bigint): bigint {
  const remainder = value % R
  return remainder < 0n ? remainder + R : remainder
}

/** base^exponent mod r; exponent >= 0. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = reduce(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % R
    square = (square * square) % R
  }
  return result
}

/** 1 / value mod r. RangeError for 0. */
export function invert(value: bigint): bigint {
  if (reduce(value) === 0n) throw new RangeError("zero has no inverse")
  return power(value, R - 2n) // Fermat
}

const TWO_ADICITY = 28n // r - 1 = 2^28 * odd
const NON_RESIDUE = 5n // the generator iden3/ffjavascript and circom use; a zkey must agree with its prover

/** A primitive 2^log2-th root of unity, the one snarkjs uses; 0 <= log2 <= 28. */
export function rootOfUnity(log2: number): bigint {
  const highest = power(NON_RESIDUE, (R - 1n) >> TWO_ADICITY)
  return power(highest, 1n << (TWO_ADICITY - BigInt(log2)))
}
