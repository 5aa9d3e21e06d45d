// Endings of a test election that stopped at its opening: votes that no honest voter casts, with everything behind them
// honestly made, by everybody together and with forged proofs.
import { ballotConstants } from "../../src/protocol/election/ballot-constants.ts"
import { encodeBallotSignals } from "../../src/protocol/election/ballot-signals.ts"
import { computeClose } from "../../src/protocol/election/close.ts"
import { encodeResult } from "../../src/protocol/election/tally.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { encodePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { encryptMarks } from "../../src/protocol/primitives/elgamal.ts"
import { drawScalar } from "../../src/protocol/primitives/scalar.ts"
import { deriveBallotNullifier } from "../../src/protocol/primitives/voter.ts"
import { ballotEntryOf, challengedEntryOf } from "../../src/protocol/wire/ballot.ts"
import type { CircuitForge } from "./circuit-forge.ts"
import type { SmallElection } from "./small-election.ts"

type Votes = (election: SmallElection, circuit: CircuitForge) => void

export const VOTES = {
  /** One ballot a voter, counted without a look at the definition. */
  plain: (election) => finish(election, honest(election, 12), [4, 4, 4]),
  /** Nine voters where ten are needed. */
  "too few": (election) => finish(election, honest(election, 9), [3, 3, 3]),
  /** Voter 0 marks two of three choices. */
  "two marks": (election, circuit) =>
    finish(election, [dishonest(election, circuit, [0, 1]), ...honest(election, 12).slice(1)], [4, 5, 4]),
  /** Voter 0 gives up nine ballots. */
  "nine challenges": (election) => {
    const given = Array.from({ length: 9 }, () =>
      challengedEntryOf(election.challenged(election.ballot(0, 1))),
    )
    finish(election, [...given, ...honest(election, 12)], [4, 4, 4])
  },
  /** Voter 0 gives up the ballot that is then cast. */
  "cast what was challenged": (election) => {
    const made = election.ballot(0, 1)
    const given = challengedEntryOf(election.challenged(made))
    finish(election, [given, ballotEntryOf(made.ballot), ...honest(election, 12).slice(1)], [4, 4, 4])
  },
  /** Voter 1 gives up what voter 0 encrypted, without its randomness. */
  "challenge by a relay": (election) => {
    const made = election.ballot(0, 1)
    const given = challengedEntryOf(election.challenged({ ...made, rho: drawScalar(election.randomBytes) }))
    finish(election, [given, ...honest(election, 12)], [4, 4, 4])
  },
  /** The first ballot of voter 0 has sequence 2. */
  "begin with two": (election) =>
    finish(
      election,
      [ballotEntryOf(election.ballot(0, 2).ballot), ...honest(election, 12).slice(1)],
      [4, 4, 4],
    ),
  /** One ballot of sequence 0. */
  "begin with zero": (election) =>
    finish(
      election,
      [ballotEntryOf(election.ballot(0, 0).ballot), ...honest(election, 12).slice(1)],
      [4, 4, 4],
    ),
} as const satisfies Record<string, Votes>

const honest = (election: SmallElection, voters: number): ElectionEntry[] =>
  Array.from({ length: voters }, (_, v) => ballotEntryOf(election.ballot(v, 1).ballot))

/** A ballot whose marks break a rule, with a proof that says otherwise. */
function dishonest(
  election: SmallElection,
  { forge }: CircuitForge,
  marked: readonly number[],
): ElectionEntry {
  const { definition, electionId, randomBytes, circuit } = election
  const { secret, weight } = election.census.voters[0]!
  const marks = Array.from({ length: 2 * definition.keys.length }, (_, bit) => marked.includes(bit))
  const { R, C } = encryptMarks(election.log.keys, drawScalar(randomBytes), marks, weight)
  const nullifier = deriveBallotNullifier(secret, electionId)
  const varying = { nullifier, sequence: 1, R: encodePoint(R), C: C.map(encodePoint) }
  const [proof] = forge([encodeBallotSignals(circuit, ballotConstants(definition), varying)])
  return ballotEntryOf({ electionId, ...varying, proof: proof! })
}

function finish(election: SmallElection, ballots: readonly ElectionEntry[], counts: readonly number[]): void {
  for (const ballot of ballots) election.append(ballot)
  election.append(computeClose(election.log))
  const { t } = election.facts
  for (const { index } of election.trustees) {
    election.append(election.signed("decryption-share", election.decryptionShare(index)))
  }
  const trustees = election.trustees.slice(0, t).map(({ index }) => index)
  election.result = encodeResult(election.log, trustees, counts)
  election.append(election.signed("tally", election.tallyBody()))
}
