// Multi-recipient exponential ElGamal: one randomness over independent keys, two marks in each ciphertext.
import { BASE8, PACKING_POINT } from "./babyjubjub.ts"
import type { CurvePoint, EncodedPoint } from "./babyjubjub.ts"
import { i32, u24 } from "./big-endian.ts"
import type { Fr, Nullifier } from "./field.ts"
import { taggedHash } from "./tagged-hash.ts"

/** R = rho*G and C_c = rho*PK_c + M_c: a ballot's, or the sum of many. */
export interface Ciphertexts {
  readonly R: CurvePoint
  readonly C: readonly CurvePoint[]
}

/**
 * C_c = rho*PK_c + m_(2c)*weight*G + m_(2c+1)*J.
 * @param keys - one per pair of choices, independent, of order l: with related keys the marks show
 * @param rho - from drawBallotRandomness, 1 <= rho < l
 * @param marks - two per key
 * @param weight - 1..2^32-1; a weighted election has no odd choices, since J carries no weight
 */
export function encryptMarks(
  keys: readonly CurvePoint[],
  rho: bigint,
  marks: readonly boolean[],
  weight: number,
): Ciphertexts {
  if (marks.length !== 2 * keys.length) throw new RangeError(`expected ${2 * keys.length} marks`)
  const W = BASE8.multiply(BigInt(weight))
  const C = keys.map((key, c) => {
    const even = marks[2 * c] === true ? key.multiply(rho).add(W) : key.multiply(rho)
    return marks[2 * c + 1] === true ? even.add(PACKING_POINT) : even
  })
  return { R: BASE8.multiply(rho), C }
}

/** T_(2c)*G + T_(2c+1)*J: what a ciphertext of these two counters holds. @param odd, even - 0 <= counter < l */
export function packCounters(even: bigint, odd: bigint): CurvePoint {
  return BASE8.multiplyUnsafe(even).add(PACKING_POINT.multiplyUnsafe(odd))
}

/** What a ballot's hash covers; not the proof, which anyone can re-randomise. */
export interface HashedBallot {
  readonly electionId: Fr
  readonly nullifier: Nullifier
  readonly sequence: number
  readonly R: EncodedPoint
  readonly C: readonly EncodedPoint[]
}

/** hash("sotto/ballot/1"; i32(electionId), i32(nullifier), u24(sequence), enc(R), enc(C_0), ..), 32 bytes. */
export function computeBallotHash({ electionId, nullifier, sequence, R, C }: HashedBallot): Uint8Array {
  const coordinates = [R, ...C].flat().map((coordinate) => i32(BigInt(coordinate)))
  const head = [i32(BigInt(electionId)), i32(BigInt(nullifier)), u24(sequence)]
  return taggedHash("sotto/ballot/1", ...head, ...coordinates)
}
