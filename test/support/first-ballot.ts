// The proof job of one honest ballot of a test election, for either circuit.
import type { BallotInput } from "../../src/protocol/election/ballot-input.ts"
import type { BallotCircuitId } from "../../src/protocol/election/ballot-signals.ts"
import { makeElection } from "./small-election.ts"

/** What the first voter's ballot is proved from. */
export function firstBallot(circuit: BallotCircuitId): BallotInput {
  const jobs: BallotInput[] = []
  makeElection({
    circuit,
    voters: 12,
    prove: (job) => {
      jobs.push(job)
      return { a: ["1", "2"], b: [["3", "4"], ["5", "6"]], c: ["7", "8"] } // prettier-ignore
    },
  })
  const [first] = jobs
  if (first === undefined) throw new Error("nobody voted")
  return first
}
