// What all ballots of an election share: rebuilt from its definition by everyone who proves or verifies one.
import type { ElectionDefinition } from "../wire/election-definition.ts"
import type { BallotConstants } from "./ballot-signals.ts"
import { computeElectionId } from "./definition.ts"
import { compileRules } from "./rules.ts"

/**
 * The constant signals of an election's ballots; nothing of them comes from a voter.
 * @param definition - accepted by `checkDefinition`
 */
export function ballotConstants(definition: ElectionDefinition): BallotConstants {
  return {
    electionId: computeElectionId(definition),
    censusRoot: definition.census.root,
    ...compileRules(definition),
    electionKeys: definition.keys,
  }
}
