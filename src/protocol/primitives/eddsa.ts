// EdDSA-Poseidon over BabyJubJub, bit for bit as circomlibjs signs and circomlib's EdDSAPoseidonVerifier verifies.
import { blake512 } from "@noble/hashes/blake1.js"
import { BASE8, SUBGROUP_ORDER, pointFromAffine } from "./babyjubjub.ts"
import type { CurvePoint } from "./babyjubjub.ts"
import { bigintToBytes, bytesToBigint, concatBytes } from "./bytes.ts"
import { poseidon } from "./poseidon.ts"

/** A signature: R8 as affine coordinates, S below the subgroup order. */
export interface Signature {
  readonly r8: readonly [x: bigint, y: bigint]
  readonly s: bigint
}

/**
 * The public key of a 32-byte secret seed.
 * @param seed - secret, 32 bytes from a CSPRNG
 */
export function derivePublicKey(seed: Uint8Array): CurvePoint {
  return publicPoint(expand(seed).scalar)
}

/**
 * Signs one scalar deterministically.
 * @param seed - secret, 32 bytes
 * @param message - scalar below r
 */
export function signPoseidon(seed: Uint8Array, message: bigint): Signature {
  const { scalar, prefix } = expand(seed)
  const nonce =
    littleEndian(blake512(concatBytes(prefix, bigintToBytes(message, 32).reverse()))) % SUBGROUP_ORDER
  const key = publicPoint(scalar).toAffine()
  const r8 = BASE8.multiply(nonce).toAffine()
  const challenge = poseidon(r8.x, r8.y, key.x, key.y, message)
  return { r8: [r8.x, r8.y], s: (nonce + challenge * scalar) % SUBGROUP_ORDER }
}

/**
 * True when S < l, R8 is on the curve and S·Base8 = R8 + h·8A, the equation of circomlib's verifier.
 * @param key - of prime order, from `parseCurvePoint`
 * @param message - scalar below r
 */
export function verifyPoseidon(key: CurvePoint, message: bigint, signature: Signature): boolean {
  const { r8, s } = signature
  const point = pointFromAffine(r8[0], r8[1])
  if (point === null || s < 0n || s >= SUBGROUP_ORDER) return false
  const { x, y } = key.toAffine()
  const challenge = poseidon(r8[0], r8[1], x, y, message)
  const right = point.add(key.multiplyUnsafe((8n * challenge) % SUBGROUP_ORDER))
  return (s === 0n ? BASE8.subtract(BASE8) : BASE8.multiplyUnsafe(s)).equals(right)
}

// The clamped scalar is a multiple of 8 and may exceed 8l; Base8 has order l, so the reduction changes nothing.
function publicPoint(scalar: bigint): CurvePoint {
  return BASE8.multiply((scalar >> 3n) % SUBGROUP_ORDER)
}

function expand(seed: Uint8Array): { scalar: bigint; prefix: Uint8Array } {
  if (seed.length !== 32) throw new RangeError("a signing seed has 32 bytes")
  const hash = blake512(seed)
  const head = hash.slice(0, 32)
  head[0] = (head[0] ?? 0) & 0xf8 // RFC 8032 section 5.1.5 clamping, as circomlibjs does it
  head[31] = ((head[31] ?? 0) & 0x7f) | 0x40
  return { scalar: littleEndian(head), prefix: hash.slice(32, 64) }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytesToBigint(bytes.slice().reverse())
}
