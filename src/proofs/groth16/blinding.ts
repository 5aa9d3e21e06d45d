// The two scalars that hide the witness in a proof. Reused, constant or biased ones would give it away.
import { hmac } from "@noble/hashes/hmac.js"
import { sha512 } from "@noble/hashes/sha2.js"
import { bytesToBigint, concatBytes, hexToBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { R } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { Groth16Error } from "./errors.ts"

/** r and s of eprint 2016/260. Secret as the witness is. */
export interface Blinding {
  readonly r: bigint
  readonly s: bigint
}

const LABEL = utf8ToBytes("sotto/groth16-blinding/v1")

/**
 * Draws r and s: for i in (r, s) `OS2IP(HMAC-SHA-512(rng64, label || u8(i) || zkeySha256 || SHA-256(witness))) mod r`.
 * The bias is below 2^-257, and even a generator that always answers the same gives distinct pairs per witness and key.
 * @param randomBytes - fresh bytes of the operating system
 * @param witness - the full assignment, secret
 * @throws Groth16Error `randomness-broken` when a scalar is 0 or both are equal
 */
export function drawBlinding(
  randomBytes: (length: number) => Uint8Array,
  zkeySha256: string,
  witness: Uint8Array,
): Blinding {
  const context = concatBytes(hexToBytes(zkeySha256), sha256(witness))
  const draw = (index: number): bigint => {
    const bytes = hmac(sha512, randomBytes(64), concatBytes(LABEL, Uint8Array.of(index), context))
    return bytesToBigint(bytes) % R
  }
  const [r, s] = [draw(0), draw(1)]
  if (r === 0n || s === 0n || r === s)
    throw new Groth16Error("randomness-broken", "blinding repeats or is zero")
  return { r, s }
}

/**
 * The operating system's generator.
 * @throws Groth16Error `randomness-unavailable`: ffjavascript would fall back to Math.random
 */
export function systemRandomness(): (length: number) => Uint8Array {
  const { crypto } = globalThis as { crypto?: { getRandomValues(bytes: Uint8Array): Uint8Array } }
  if (typeof crypto?.getRandomValues !== "function") {
    throw new Groth16Error("randomness-unavailable", "no generator of the operating system")
  }
  return (length) => crypto.getRandomValues(new Uint8Array(length))
}
