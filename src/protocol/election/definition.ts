// An election's definition against everything it must agree with. Each part is a check of its own, because an auditor
// learns of ceremony, census, keys and circuit one after the other.
import { encodePoint } from "../primitives/babyjubjub.ts"
import { bytesToHex } from "../primitives/bytes.ts"
import { encodeFr } from "../primitives/field.ts"
import type { Fr } from "../primitives/field.ts"
import { hashToField, sha256 } from "../primitives/hash.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import { accept } from "../primitives/verdict.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import { isAdmissibleKey } from "./admissible-key.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"
import type { BallotCircuitId } from "./ballot-signals.ts"
import { checkBallot } from "./ballot-types.ts"
import type { FrozenCensus } from "./census.ts"
import type { DerivedKeys } from "./derive-keys.ts"
import { computeCeremonyId } from "./key-ceremony.ts"
import type { CeremonyBody } from "./key-ceremony.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"
import { isWeightedType } from "./rules.ts"

/** Fewest people among whom a ballot of a survey hides; a definition of any kind says at least 10. */
const MIN_SURVEY_ANONYMITY = 30

/** The answer of a check; `at` is the member of the definition that is wrong. */
export type DefinitionVerdict = ElectionVerdict<true, "definition-invalid" | "ballot-type-unknown">

/** Digests of the artifacts that a circuit's ballots are proved and verified with. */
export type CircuitDigests = Omit<ElectionDefinition["circuit"], "id">

/** Everything a definition must agree with, from sources of the checker's own. */
export interface DefinitionFacts {
  readonly ceremony: CeremonyBody
  /** Out of the deals of the election's log. */
  readonly keys: DerivedKeys["keys"]
  readonly keysHash: string
  /** The log of the election. */
  readonly log: ElectionDefinition["log"]
  /** The frozen census of the definition's id, or null when the checker knows none. */
  readonly census: FrozenCensus | null
  /** The circuits that the checker itself proves or verifies with. */
  readonly circuits: Readonly<Partial<Record<BallotCircuitId, CircuitDigests>>>
  /** Development keys are forgeable by everybody: refused in production. */
  readonly allowDevelopmentKeys: boolean
}

/** H31("sotto/election/1", JCS(definition)): any other definition is another election with other nullifiers. */
export function computeElectionId(definition: ElectionDefinition): Fr {
  return encodeFr(hashToField("sotto/election/1", canonicalBytes(definition)))
}

/** SHA-256 of the definition's RFC 8785 bytes, 64 hexadecimal digits. */
export const definitionSha256 = (definition: ElectionDefinition): string =>
  bytesToHex(sha256(canonicalBytes(definition)))

/**
 * Every rule that a definition must keep; the first that is broken is the answer.
 * @param definition - attacker-controlled, as from `parseDefinition`
 */
export function checkDefinition(definition: ElectionDefinition, facts: DefinitionFacts): DefinitionVerdict {
  const checks = [
    () => checkOwnRules(definition, facts.ceremony),
    () => checkLog(definition, facts.log),
    () => checkElectionKeys(definition, facts),
    () => checkElectionCensus(definition, facts.census),
    () => checkCircuit(definition, facts.circuits[definition.circuit.id], facts),
  ]
  for (const check of checks) {
    const verdict = check()
    if (!verdict.ok) return verdict
  }
  return accept(true)
}

/**
 * What definition and ceremony say alone: the ceremony's circuit and number of keys, a log under the ceremony's name,
 * times in order, the minimum of a survey, and a ballot that can be counted.
 * @param ceremony - accepted by `checkCeremony`
 */
