// The plan of a census: how people come in, until when, and whose word it takes.
import { computeCensusId } from "../../protocol/election/census.ts"
import { checkPlan } from "../../protocol/election/census-documents.ts"
import { enrolmentRequest, NOBODY } from "../../protocol/election/enrolment.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { compileAlternative } from "../../protocol/credential/compile-request.ts"
import { StatementError } from "../../protocol/credential/credential-error.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { CensusDocument, CensusGate, CensusPlan } from "../../protocol/wire/census.ts"
import { OrganizerError } from "./organizer-error.ts"

/** What lets people in who show a proof, in an organizer's words. */
export interface GateDescription {
  /** Statements of the catalogue; each alone is enough. */
  readonly alternatives: readonly {
    readonly registry: string
    readonly statement: string
    readonly parameters: CensusGate["alternatives"][number]["parameters"]
  }[]
  readonly nullifierMode: CensusGate["nullifierMode"]
}

/** A census in an organizer's words; times are Unix seconds. */
export interface CensusDescription extends Omit<CensusPlan, "organizer" | "gate" | "mode"> {
  /** The organizer's name. */
  readonly organizer: string
  /** Without one the census is named: registrars enrol. */
  readonly gate?: GateDescription
}

/** What the service says of itself and its registries, for gates. */
export interface GateFacts {
  readonly asOf: number
  readonly registryEpochs: CensusGate["registryEpochs"]
  readonly circuit: CensusGate["circuit"]
}

/** Signs the plan. @throws OrganizerError `description-refused`, naming the member */
export function openCensus(
  { organizer, gate, ...described }: CensusDescription,
  key: SigningKey,
  facts: GateFacts | null,
): { readonly document: CensusDocument<"census-plan">; readonly censusId: string } {
  const base = { ...described, organizer: { name: organizer, key: encodeVerifierKey(key) } }
  const plan: CensusPlan =
    gate === undefined || facts === null
      ? { ...base, mode: "named" }
      : withUsedSets({ ...base, mode: "gated", gate: gateOf(gate, facts) })
  const document = signBody("census-plan", plan, key)
  const verdict = checkPlan(document, CATALOGUE)
  if (!verdict.ok) throw refused(verdict.at ?? verdict.reason)
  return { document, censusId: computeCensusId(plan) }
}

function gateOf({ alternatives, nullifierMode }: GateDescription, facts: GateFacts): CensusGate {
  const valueSets = CATALOGUE.valueSets.map(({ id }) => [id, valueSetOf(id)] as const)
  return {
    ...facts,
    alternatives: alternatives.map(({ registry, statement: id, parameters }, i) => {
      const statement = CATALOGUE.findStatement(id)
      const schema = statement === null ? null : CATALOGUE.findSchema(statement.schema, statement.subject)
      if (statement === null || schema === null) throw refused(`gate.alternatives.${i}.statement`)
      return { registry, schemaId: CATALOGUE.schemaIdOf(schema), statement, parameters }
    }),
    nullifierMode,
    valueSets: Object.fromEntries(valueSets),
  }
}

/** The plan with those value sets alone that its statements ask about. */
function withUsedSets(plan: CensusPlan & { readonly gate: CensusGate }): CensusPlan {
  const used = new Set<string>()
  const findValueSet = (id: string) => {
    used.add(id)
    return CATALOGUE.findValueSet(id)
  }
  const sources = { findSchemaById: CATALOGUE.findSchemaById, findValueSet }
  for (const i of plan.gate.alternatives.keys()) {
    try {
      compileAlternative(enrolmentRequest(plan, NOBODY), 0, i, sources)
    } catch (cause) {
      if (!(cause instanceof StatementError)) throw cause
      throw refused(`gate.alternatives.${i}: ${cause.message}`)
    }
  }
  const valueSets = Object.fromEntries([...used].map((id) => [id, valueSetOf(id)]))
  return { ...plan, gate: { ...plan.gate, valueSets } }
}

function valueSetOf(id: string): CensusGate["valueSets"][string] {
  const set = CATALOGUE.findValueSet(id)
  if (set === null) throw new RangeError("a value set of the catalogue")
  return { digest: set.digest, root: encodeFr(set.root), size: set.members.length }
}

const refused = (member: string): OrganizerError =>
  new OrganizerError("description-refused", `census: ${member}`)
