// Ed25519 verification, RFC 8032, in the one reading that every verifier shares: canonical encodings, no small-order
// key, the equation without cofactor, R compared as bytes. A laxer one would accept notes that Go's verifier refuses.
import { ed25519 } from "@noble/curves/ed25519.js"
import { sha512 } from "@noble/hashes/sha2.js"
import { concatBytes, equalBytes } from "./bytes.ts"

const { Point } = ed25519
const ORDER = Point.Fn.ORDER

/**
 * True when `signature` (R || S) is the key holder's over `message`.
 * @param publicKey - attacker-controlled, 32 bytes; small-order and non-canonical keys never verify anything
 * @param signature - attacker-controlled, 64 bytes or refused
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = readPoint(publicKey)
  if (key === null || signature.length !== 64) return false
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  if (s >= ORDER) return false // S + order would be a second spelling of one signature
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % ORDER
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k))
  return equalBytes(expected.toBytes(), r)
}

function readPoint(bytes: Uint8Array): InstanceType<typeof Point> | null {
  if (bytes.length !== 32) return null
  try {
    const point = Point.fromBytes(bytes, false)
    return point.isSmallOrder() ? null : point
  } catch {
    return null // the library throws on a point off the curve or in a foreign encoding: the same "no"
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
