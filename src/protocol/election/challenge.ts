// Challenge instead of cast: whoever gives a ballot up must know its randomness, or a relay could burn what it carries.
import { parsePointOnCurve } from "../primitives/babyjubjub.ts"
import { computeBallotHash } from "../primitives/elgamal.ts"
import { parseKnowledgeProof, verifyChallenge } from "../primitives/schnorr.ts"
import { accept } from "../primitives/verdict.ts"
import type { ChallengedBallot } from "../wire/ballot.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/**
 * Checks the proof of knowledge of a challenged ballot's randomness.
 * @param ballot - attacker-controlled; its R on the curve
 */
export function checkOpening(
  ballot: ChallengedBallot,
): ElectionVerdict<true, "point-refused" | "opening-refused"> {
  const proof = parseAt("T", () => parseKnowledgeProof(ballot))
  if (!proof.ok) return proof
  const R = parseAt("R", () => parsePointOnCurve(ballot.R))
  if (!R.ok) return R
  const context = { electionId: ballot.electionId, ballotHash: computeBallotHash(ballot) }
  return verifyChallenge(context, R.value, proof.value) ? accept(true) : refuseAt("opening-refused", "z")
}
