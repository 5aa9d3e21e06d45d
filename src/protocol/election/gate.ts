// What a gate may ask: one proof a person, of a record that was theirs before enrolment could begin.
import { accept } from "../primitives/verdict.ts"
import { encodeFr } from "../primitives/field.ts"
import { ORDERED_ZERO } from "../credential/attribute.ts"
import { dayAt } from "../credential/calendar.ts"
import { compileAlternative, findAlternative, statementInput } from "../credential/compile-request.ts"
import { CredentialError, StatementError } from "../credential/credential-error.ts"
import { attributeIndex } from "../credential/schema.ts"
import { OP } from "../credential/slot.ts"
import type { Slot } from "../credential/slot.ts"
import { compileClauses } from "../credential/slots.ts"
import type { StatementSources } from "../credential/sources.ts"
import type { StatementInput } from "../credential/statement-conditions.ts"
import type { CensusGate, CensusPlan } from "../wire/census.ts"
import { enrolmentRequest, NOBODY } from "./enrolment.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** The attribute that says since when a record belongs to its holder's secret. */
const BOUND_ON = "boundOn"

/**
 * Checks a gate: fixed before enrolment opens, every alternative one part of a statement that compiles, exactly its
 * registries and its value sets named, one alternative only where credentials are counted, and `boundOn` demanded: a
 * record that is issued again to a new secret would else be a second leaf.
 * @param sources - an anchored catalogue
 * @returns `definition-invalid` with the member of the plan that is wrong
 */
export function checkGate(
  plan: CensusPlan,
  gate: CensusGate,
  sources: StatementSources,
): ElectionVerdict<true, "definition-invalid"> {
  // A record could be bound to another secret between a holder's enrolment and a later asOf.
  if (gate.asOf > plan.enrolmentOpensAt) return refuseAt("definition-invalid", "gate.asOf")
  if (gate.nullifierMode === "credential" && gate.alternatives.length > 1)
    return refuseAt("definition-invalid", "gate.alternatives")
  const registries = new Set(gate.alternatives.map(({ registry }) => registry))
  const named = Object.keys(gate.registryEpochs)
  if (named.length !== registries.size || !named.every((registry) => registries.has(registry)))
    return refuseAt("definition-invalid", "gate.registryEpochs")
  const foreign = Object.entries(gate.valueSets).find(([id, set]) => !isOfCatalogue(id, set, sources))
  if (foreign !== undefined) return refuseAt("definition-invalid", `gate.valueSets.${foreign[0]}`)
  const bad = gate.alternatives.findIndex((_, i) => !isAskable(plan, i, sources))
  return bad < 0 ? accept(true) : refuseAt("definition-invalid", `gate.alternatives.${bad}`)
}

function isAskable(plan: CensusPlan, alternative: number, sources: StatementSources): boolean {
  try {
    const request = enrolmentRequest(plan, NOBODY)
    if (compileAlternative(request, 0, alternative, sources).length !== 1) return false
    return demandsBoundOn(statementInput(request, findAlternative(request, 0, alternative), sources))
  } catch (error) {
    if (error instanceof StatementError || error instanceof CredentialError) return false
    throw error
  }
}

/**
 * True when some clause can only hold for a record bound before the UTC day of asOf. That day itself would not do: a record
 * may be issued again, to another secret, in what is left of it.
 */
function demandsBoundOn(input: StatementInput): boolean {
  const place = attributeIndex(input.schema).get(BOUND_ON)
  if (place === undefined) return false
  const latest = ORDERED_ZERO + BigInt(dayAt(input.asOfUnixSeconds, "Z")) - 1n
  const isEarly = ({ field, op, not, lo, hi, list }: Slot): boolean => {
    if (field !== place.position || not) return false
    if (op === OP.between) return hi <= latest
    return op === OP.equal ? lo <= latest : op === OP.in && list.every((value) => value <= latest)
  }
  return compileClauses(input).some((clause) => clause.every(isEarly))
}

function isOfCatalogue(id: string, named: CensusGate["valueSets"][string], sources: StatementSources) {
  const set = sources.findValueSet(id)
  return (
    set?.digest === named.digest && encodeFr(set.root) === named.root && set.members.length === named.size
  )
}
