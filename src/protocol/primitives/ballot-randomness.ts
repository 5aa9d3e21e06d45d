// The randomness of a ballot's ciphertexts, hedged: no two different ballots share it, even under a broken generator.
import { SUBGROUP_ORDER } from "./babyjubjub.ts"
import { i32, u16, u24, u32 } from "./big-endian.ts"
import { concatBytes, utf8ToBytes } from "./bytes.ts"
import type { Fr } from "./field.ts"
import { HEDGE_BYTES, hedgedScalar } from "./hedged.ts"
import { drawBytes } from "./scalar.ts"
import type { RandomBytes } from "./scalar.ts"

const LABEL = utf8ToBytes("sotto/ballot-randomness/1\0")
const LOW_BITS = (1n << 249n) - 1n
const MAX_REDRAWS = 8 // each is needed once in 2^248 ballots; a source that needs more is broken

/**
 * Rho*: a multiplication by a scalar with these low 249 bits meets one exceptional addition of the ballot circuit, so
 * that no proof exists (elections, lemma 2): l - 2^250 - (2^249 - 1)/7.
 */
export const EXCEPTIONAL_LOW_BITS = SUBGROUP_ORDER - (1n << 250n) - LOW_BITS / 7n

/** What tells a voter's ciphertexts apart. */
export interface BallotDraw {
  readonly voterSecret: bigint
  readonly electionId: Fr
  /** 1..2^24-1. */
  readonly sequence: number
  /** Ciphertexts this client ever made for this election, challenged ones included. */
  readonly attempt: number
  /** marks[j] is the mark of choice j; at most 16. */
  readonly marks: readonly boolean[]
}

/** Randomness with the attempt that gave it; the client stores attempt + 1 as its next before it uses rho. */
export interface BallotRandomness {
  readonly rho: bigint
  readonly attempt: number
}

/**
 * rho = OS2IP(HMAC-SHA-512(key = i32(voterSecret), "sotto/ballot-randomness/1" || 0x00 || rng32 || i32(electionId) ||
 * u24(sequence) || u32(attempt) || u16(marks))) mod l, bit j of `marks` for choice j.
 * @param randomBytes - a CSPRNG
 */
export function drawBallotRandomness(draw: BallotDraw, randomBytes: RandomBytes): BallotRandomness {
  const { voterSecret, electionId, sequence, marks } = draw
  const markBits = u16(marks.reduce((bits, mark, j) => (mark ? bits + 2 ** j : bits), 0))
  const head = concatBytes(LABEL, drawBytes(randomBytes, HEDGE_BYTES), i32(BigInt(electionId)), u24(sequence))
  return firstUsable(draw.attempt, (attempt) =>
    hedgedScalar(voterSecret, concatBytes(head, u32(attempt), markBits)),
  )
}

/** The first usable scalar of the attempts from `attempt` on. @throws RangeError when the source gives none */
export function firstUsable(attempt: number, draw: (attempt: number) => bigint): BallotRandomness {
  for (let next = attempt; next <= attempt + MAX_REDRAWS; next++) {
    const rho = draw(next)
    if (isUsableRandomness(rho)) return { rho, attempt: next }
  }
  throw new RangeError("no usable randomness")
}

/** False for 0, which leaves the vote in clear, and for rho*, for which no proof exists. */
export function isUsableRandomness(rho: bigint): boolean {
  return rho !== 0n && (rho & LOW_BITS) !== EXCEPTIONAL_LOW_BITS
}
