// Ballots with known marks, as they enter a sum; their proofs are other tests' subject.
import { encryptMarks } from "../../src/protocol/primitives/elgamal.ts"
import type { Ciphertexts } from "../../src/protocol/primitives/elgamal.ts"
import { drawScalar } from "../../src/protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../src/protocol/primitives/scalar.ts"
import type { SharedKeys } from "./shared-keys.ts"

export interface CountedBallot {
  readonly marks: readonly boolean[]
  readonly weight: number
  readonly ciphertexts: Ciphertexts
}

/** Ballots under the keys of an election. @param marksOf - the marks of ballot i, two a key */
export function castBallots(
  { keys }: SharedKeys,
  count: number,
  randomBytes: RandomBytes,
  marksOf: (i: number) => readonly boolean[],
  weightOf: (i: number) => number = () => 1,
): CountedBallot[] {
  return Array.from({ length: count }, (_, i) => {
    const [marks, weight] = [marksOf(i), weightOf(i)]
    return { marks, weight, ciphertexts: encryptMarks(keys, drawScalar(randomBytes), marks, weight) }
  })
}

/** What the counters must come to: weights on even choices, heads on odd ones. */
export function expectedCounts(ballots: readonly CountedBallot[]): number[] {
  const choices = ballots[0]?.marks.length ?? 0
  return Array.from({ length: choices }, (_, j) =>
    ballots.reduce((sum, { marks, weight }) => sum + (marks[j] === true ? (j % 2 === 0 ? weight : 1) : 0), 0),
  )
}
