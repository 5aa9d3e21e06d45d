// A dealer's shares for one trustee, sealed to the trustee's encryption key so that a complaint opens this box alone.
import { hkdf } from "@noble/hashes/hkdf.js"
import { BASE8, pointBytes } from "./babyjubjub.ts"
import type { CurvePoint } from "./babyjubjub.ts"
import { i32, u8 } from "./big-endian.ts"
import { bytesToBigint, concatBytes, utf8ToBytes } from "./bytes.ts"
import { sha512 } from "./hash.ts"
import { drawScalar } from "./scalar.ts"
import type { RandomBytes } from "./scalar.ts"
import { proveKnowledge, ROLE, verifyKnowledge } from "./schnorr.ts"
import type { KnowledgeProof } from "./schnorr.ts"
import { digestPart } from "./tagged-hash.ts"

/** Which box: of which dealer, for which trustee, in which ceremony of n trustees and threshold t. */
export interface BoxContext {
  /** 32 bytes. */
  readonly ceremonyId: Uint8Array
  readonly n: number
  readonly t: number
  readonly dealer: number
  readonly trustee: number
}

/**
 * U = u*G, a proof that the dealer knows u, and 32 bytes a share. Without the proof a dealer could copy another's U and
 * make a complaint reveal that dealer's pad. No tag: the deal's signature and the commitments give integrity.
 */
export interface ShareBox {
  readonly U: CurvePoint
  readonly proof: KnowledgeProof
  readonly box: Uint8Array
}

const LABEL = utf8ToBytes("sotto/dkg-share/1\0")
const SHARE_BYTES = 32

/**
 * Seals shares to a trustee.
 * @param key - the trustee's encryption key E, of order l
 * @param shares - f_(i,j)(k) for each key j, below l
 */
export function sealShares(
  context: BoxContext,
  key: CurvePoint,
  shares: readonly bigint[],
  randomBytes: RandomBytes,
): ShareBox {
  const u = drawScalar(randomBytes)
  const U = BASE8.multiply(u)
  const pad = computePad(context, U, key.multiply(u), shares.length)
  const proof = proveKnowledge(boxKeyContext(context), u, randomBytes)
  return { U, proof, box: xor(concatBytes(...shares.map(i32)), pad) }
}

/** True when the dealer knows the logarithm of the box's U. */
export function verifyBoxKey(context: BoxContext, { U, proof }: ShareBox): boolean {
  return verifyKnowledge(boxKeyContext(context), U, proof)
}

/**
 * The integers in a box, not yet checked against any commitment and not yet below l.
 * @param padPoint - e*U: computed by the trustee, or Z of a complaint whose proof was verified
 * @param shareCount - K'; a box of another length is malformed and refused before
 */
export function openShares(
  context: BoxContext,
  { U, box }: Pick<ShareBox, "U" | "box">,
  padPoint: CurvePoint,
  shareCount: number,
): bigint[] {
  const plain = xor(box, computePad(context, U, padPoint, shareCount))
  return Array.from({ length: shareCount }, (_, j) =>
    bytesToBigint(plain.subarray(SHARE_BYTES * j, SHARE_BYTES * (j + 1))),
  )
}

// HKDF-SHA-512(enc(padPoint), salt = ceremonyId, info = label || u8(dealer) || u8(trustee) || enc(U)), RFC 5869.
function computePad(
  { ceremonyId, dealer, trustee }: BoxContext,
  U: CurvePoint,
  padPoint: CurvePoint,
  shareCount: number,
): Uint8Array {
  const info = concatBytes(LABEL, u8(dealer), u8(trustee), pointBytes(U))
  return hkdf(sha512, pointBytes(padPoint), digestPart(ceremonyId), info, SHARE_BYTES * shareCount)
}

function boxKeyContext({ ceremonyId, n, t, dealer, trustee }: BoxContext) {
  return { ceremonyId, n, t, role: ROLE.boxKey, i: dealer, x: trustee }
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== right.length) throw new RangeError(`expected a box of ${right.length} bytes`)
  return left.map((byte, at) => byte ^ (right[at] ?? 0))
}
