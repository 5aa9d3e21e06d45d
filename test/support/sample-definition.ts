// A definition that agrees with a ceremony, a census, keys and circuits made for it; nothing of them was proved.
import { composeBallot } from "../../src/protocol/election/ballot-types.ts"
import type { BallotDescription } from "../../src/protocol/election/ballot-types.ts"
import type { SingleChoiceDescription } from "../../src/protocol/election/choice-ballot.ts"
import { computeCensusId } from "../../src/protocol/election/census.ts"
import type { DefinitionFacts } from "../../src/protocol/election/definition.ts"
import { computeCeremonyId, electionOrigin } from "../../src/protocol/election/key-ceremony.ts"
import type { CeremonyBody } from "../../src/protocol/election/key-ceremony.ts"
import { isWeightedType } from "../../src/protocol/election/rules.ts"
import { BASE8, encodePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { CensusPlan } from "../../src/protocol/wire/census.ts"
import type { ElectionDefinition } from "../../src/protocol/wire/election-definition.ts"
import { CLOSES, namedPlan, ORGANIZER } from "./sample-census.ts"

export const OPENS_AT = CLOSES + 2 * 86_400
export const CLOSES_AT = OPENS_AT + 86_400
const HEX = (digit: string): string => digit.repeat(64)

export const THREE: SingleChoiceDescription = {
  type: "single-choice",
  label: "Who chairs the board?",
  options: ["ann", "ben", "cem"].map((id) => ({ id, label: id.toUpperCase() })),
  mayAbstain: true,
}

export interface SampleElection {
  readonly definition: ElectionDefinition
  readonly facts: DefinitionFacts
}

/** An election in which everything holds. */
export function sampleElection(
  description: BallotDescription = THREE,
  plan: CensusPlan = namedPlan({ weighted: isWeightedType(description.type) }),
): SampleElection {
  const { circuitId, ...terms } = composeBallot(description)
  const ceremony = ceremonyOf(circuitId)
  const ceremonyId = computeCeremonyId(ceremony)
  const origin = electionOrigin("votes.example/log", ceremonyId)
  const log = { origin, vkey: encodeVerifierKey(makeSigningKey(origin, new Uint8Array(32).fill(31))) }
  const points = Array.from({ length: circuitId === "ballot8" ? 4 : 8 }, (_, j) =>
    BASE8.multiply(BigInt(11 + 17 * j)),
  )
  const digests = { r1csSha256: HEX("a"), zkeySha256: HEX("b"), vkeySha256: HEX("c"), ceremony: "north-2026" }
  const census = {
    censusId: computeCensusId(plan),
    ...{ root: encodeFr(4711n), size: 40, totalWeight: plan.weighted ? 400 : 40, replacements: 0 },
    ...{ leavesSha256: HEX("d"), evidenceSha256: HEX("e") },
  }
  const { root, size, totalWeight } = census
  const definition: ElectionDefinition = {
    v: 1,
    kind: "election",
    title: "Board of the chamber",
    description: "One seat for two years.",
    locale: "en",
    ceremonyId,
    keys: points.map((point) => [...encodePoint(point)]),
    keysHash: HEX("1"),
    log,
    circuit: { id: circuitId, ...digests },
    census: { id: census.censusId, root, size, totalWeight, sha256: HEX("f") },
    ...terms,
    opensAtUnixSeconds: OPENS_AT,
    closesAtUnixSeconds: CLOSES_AT,
    batchWindowSeconds: 10,
    revote: true,
    minAnonymity: 10,
  }
  const facts: DefinitionFacts = {
    ceremony,
    keys: points,
    keysHash: HEX("1"),
    log,
    census: { plan, body: census, sha256: HEX("f") },
    circuits: { [circuitId]: digests },
    allowDevelopmentKeys: false,
  }
  return { definition, facts }
}

function ceremonyOf(circuit: CeremonyBody["circuit"]): CeremonyBody {
  return {
    title: "Keys for the board",
    organizer: { name: "Chamber", key: encodeVerifierKey(ORGANIZER) },
    circuit,
    threshold: { t: 2, n: 3 },
    trustees: [1, 2, 3].map((index) => ({
      index,
      name: `Trustee ${index}`,
      key: encodeVerifierKey(makeSigningKey(`trustee-${index}.example`, new Uint8Array(32).fill(40 + index))),
    })),
    policy: "quorum none\n",
    stepTimeoutSeconds: 3600,
    nonce: HEX("9"),
  }
}
