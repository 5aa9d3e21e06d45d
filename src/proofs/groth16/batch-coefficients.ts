import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { Groth16Error } from "./errors.ts"

/** 128 bits: whoever made a wrong batch guesses what makes it pass with probability 2^-128. */
export const COEFFICIENT_BYTES = 16

/**
 * Draws the coefficients of one batch, little-endian, one after another. Drawn after everything they judge is decoded,
 * for one batch only: whoever knew them beforehand could build proofs whose faults cancel.
 * @param randomBytes - fresh bytes of the operating system
 * @throws Groth16Error `randomness-broken` when one is zero or two are equal, chances below 2^-107 for 1,024 of them
 */
export function drawCoefficients(randomBytes: (length: number) => Uint8Array, count: number): Uint8Array {
  const bytes = randomBytes(COEFFICIENT_BYTES * count)
  const texts = Array.from({ length: count }, (_, i) =>
    bytesToHex(bytes.subarray(COEFFICIENT_BYTES * i, COEFFICIENT_BYTES * (i + 1))),
  )
  const isBroken =
    bytes.length !== COEFFICIENT_BYTES * count ||
    texts.some((text) => /^0*$/.test(text)) ||
    new Set(texts).size !== count
  if (isBroken) throw new Groth16Error("randomness-broken", "batch coefficients repeat or are zero")
  return bytes
}
