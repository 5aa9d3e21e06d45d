// Hedged nonces: a generator that repeats itself, after a restored backup say, repeats a nonce for the same statement only.
import { hmac } from "@noble/hashes/hmac.js"
import { SUBGROUP_ORDER } from "./babyjubjub.ts"
import { i32 } from "./big-endian.ts"
import { bytesToBigint, concatBytes, utf8ToBytes } from "./bytes.ts"
import { sha512 } from "./hash.ts"
import { drawBytes } from "./scalar.ts"
import type { RandomBytes } from "./scalar.ts"

const LABEL = utf8ToBytes("sotto/nonce/1\0")

/** Random bytes that every hedged draw mixes in. */
export const HEDGE_BYTES = 32

/**
 * w = OS2IP(HMAC-SHA-512(key = i32(secret), "sotto/nonce/1" || 0x00 || rng32 || SHA-512(statement))) mod l. Two proofs
 * with one w and two challenges give the secret away, so the statement is mixed in with all that the challenge hashes.
 * @param secret - the scalar whose knowledge is proved
 * @param statement - the challenge's bytes up to the commitment points, tag included
 * @param randomBytes - a CSPRNG; the nonce stays unpredictable without it
 */
export function deriveNonce(secret: bigint, statement: Uint8Array, randomBytes: RandomBytes): bigint {
  return hedgedScalar(secret, concatBytes(LABEL, drawBytes(randomBytes, HEDGE_BYTES), sha512(statement)))
}

/** OS2IP(HMAC-SHA-512(key = i32(secret), message)) mod l. @param message - its label, a zero byte, fixed-length parts */
export function hedgedScalar(secret: bigint, message: Uint8Array): bigint {
  return bytesToBigint(hmac(sha512, i32(secret), message)) % SUBGROUP_ORDER
}
