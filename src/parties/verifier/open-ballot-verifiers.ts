// Verifiers of ballots, one an election: the circuit's key is proved sound once, folded once an election, and kept.
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Ciphertexts } from "../../protocol/primitives/elgamal.ts"
import { computeElectionId } from "../../protocol/election/definition.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import { openKey } from "./open-verifier.ts"
import type { VerifierParts } from "./open-verifier.ts"
import { openBallotVerifier, verifyBallot } from "./verify-ballot.ts"
import type { BallotProofRefusal, BallotVerifier } from "./verify-ballot.ts"

/** Folded keys that a thread keeps, half a megabyte each; the one that was not asked for longest goes first. */
const MAX_FOLDED_KEYS = 64

/** L5, L6 and L10 of a ballot of any election. @throws RangeError for a circuit without a key */
export type VerifyBallot = (
  ballot: Ballot,
  definition: ElectionDefinition,
) => Promise<Verdict<Ciphertexts, BallotProofRefusal>>

/**
 * Opens the keys of the ballot circuits in the calling thread.
 * @param circuits - key and sample of each circuit
 * @throws as `openKey`
 */
export async function openBallotVerifiers(circuits: readonly VerifierParts[]): Promise<VerifyBallot> {
  const keys = new Map(
    await Promise.all(circuits.map(async (parts) => [parts.circuit.id, await openKey(parts)] as const)),
  )
  const folded = new Map<string, Promise<BallotVerifier>>()
  const verifierOf = (definition: ElectionDefinition): Promise<BallotVerifier> => {
    const id = computeElectionId(definition)
    const key = keys.get(definition.circuit.id)
    if (key === undefined) throw new RangeError(`no key of ${definition.circuit.id}`)
    const verifier = folded.get(id) ?? openBallotVerifier(definition, key.key)
    folded.delete(id)
    folded.set(id, verifier)
    const [oldest] = folded.keys()
    if (folded.size > MAX_FOLDED_KEYS && oldest !== undefined) folded.delete(oldest)
    return verifier
  }
  return async (ballot, definition) => verifyBallot(ballot, await verifierOf(definition))
}
