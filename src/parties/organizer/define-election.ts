// The definition of an election: the organizer's words, and everything that follows from ceremony and census.
import { composeBallot } from "../../protocol/election/ballot-types.ts"
import type { BallotDescription } from "../../protocol/election/ballot-types.ts"
import type { FrozenCensus } from "../../protocol/election/census.ts"
import { checkDefinition, computeElectionId, definitionSha256 } from "../../protocol/election/definition.ts"
import type { CircuitDigests, DefinitionFacts } from "../../protocol/election/definition.ts"
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { encodePoint } from "../../protocol/primitives/babyjubjub.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import { OrganizerError } from "./organizer-error.ts"

/** An election in an organizer's words; times are Unix seconds. */
export interface ElectionDescription extends Pick<
  ElectionDefinition,
  | "kind"
  | "title"
  | "description"
  | "locale"
  | "opensAtUnixSeconds"
  | "closesAtUnixSeconds"
  | "batchWindowSeconds"
  | "revote"
  | "minAnonymity"
> {
  readonly ballot: BallotDescription
}

/** What the organizer read and recomputed itself. */
export interface DefinitionSources {
  /** The ceremony's log with all its confirms. */
  readonly log: ElectionLog
  readonly logDescription: ElectionDefinition["log"]
  readonly census: FrozenCensus
  readonly circuits: DefinitionFacts["circuits"]
  readonly allowDevelopmentKeys: boolean
}

/** A signed definition with its document. */
export interface DefinedElection {
  readonly entry: ReturnType<typeof signBody<"definition">>
  readonly definition: ElectionDefinition
  readonly electionId: Fr
}

/**
 * Composes and signs the definition.
 * @throws OrganizerError `description-refused`, naming the member; BallotTypeError for a ballot that no circuit carries
 */
export function defineElection(
  { ballot, ...words }: ElectionDescription,
  sources: DefinitionSources,
  key: SigningKey,
): DefinedElection {
  const { log, logDescription, census, circuits, allowDevelopmentKeys } = sources
  const { ceremony, keys, keysHash } = log
  const { ballotType, choices, rules } = composeBallot(ballot)
  const { root, size, totalWeight, censusId: id } = census.body
  const definition: ElectionDefinition = {
    v: 1,
    ...words,
    ceremonyId: log.ceremonyId,
    keys: keys.map(encodePoint),
    keysHash,
    log: logDescription,
    circuit: { id: ceremony.circuit, ...digestsOf(circuits[ceremony.circuit]) },
    census: { id, root, size, totalWeight, sha256: census.sha256 },
    ballotType,
    choices: [...choices],
    rules: [...rules],
  }
  const own = { ceremony, keys, keysHash, log: logDescription, census, circuits, allowDevelopmentKeys }
  const verdict = checkDefinition(definition, own)
  if (!verdict.ok)
    throw new OrganizerError("description-refused", `definition: ${verdict.at ?? verdict.reason}`)
  const electionId = computeElectionId(definition)
  const body = { electionId, definitionSha256: definitionSha256(definition) }
  return { entry: signBody("definition", body, key), definition, electionId }
}

function digestsOf(digests: CircuitDigests | undefined): CircuitDigests {
  if (digests === undefined) throw new OrganizerError("description-refused", "definition: circuit.id")
  return digests
}
