// Equality of logarithms (Chaum-Pedersen): a share of a decryption was made with the key that everyone knows.
import { BABYJUBJUB, BASE8, encodePoint, parseCurvePoint, pointBytes } from "./babyjubjub.ts"
import type { CurvePoint, EncodedPoint } from "./babyjubjub.ts"
import { i32, u8 } from "./big-endian.ts"
import { concatBytes } from "./bytes.ts"
import type { Fr } from "./field.ts"
import type { Group } from "./group.ts"
import { deriveNonce } from "./hedged.ts"
import { encodeScalar, parseScalar, reduce } from "./scalar.ts"
import type { RandomBytes, Scalar } from "./scalar.ts"
import { bytesToScalar, digestPart, taggedBytes } from "./tagged-hash.ts"

/** What is claimed: log_G key = log_base image. */
export interface EqualLogs<P> {
  readonly key: P
  readonly base: P
  readonly image: P
}

/** A1 = w*G, A2 = w*base, z = w + e*secret. */
export interface EqualLogsProof<P> {
  readonly A1: P
  readonly A2: P
  readonly z: bigint
}

/**
 * True when z*G = A1 + e*key and z*base = A2 + e*image, over any group.
 * @param e - the challenge; it must hash the whole claim with A1 and A2, or the claim can be chosen after it
 */
export function verifyEqualLogs<P>(
  group: Group<P>,
  { key, base, image }: EqualLogs<P>,
  { A1, A2, z }: EqualLogsProof<P>,
  e: bigint,
): boolean {
  if (z < 0n || z >= group.order) return false
  const opens = (of: P, commitment: P, result: P): boolean =>
    group.equals(group.multiply(of, z), group.add(commitment, group.multiply(result, e)))
  return opens(group.generator, A1, key) && opens(base, A2, image)
}

/** What a share is of. Every member is hashed, so a share proved for one context is none in another. */
export type ShareContext =
  | {
      /** One ciphertext of a closed election; closeHash of 32 bytes names the log that was counted. */
      readonly kind: "decryption-share"
      readonly electionId: Fr
      readonly closeHash: Uint8Array
      readonly trustee: number
      readonly ciphertext: number
    }
  | {
      /** One ciphertext of a drill. */
      readonly kind: "drill-share"
      readonly electionId: Fr
      readonly round: 1 | 2
      readonly trustee: number
      readonly ciphertext: number
    }
  | {
      /** The pad point of one box that a dealer sealed for the trustee, opened for everyone to judge. */
      readonly kind: "dkg-complaint"
      readonly ceremonyId: Uint8Array
      readonly dealer: number
      readonly trustee: number
    }

/** delta = secret * base with the proof that the key's own secret made it. */
export interface Share extends EqualLogsProof<CurvePoint> {
  readonly delta: CurvePoint
}

/** A share as it stands in documents. */
export interface EncodedShare {
  readonly delta: EncodedPoint
  readonly A1: EncodedPoint
  readonly A2: EncodedPoint
  readonly z: Scalar
}

/**
 * Makes the share secret*base and proves it. Whoever lets a stranger choose `base` lends the key out: trustees derive it.
 * @param secret - 1 <= secret < l
 * @param base - of order l: the aggregate's R, or a box's U
 */
export function proveShare(
  context: ShareContext,
  secret: bigint,
  base: CurvePoint,
  randomBytes: RandomBytes,
): Share {
  const [key, delta] = [BASE8.multiply(secret), base.multiply(secret)]
  const statement = shareStatement(context, { key, base, image: delta })
  const nonce = deriveNonce(secret, statement, randomBytes)
  const [A1, A2] = [BASE8.multiply(nonce), base.multiply(nonce)]
  const e = bytesToScalar(statement, pointBytes(A1), pointBytes(A2))
  return { delta, A1, A2, z: reduce(nonce + e * secret) }
}

/**
 * True when delta is the one share of `base` that the owner of `key` can make, proved for this context.
 * @param key - the trustee's key D, or encryption key E for a complaint; of order l
 * @param share - its points of order l, as from `parseShare`
 */
export function verifyShare(context: ShareContext, key: CurvePoint, base: CurvePoint, share: Share): boolean {
  const claim = { key, base, image: share.delta }
  const statement = shareStatement(context, claim)
  const e = bytesToScalar(statement, pointBytes(share.A1), pointBytes(share.A2))
  return verifyEqualLogs(BABYJUBJUB, claim, share, e)
}

/** Reads a share, its points of order l. @throws ProtocolError `field-element-not-canonical`, `point-refused` */
export function parseShare(value: { readonly [member in keyof Share]: unknown }): Share {
  const { delta, A1, A2, z } = value
  return {
    delta: parseCurvePoint(delta),
    A1: parseCurvePoint(A1),
    A2: parseCurvePoint(A2),
    z: BigInt(parseScalar(z)),
  }
}

/** The document form of a share. */
export function encodeShare({ delta, A1, A2, z }: Share): EncodedShare {
  return { delta: encodePoint(delta), A1: encodePoint(A1), A2: encodePoint(A2), z: encodeScalar(z) }
}

// The bytes of the challenge up to A1 and A2: context, then G, key, base and image. A challenge over the commitments
// alone lets a forger pick them first and solve for a key, a base or an image that fits.
function shareStatement(context: ShareContext, { key, base, image }: EqualLogs<CurvePoint>): Uint8Array {
  return concatBytes(contextBytes(context), ...[BASE8, key, base, image].map(pointBytes))
}

function contextBytes(context: ShareContext): Uint8Array {
  const tag = `sotto/${context.kind}/1`
  if (context.kind === "dkg-complaint") {
    return taggedBytes(tag, digestPart(context.ceremonyId), u8(context.dealer), u8(context.trustee))
  }
  const { electionId, trustee, ciphertext } = context
  const moment = context.kind === "drill-share" ? u8(context.round) : digestPart(context.closeHash)
  return taggedBytes(tag, i32(BigInt(electionId)), moment, u8(trustee), u8(ciphertext))
}
