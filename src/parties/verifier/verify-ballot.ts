// L5, L6 and L10: what a verification thread says of one ballot, whole.
import { decodeProof } from "../../proofs/groth16/canonical.ts"
import { foldVerificationKey } from "../../proofs/groth16/fold-key.ts"
import { prepareVerificationKey } from "../../proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey, VerificationKey } from "../../proofs/groth16/verification-key.ts"
import type { ProofClaim } from "../../proofs/groth16/verify-many.ts"
import { verifyProof } from "../../proofs/groth16/verify.ts"
import { checkBallotShape } from "../../protocol/election/ballot-check.ts"
import type { BallotShapeRefusal } from "../../protocol/election/ballot-check.ts"
import { ballotConstants } from "../../protocol/election/ballot-constants.ts"
import { constantSignals, varyingSignals } from "../../protocol/election/ballot-signals.ts"
import type { Ciphertexts } from "../../protocol/primitives/elgamal.ts"
import { refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"

/** The first of L5, L6 and L10 that failed. */
export type BallotProofRefusal = BallotShapeRefusal | "proof-off-curve" | "proof-invalid"

/** What ballots of one election are verified with; belongs to the thread that made it. */
export interface BallotVerifier {
  readonly definition: ElectionDefinition
  /** The circuit's key with all that the definition fixes built in. */
  readonly key: PreparedVerificationKey
}

/**
 * Folds the definition into the circuit's key: 20 ms once an election.
 * @param definition - accepted by `checkDefinition`
 * @param circuitKey - the pinned key of the definition's circuit
 * @throws Groth16Error `verification-key-refused`
 */
export async function openBallotVerifier(
  definition: ElectionDefinition,
  circuitKey: VerificationKey,
): Promise<BallotVerifier> {
  const constants = constantSignals(definition.circuit.id, ballotConstants(definition))
  const folded = await foldVerificationKey(circuitKey, constants)
  return { definition, key: await prepareVerificationKey(folded) }
}

/**
 * Verifies a ballot by itself: number of ciphertexts, range of the sequence, points, proof. The log's rules (R fresh, the
 * next sequence, proof of knowledge of a challenged one) are other questions.
 * @param ballot - parsed; otherwise attacker-controlled. That its electionId is this election's, the caller knows
 */
export async function verifyBallot(
  ballot: Ballot,
  { definition, key }: BallotVerifier,
): Promise<Verdict<Ciphertexts, BallotProofRefusal>> {
  const shape = checkBallotShape(ballot, definition) // L5, L6
  if (!shape.ok) return refuse(shape.reason)
  const proof = await decodeProof(ballot.proof) // L6
  if (!proof.ok) return proof
  const { signals } = claimOf(ballot, definition)
  return (await verifyProof(key, signals, proof.value)) ? shape : refuse("proof-invalid") // L10
}

/** What a ballot's proof is claimed for under the folded key. @param ballot - its shape accepted */
export function claimOf(ballot: Ballot, { circuit }: Pick<ElectionDefinition, "circuit">): ProofClaim {
  return { signals: varyingSignals(circuit.id, ballot), proof: ballot.proof }
}
