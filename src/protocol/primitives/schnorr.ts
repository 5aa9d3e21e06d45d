// Proofs of knowledge of a logarithm (Schnorr), made non-interactive over the whole statement (Fiat-Shamir).
import { BASE8, encodePoint, parseCurvePoint, pointBytes } from "./babyjubjub.ts"
import type { CurvePoint, EncodedPoint } from "./babyjubjub.ts"
import { i32, u8 } from "./big-endian.ts"
import type { Fr } from "./field.ts"
import { deriveNonce } from "./hedged.ts"
import { encodeScalar, isScalar, parseScalar, reduce } from "./scalar.ts"
import type { RandomBytes, Scalar } from "./scalar.ts"
import { bytesToScalar, digestPart, taggedBytes } from "./tagged-hash.ts"

/** What a proved point is in a key ceremony; a proof made for one role is none for another. */
export const ROLE = { encryptionKey: 1, constantTerm: 2, boxKey: 3 } as const

/** Whose point is proved, in which ceremony, and which of them: without it a copied point could be called one's own. */
export interface KnowledgeContext {
  /** 32 bytes. */
  readonly ceremonyId: Uint8Array
  readonly n: number
  readonly t: number
  readonly role: (typeof ROLE)[keyof typeof ROLE]
  /** Index of the trustee who proves, 1..n. */
  readonly i: number
  /** 0 for an encryption key, the key's index j for a constant term, the recipient k for a box key. */
  readonly x: number
}

/** T = w*G and z = w + e*a mod l. */
export interface KnowledgeProof {
  readonly T: CurvePoint
  readonly z: bigint
}

/** A proof of knowledge as it stands in documents. */
export interface EncodedKnowledgeProof {
  readonly T: EncodedPoint
  readonly z: Scalar
}

/** Proves knowledge of `secret` for the point secret*G. @param secret - 1 <= secret < l */
export function proveKnowledge(
  context: KnowledgeContext,
  secret: bigint,
  randomBytes: RandomBytes,
): KnowledgeProof {
  return prove(knowledgeStatement(context, BASE8.multiply(secret)), secret, randomBytes)
}

/** True when whoever made `proof` in this context knew the logarithm of `point`. @param point - of order l */
export function verifyKnowledge(
  context: KnowledgeContext,
  point: CurvePoint,
  proof: KnowledgeProof,
): boolean {
  return verify(knowledgeStatement(context, point), point, proof)
}

/** Which ciphertext is given up as a challenge: the election and the ballot's hash of 32 bytes. */
export interface ChallengeContext {
  readonly electionId: Fr
  readonly ballotHash: Uint8Array
}

/** Proves knowledge of a challenged ballot's randomness. @param rho - 1 <= rho < l */
export function proveChallenge(
  context: ChallengeContext,
  rho: bigint,
  randomBytes: RandomBytes,
): KnowledgeProof {
  return prove(challengeStatement(context, BASE8.multiply(rho)), rho, randomBytes)
}

/** True when the one who challenges knows the randomness of R; a relay that only carries the ballot does not. */
export function verifyChallenge(context: ChallengeContext, R: CurvePoint, proof: KnowledgeProof): boolean {
  return verify(challengeStatement(context, R), R, proof)
}

/** Reads a proof. @throws ProtocolError `field-element-not-canonical`, `point-refused` */
export function parseKnowledgeProof(value: { readonly T: unknown; readonly z: unknown }): KnowledgeProof {
  return { T: parseCurvePoint(value.T), z: BigInt(parseScalar(value.z)) }
}

/** The document form of a proof. */
export function encodeKnowledgeProof({ T, z }: KnowledgeProof): EncodedKnowledgeProof {
  return { T: encodePoint(T), z: encodeScalar(z) }
}

function knowledgeStatement(context: KnowledgeContext, point: CurvePoint): Uint8Array {
  const { ceremonyId, n, t, role, i, x } = context
  const numbers = [n, t, role, i, x].map(u8)
  return taggedBytes("sotto/pok/1", digestPart(ceremonyId), ...numbers, pointBytes(BASE8), pointBytes(point))
}

function challengeStatement({ electionId, ballotHash }: ChallengeContext, R: CurvePoint): Uint8Array {
  return taggedBytes("sotto/challenge/1", i32(BigInt(electionId)), digestPart(ballotHash), pointBytes(R))
}

function prove(statement: Uint8Array, secret: bigint, randomBytes: RandomBytes): KnowledgeProof {
  const nonce = deriveNonce(secret, statement, randomBytes)
  const T = BASE8.multiply(nonce)
  return { T, z: reduce(nonce + bytesToScalar(statement, pointBytes(T)) * secret) }
}

function verify(statement: Uint8Array, point: CurvePoint, { T, z }: KnowledgeProof): boolean {
  if (!isScalar(z)) return false
  const right = T.add(point.multiplyUnsafe(bytesToScalar(statement, pointBytes(T))))
  return BASE8.multiplyUnsafe(z).equals(right)
}
