// One published case of a rule: does the statement say of the case's certificate what the publisher expects?
import { evaluateStatement } from "../../protocol/credential/statement.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { Statement, ValueSet } from "../../protocol/wire/statement.ts"
import type { EventKind } from "../eu-dcc/codes.ts"
import { completeRecord, readEvent } from "./attested-event.ts"
import type { PayloadFault } from "./attested-event.ts"
import { clockOf } from "./evaluate.ts"
import type { Rule } from "./rule.ts"
import type { RuleCase } from "./rule-file.ts"
import { holdsCertificate, statementInputOf, translateRule } from "./translate.ts"
import type { Refusal, RuleContext } from "./translate.ts"

/** Why a case says nothing of a credential: intake refuses its certificate, or the case lacks what its rule asks for. */
export type Exclusion =
  | PayloadFault
  /** The rule relies on a member that every certificate has and this payload lacks. */
  | "field-missing"
  /** The rule asks what time it is and the case does not say, or names a time that no request can. */
  | "clock-missing"
  /** The rule reads a value set of a collection that the folder does not have. */
  | "value-sets-missing"

/** A question that a verifier could send about a record that an issuer could sign. */
export interface Claim {
  readonly event: EventKind
  readonly statement: Statement
  readonly valueSets: readonly ValueSet[]
  readonly attributes: Attributes
  /** Unix seconds. */
  readonly asOf: number
}

/** What became of a case. */
export type CheckedCase =
  | { readonly outcome: "excluded"; readonly reason: Exclusion }
  | { readonly outcome: "not-translated"; readonly refusal: Refusal }
  /**
   * `isProvable` is what the statement's interpreter says. `claim` is null for a rule that no certificate satisfies: there
   * is nothing to ask, hence no proof. For a rule that every certificate satisfies it asks for a certificate.
   */
  | { readonly outcome: "checked"; readonly isProvable: boolean; readonly claim: Claim | null }

/** 2021-07-01T12:00:00Z: for cases whose rule does not ask what time it is. */
const ANY_TIME = 1_625_140_800

/**
 * Checks one case.
 * @param valueSets - those that the case names, undefined when the folder has none under that name
 */
export function checkCase(
  rule: Rule,
  { payload, external }: RuleCase,
  valueSets: Readonly<Record<string, readonly string[]>> | undefined,
  prepare?: RuleContext["prepare"],
): CheckedCase {
  const attested = readEvent(payload)
  if (typeof attested === "string") return { outcome: "excluded", reason: attested }
  const { event, stated } = attested
  const { validationClock, ...others } = external
  const clock = typeof validationClock === "string" ? requestTime(clockOf(validationClock)) : null
  const clockUnixSeconds = clock ?? ANY_TIME
  const context: RuleContext = {
    ...{ event, valueSets: valueSets ?? null, external: others, clockUnixSeconds },
    ...(prepare === undefined ? {} : { prepare }),
  }
  const translation = translateRule(rule, context)
  if (translation.outcome === "refused") {
    const { refusal } = translation
    const isListless = refusal.reason === "value-sets-missing"
    return isListless
      ? { outcome: "excluded", reason: "value-sets-missing" }
      : { outcome: "not-translated", refusal }
  }
  const { uses } = translation
  if (uses.time !== "none" && clock === null) return { outcome: "excluded", reason: "clock-missing" }
  if (!uses.attributes.every((name) => Object.hasOwn(stated, name))) {
    return { outcome: "excluded", reason: "field-missing" }
  }
  if (translation.outcome === "constant" && !translation.value) {
    return { outcome: "checked", isProvable: false, claim: null }
  }
  const { statement, valueSets: sets } =
    translation.outcome === "constant" ? { statement: holdsCertificate(event), valueSets: [] } : translation
  const attributes = completeRecord(attested)
  const isProvable = evaluateStatement(statementInputOf(statement, sets, context), attributes)
  const claim = { event, statement, valueSets: sets, attributes, asOf: clockUnixSeconds }
  return { outcome: "checked", isProvable, claim }
}

// Unix seconds that a request can name and a record can be valid at.
const requestTime = (seconds: number | null): number | null =>
  seconds !== null && seconds >= 0 && seconds < 9e10 ? seconds : null
