// Many ballots of one election at once: for imports, audits and ballots that wait together.
import { verifyMany } from "../../proofs/groth16/verify-many.ts"
import { checkBallotShape } from "../../protocol/election/ballot-check.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import { claimOf, verifyBallot } from "./verify-ballot.ts"
import type { BallotProofRefusal, BallotVerifier } from "./verify-ballot.ts"

/** Ballots of one call: what one batch equation takes. */
const MAX_BALLOTS = 1024

/** A ballot that does not hold. */
export interface RefusedBallot {
  /** Position in the list. */
  readonly position: number
  readonly reason: BallotProofRefusal
}

/**
 * The ballots of a list that do not hold, in its order, each with the reason that `verifyBallot` gives.
 * @param ballots - at most 1,024, parsed; otherwise attacker-controlled
 * @param randomBytes - the operating system's
 * @throws ProtocolError `too-large`
 */
export async function verifyBallots(
  ballots: readonly Ballot[],
  verifier: BallotVerifier,
  randomBytes: RandomBytes,
): Promise<readonly RefusedBallot[]> {
  if (ballots.length > MAX_BALLOTS)
    throw new ProtocolError("too-large", `expected at most ${MAX_BALLOTS} ballots`)
  const shaped = ballots.flatMap((ballot, position) =>
    checkBallotShape(ballot, verifier.definition).ok ? [{ ballot, position }] : [],
  )
  const claims = shaped.map(({ ballot }) => claimOf(ballot, verifier.definition))
  const verdicts = await verifyMany(verifier.key, claims, randomBytes)
  const held = new Set(shaped.filter((_, i) => verdicts[i]).map(({ position }) => position))
  const refused: RefusedBallot[] = []
  for (const [position, ballot] of ballots.entries()) {
    if (held.has(position)) continue
    const verdict = await verifyBallot(ballot, verifier) // a "no" comes from a single check, and that names the reason
    if (!verdict.ok) refused.push({ position, reason: verdict.reason })
  }
  return refused
}
