// A ballot made ready: marks encrypted under hedged randomness and proved, its hash shown before anybody knows whether it
// will be cast or challenged.
import { ballotConstants } from "../../protocol/election/ballot-constants.ts"
import { buildBallotInput } from "../../protocol/election/ballot-input.ts"
import { computeElectionId } from "../../protocol/election/definition.ts"
import { marksOf } from "../../protocol/election/ballot-types.ts"
import type { Selection } from "../../protocol/election/ballot-family.ts"
import type { CensusPlace } from "../../protocol/election/leaves-file.ts"
import { drawBallotRandomness } from "../../protocol/primitives/ballot-randomness.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { computeBallotHash } from "../../protocol/primitives/elgamal.ts"
import type { Prove } from "../../protocol/primitives/prove.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"

/** What a voter wants cast, and what it is made of. Secret. */
export interface BallotWish {
  /** Out of the election's log, endorsed by its trustees. */
  readonly definition: ElectionDefinition
  readonly voterSecret: bigint
  readonly weight: number
  /** Where the voter's leaf stands in the frozen census, hashed by the voter. */
  readonly place: CensusPlace
  readonly selection: Selection
  /** One more than the last of this voter in the log. */
  readonly sequence: number
  /** Ciphertexts this voter ever made for this election, challenged ones included. */
  readonly attempt: number
}

/** A finished ballot with what opens it; `rho` goes the moment the voter casts. */
export interface PreparedBallot {
  readonly ballot: Ballot
  /** 64 hexadecimal digits: what the voter compares on the second device. */
  readonly ballotHash: string
  /** Secret. */
  readonly opening: BallotOpening
  /** The next free attempt: durable before anything of this ballot is shown. */
  readonly nextAttempt: number
}

/** What turns a ciphertext back into marks. Secret: it proves a vote. */
export interface BallotOpening {
  readonly rho: bigint
  readonly marks: readonly boolean[]
  readonly weight: number
}

/**
 * Makes and proves a ballot.
 * @param prove - a thread pool's or a worker's
 * @throws SelectionError for a selection that the ballot does not allow; what `prove` throws
 */
export async function prepareBallot(
  wish: BallotWish,
  prove: Prove,
  randomBytes: RandomBytes,
): Promise<PreparedBallot> {
  const { definition, voterSecret, weight, place, sequence } = wish
  const electionId = computeElectionId(definition)
  const marks = marksOf(definition, wish.selection)
  const draw = { voterSecret, electionId, sequence, attempt: wish.attempt, marks }
  const { rho, attempt } = drawBallotRandomness(draw, randomBytes)
  const { id } = definition.circuit
  const secrets = { voterSecret, weight, leafIndex: place.index, path: place.path, marks, randomness: rho }
  const { input, expected, varying } = buildBallotInput(id, ballotConstants(definition), sequence, secrets)
  const proof = await prove(id, input, expected)
  const ballot: Ballot = { electionId, ...varying, C: [...varying.C], proof }
  return {
    ballot,
    ballotHash: bytesToHex(computeBallotHash(ballot)),
    opening: { rho, marks, weight },
    nextAttempt: attempt + 1,
  }
}
