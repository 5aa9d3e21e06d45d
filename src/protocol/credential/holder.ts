// What a wallet derives from its one seed; the seed restores the person.
import { hkdf } from "@noble/hashes/hkdf.js"
import { bytesToBigint, utf8ToBytes } from "../primitives/bytes.ts"
import type { Fr } from "../primitives/field.ts"
import { sha256 } from "../primitives/hash.ts"

/** A source of cryptographically strong random bytes, passed in. */
export type RandomBytes = (length: number) => Uint8Array

const SCALAR_BYTES = 31 // below 2^248: canonical as it stands

/**
 * HKDF-SHA256(seed, no salt, info `sotto/secret/1`, 31 bytes): the person. A field element, never a curve scalar.
 * @param seed - secret, 32 bytes from a CSPRNG
 */
export function deriveSecret(seed: Uint8Array): bigint {
  return expand(seed, "sotto/secret/1")
}

/**
 * HKDF with info `sotto/blind/1|<Ax>|<n>`: one blind per issuer key, so issuers who compare lists cannot match a holder.
 * @param seed - secret, 32 bytes
 * @param issuerAx - x coordinate of the issuer's key
 * @param n - 0 unless a commitment has to be replaced
 */
export function deriveBlind(seed: Uint8Array, issuerAx: Fr, n: number): bigint {
  return expand(seed, `sotto/blind/1|${issuerAx}|${n}`)
}

/** A scalar of 31 random bytes, big-endian, never zero: challenges and credIds. */
export function drawScalar31(randomBytes: RandomBytes): bigint {
  for (;;) {
    const value = bytesToBigint(randomBytes(SCALAR_BYTES))
    if (value !== 0n) return value
  }
}

function expand(seed: Uint8Array, info: string): bigint {
  if (seed.length !== 32) throw new RangeError("a wallet seed has 32 bytes")
  const value = bytesToBigint(hkdf(sha256, seed, undefined, utf8ToBytes(info), SCALAR_BYTES))
  if (value === 0n) throw new RangeError("the seed derives zero") // 2^-248: no seed is known to do it
  return value
}
