// One rule over every kind of certificate: whether it has a statement, and how many proofs an answer takes.
import { compileStatement } from "../../protocol/credential/slots.ts"
import type { EventKind } from "../eu-dcc/codes.ts"
import { clockOf } from "./evaluate.ts"
import { EVENT_KINDS } from "./rule.ts"
import type { RuleCase, RuleWithCases, ValueSetCollections } from "./rule-file.ts"
import { statementInputOf, translateRule } from "./translate.ts"
import type { Refusal, RuleContext } from "./translate.ts"

/** What a rule is for certificates with one event. */
export interface RuleSummary {
  /** By kind: proofs of one answer, or the constant it is. */
  readonly kinds: Readonly<Partial<Record<EventKind, number | "always" | "never">>>
  /** Empty for a rule that is translated. */
  readonly refusals: readonly Refusal[]
}

/** 2021-07-01T12:00:00Z */
const ANY_TIME = 1_625_140_800

/** Summarises a rule with the value sets and the clock of its cases. */
export function summariseRule(
  { rule, cases }: RuleWithCases,
  collections: ValueSetCollections,
  prepare: NonNullable<RuleContext["prepare"]>,
): RuleSummary {
  const named = [...new Set(cases.map(({ valueSets }) => valueSets))]
  const known = named.filter((name) => Object.hasOwn(collections, name))
  const kinds: Partial<Record<EventKind, number | "always" | "never">> = {}
  const refusals = EVENT_KINDS.flatMap((event): readonly Refusal[] => {
    for (const valueSets of known.length === 0 ? [null] : known.map((name) => collections[name] ?? null)) {
      const context: RuleContext = { event, valueSets, clockUnixSeconds: clockOfCases(cases), prepare }
      const translation = translateRule(rule, context)
      if (translation.outcome === "refused") return [translation.refusal]
      kinds[event] = weightier(kinds[event], outcomeOf(translation, context))
    }
    return []
  })
  return { kinds, refusals }
}

type Outcome = number | "always" | "never"

function outcomeOf(translation: ReturnType<typeof translateRule>, context: RuleContext): Outcome {
  if (translation.outcome !== "statement") {
    return translation.outcome === "constant" && translation.value ? "always" : "never"
  }
  return compileStatement(statementInputOf(translation.statement, translation.valueSets, context)).length
}

// Cases may name collections of different lists: the rule is what takes most proofs.
function weightier(a: Outcome | undefined, b: Outcome): Outcome {
  if (typeof a === "number") return typeof b === "number" ? Math.max(a, b) : a
  return typeof b === "number" || a === undefined || a === "never" ? b : a
}

function clockOfCases(cases: readonly RuleCase[]): number {
  for (const { external } of cases) {
    const clock = external["validationClock"]
    const found = typeof clock === "string" ? clockOf(clock) : null
    if (found !== null) return found
  }
  return ANY_TIME
}
