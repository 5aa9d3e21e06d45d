// V8: every ballot holds by itself, superseded and challenged ones too: a sum is only as good as its worst ballot.
import type { ProofClaim } from "../../../proofs/groth16/verify-many.ts"
import { checkBallotShape } from "../../../protocol/election/ballot-check.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { ballotOfEntry } from "../../../protocol/wire/ballot.ts"
import { claimOf } from "../verify-ballot.ts"
import type { BallotVerifier } from "../verify-ballot.ts"
import { found } from "./outcome.ts"
import type { Finding, StepProgress } from "./outcome.ts"
import type { ProofJudge } from "./proof-judge.ts"

/** V8. */
export async function checkBallotProofs(
  entries: readonly ElectionEntry[],
  electionId: Fr,
  { definition, key }: BallotVerifier,
  judge: ProofJudge,
  progress: StepProgress,
): Promise<Finding | null> {
  const indices: number[] = []
  const claims: ProofClaim[] = []
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "ballot" && entry.kind !== "challenged-ballot") continue
    const ballot = ballotOfEntry(entry, electionId)
    const shape = checkBallotShape({ ...ballot, sequence: 1 }, definition) // the range of sequences is V9's question
    if (!shape.ok) return found("ballot-proof", `entry ${index}: ${shape.reason}`)
    indices.push(index)
    claims.push(claimOf(ballot, definition))
  }
  const wrong = await judge.firstRefused(key, claims, progress)
  return wrong === null
    ? null
    : found("ballot-proof", `entry ${indices[wrong] ?? 0}: its proof does not hold`)
}
