// The rules of one publisher about one kind of certificate as one statement: what a border asks, in one answer. Rules that
// are left out are named in the statement itself; silence about one would pass a part for the whole.
import type { Statement, ValueSet } from "../../protocol/wire/statement.ts"
import type { EventKind } from "../eu-dcc/codes.ts"
import { ALWAYS, allOf } from "./formula.ts"
import type { Formula } from "./formula.ts"
import { EVENT_NAMES } from "./rule.ts"
import type { Rule } from "./rule.ts"
import { evaluateRule, holdsCertificate, makeStatement, refusalOf } from "./translate.ts"
import type { Refusal, RuleContext, TimeUse } from "./translate.ts"

/** A set of rules as one statement. */
export interface CombinedRules {
  readonly statement: Statement
  readonly valueSets: readonly ValueSet[]
  /** Identifiers of the rules that the statement asks for, also those that every certificate satisfies. */
  readonly includes: readonly string[]
  /** The others, with their reasons: exactly the `omits` of the statement. */
  readonly omitted: readonly Refusal[]
  readonly time: TimeUse
}

/** True for a rule about this kind of certificate. */
export const isAbout = ({ certificateType }: Rule, event: EventKind): boolean =>
  certificateType === "General" || certificateType === EVENT_NAMES[event]

/**
 * One statement for all rules about the context's kind.
 * @param id - of the statement, `name/version`
 * @returns a refusal in the name of the whole set when it fits no answer: nothing is dropped to make it fit
 */
export function combineRules(
  { id, title }: { readonly id: string; readonly title: string },
  rules: readonly Rule[],
  context: RuleContext,
): CombinedRules | Refusal {
  const { event } = context
  const omitted: Refusal[] = []
  const kept: { readonly rule: string; readonly yes: Formula; readonly time: TimeUse }[] = []
  for (const rule of rules.filter((one) => isAbout(one, event))) {
    const found = evaluateOrRefuse(rule, context)
    if ("reason" in found) omitted.push(found)
    else kept.push(found)
  }
  try {
    const formula = allOf(ALWAYS, ...kept.map(({ yes }) => yes))
    const head = { id, title, omits: omitted.map(({ rule }) => rule) }
    // Rules that contradict each other only together: the publisher accepts no certificate of the kind.
    if (formula.kind === "never")
      return { rule: id, event, reason: "never-satisfied", detail: "all rules together" }
    const documents =
      formula.kind === "always"
        ? {
            statement: withOmissions({ ...holdsCertificate(event), id, title: { en: title } }, head.omits),
            valueSets: [],
          }
        : makeStatement(head, formula, context)
    return { ...documents, includes: kept.map(({ rule }) => rule), omitted, time: latest(kept) }
  } catch (error) {
    return { rule: id, event, ...refusalOf(error) }
  }
}

function evaluateOrRefuse(
  rule: Rule,
  context: RuleContext,
): Refusal | { readonly rule: string; readonly yes: Formula; readonly time: TimeUse } {
  const named = { rule: rule.identifier, event: context.event }
  try {
    const { yes, uses } = evaluateRule(rule, context)
    if (yes.kind === "never")
      return { ...named, reason: "never-satisfied", detail: "by no certificate of the kind" }
    return { rule: rule.identifier, yes, time: uses.time }
  } catch (error) {
    return { ...named, ...refusalOf(error) }
  }
}

function withOmissions(statement: Statement, omits: readonly string[]): Statement {
  return omits.length === 0 ? statement : { ...statement, omits: [...omits] }
}

function latest(kept: readonly { readonly time: TimeUse }[]): TimeUse {
  const has = (time: TimeUse): boolean => kept.some((one) => one.time === time)
  return has("fixed") ? "fixed" : has("relative") ? "relative" : "none"
}
