// What can be said of a ballot without its proof and without the others: lengths, ranges, points.
import { isIdentity, parsePointOnCurve } from "../primitives/babyjubjub.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"
import { accept } from "../primitives/verdict.ts"
import { MAX_SEQUENCE } from "../wire/ballot.ts"
import type { Ballot } from "../wire/ballot.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** Bytes of a ballot's entry: the same for every ballot of an election, so that sizes say nothing about marks. */
export const ENTRY_BYTES = {
  ballot8: { ballot: 1380, "challenged-ballot": 1602 },
  ballot16: { ballot: 1924, "challenged-ballot": 2146 },
} as const

/** Why a ballot's shape is refused. */
export type BallotShapeRefusal =
  "signals-count" | "sequence-out-of-range" | "point-refused" | "randomness-zero"

/**
 * Checks the number of ciphertexts, the range of the sequence, that R and C lie on the curve and that R is not O, under
 * which a vote would be in clear. Their order needs no check here: the proof, still to be verified, gives it.
 * @param ballot - attacker-controlled, as from `parseBallot` or `ballotOfEntry`
 */
export function checkBallotShape(
  ballot: Pick<Ballot, "sequence" | "R" | "C">,
  definition: Pick<ElectionDefinition, "circuit" | "revote">,
): ElectionVerdict<Ciphertexts, BallotShapeRefusal> {
  const { pairs } = BALLOT_CIRCUITS[definition.circuit.id]
  if (ballot.C.length !== pairs) return refuseAt("signals-count", "C")
  const last = definition.revote ? MAX_SEQUENCE : 1
  if (ballot.sequence < 1 || ballot.sequence > last) return refuseAt("sequence-out-of-range", "sequence")
  const points = []
  for (const [at, wire] of [ballot.R, ...ballot.C].entries()) {
    const point = parseAt(at === 0 ? "R" : `C.${at - 1}`, () => parsePointOnCurve(wire))
    if (!point.ok) return point
    points.push(point.value)
  }
  const [R, ...C] = points
  if (R === undefined || isIdentity(R)) return refuseAt("randomness-zero", "R")
  return accept({ R, C })
}