export function checkOwnRules(definition: ElectionDefinition, ceremony: CeremonyBody): DefinitionVerdict {
  const { circuit, keys, log, kind, minAnonymity, opensAtUnixSeconds, closesAtUnixSeconds } = definition
  const ceremonyId = computeCeremonyId(ceremony)
  if (definition.ceremonyId !== ceremonyId) return invalid("ceremonyId")
  if (circuit.id !== ceremony.circuit) return invalid("circuit.id")
  if (keys.length !== BALLOT_CIRCUITS[circuit.id].pairs) return invalid("keys")
  if (!isOriginOf(log.origin, ceremonyId)) return invalid("log.origin")
  if (!isAdmissibleKey(log.vkey) || parseVerifierKey(log.vkey).name !== log.origin) return invalid("log.vkey")
  if (opensAtUnixSeconds <= 0) return invalid("opensAtUnixSeconds")
  if (closesAtUnixSeconds <= opensAtUnixSeconds) return invalid("closesAtUnixSeconds")
  if (kind === "survey" && minAnonymity < MIN_SURVEY_ANONYMITY) return invalid("minAnonymity")
  return checkBallot(definition)
}

/** The log that the definition names is the one at hand. */
export function checkLog({ log }: ElectionDefinition, own: ElectionDefinition["log"]): DefinitionVerdict {
  if (log.origin !== own.origin) return invalid("log.origin")
  return log.vkey === own.vkey ? accept(true) : invalid("log.vkey")
}

/** The keys are those of the ceremony, in order. @param derived - accepted by `checkKeys` */
export function checkElectionKeys(
  { keys, keysHash }: ElectionDefinition,
  derived: Pick<DefinitionFacts, "keys" | "keysHash">,
): DefinitionVerdict {
  const own = derived.keys.map(encodePoint)
  const isOwn = own.length === keys.length && own.every(([x, y], j) => keys[j]?.[0] === x && keys[j][1] === y)
  if (!isOwn) return invalid("keys")
  return keysHash === derived.keysHash ? accept(true) : invalid("keysHash")
}

/**
 * The census is frozen as the definition says, weighted exactly when the ballot is, large enough, and closed before
 * voting opens; a survey asks people whom a proof let in.
 * @param frozen - plan and freeze, both with valid signatures; null when there is no such census
 */
export function checkElectionCensus(
  definition: ElectionDefinition,
  frozen: FrozenCensus | null,
): DefinitionVerdict {
  const { census, kind, minAnonymity, ballotType, opensAtUnixSeconds } = definition
  if (census.id !== frozen?.body.censusId) return invalid("census.id")
  const { plan, body, sha256: digest } = frozen
  if (census.root !== body.root) return invalid("census.root")
  if (census.size !== body.size || census.size < Math.max(minAnonymity, plan.minSize))
    return invalid("census.size")
  if (census.totalWeight !== body.totalWeight) return invalid("census.totalWeight")
  if (census.sha256 !== digest) return invalid("census.sha256")
  // A weight above 1 would carry one counter into the next.
  if (isWeightedType(ballotType) !== plan.weighted) return invalid("ballotType")
  const isSurveyed = plan.mode === "gated" && plan.minSize >= MIN_SURVEY_ANONYMITY
  if (kind === "survey" && !isSurveyed) return invalid("kind")
  // Else a ballot could be timed against the enrolment that made it possible.
  return plan.enrolmentClosesAt <= opensAtUnixSeconds ? accept(true) : invalid("opensAtUnixSeconds")
}

/** The circuit is the one that the checker has, and not a development key where those are refused. */
export function checkCircuit(
  { circuit }: ElectionDefinition,
  own: CircuitDigests | undefined,
  { allowDevelopmentKeys }: Pick<DefinitionFacts, "allowDevelopmentKeys">,
): DefinitionVerdict {
  if (own === undefined) return invalid("circuit.id")
  const members = ["r1csSha256", "zkeySha256", "vkeySha256", "ceremony"] as const
  const foreign = members.find((member) => circuit[member] !== own[member])
  if (foreign !== undefined) return invalid(`circuit.${foreign}`)
  return circuit.ceremony === "dev" && !allowDevelopmentKeys ? invalid("circuit.ceremony") : accept(true)
}

/** `<host>/elections/<first 32 digits of the ceremony's id>`. */
function isOriginOf(origin: string, ceremonyId: string): boolean {
  const [host = "", ...path] = origin.split("/")
  return host !== "" && path.join("/") === `elections/${ceremonyId.slice(0, 32)}`
}

const invalid = (at: string): ReturnType<typeof refuseAt<"definition-invalid">> =>
  refuseAt("definition-invalid", at)
