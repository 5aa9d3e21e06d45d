// Every rule and every case of a folder: what `sotto rules check` finds.
import type { EventKind } from "../health/eu-dcc/codes.ts"
import { checkCase } from "../health/rules/check-case.ts"
import type { Claim, Exclusion } from "../health/rules/check-case.ts"
import { summariseRule } from "../health/rules/check-rule.ts"
import type { RuleSummary } from "../health/rules/check-rule.ts"
import type { RuleCase, RuleWithCases } from "../health/rules/rule-file.ts"
import type { Refusal } from "../health/rules/translate.ts"
import { prepareValueSet } from "../protocol/credential/value-set.ts"
import type { PreparedValueSet } from "../protocol/credential/value-set.ts"
import type { ValueSet } from "../protocol/wire/statement.ts"
import type { Bench } from "./rules-bench.ts"
import type { RuleFolder } from "./rules-folder.ts"

/** One case of one rule. */
export interface CaseRow {
  readonly file: string
  readonly rule: string
  /** Its place in the rule's list, from 0. */
  readonly case: number
  readonly name: string
  readonly expected: boolean
  readonly outcome: "agreed" | "disagreed" | "not-translated" | Exclusion
  /** What was asked, of what record; null where nothing can be asked. */
  readonly claim: Claim | null
}

/** One rule. */
export interface RuleRow extends RuleSummary {
  readonly file: string
  readonly rule: string
}

/** All of a folder. */
export interface RuleCheck {
  readonly files: readonly string[]
  readonly rules: readonly RuleRow[]
  readonly cases: readonly CaseRow[]
}

/** A value set hashed once, however many rules name it. */
export function rememberSets(): (valueSet: ValueSet) => PreparedValueSet {
  const known = new Map<string, PreparedValueSet>()
  return (valueSet) => {
    const prepared = known.get(valueSet.id) ?? prepareValueSet(valueSet)
    known.set(valueSet.id, prepared)
    return prepared
  }
}

/** Checks a folder. A case agrees when a proof can be made exactly where its publisher expects `true`. */
export function checkFolder(
  { files, collections }: RuleFolder,
  bench: Bench,
  prepare: (valueSet: ValueSet) => PreparedValueSet,
): RuleCheck {
  const all = files.flatMap(({ file, rules }) => rules.map((one) => ({ file, one })))
  const check = (file: string, { rule }: RuleWithCases, given: RuleCase, i: number): CaseRow => {
    const sets = Object.hasOwn(collections, given.valueSets) ? collections[given.valueSets] : undefined
    const checked = checkCase(rule, given, sets, prepare)
    const row = {
      file,
      rule: rule.identifier,
      case: i,
      name: given.name,
      expected: given.expected,
      claim: null,
    }
    if (checked.outcome === "excluded") return { ...row, outcome: checked.reason }
    if (checked.outcome === "not-translated") return { ...row, outcome: "not-translated" }
    const { claim, isProvable } = checked
    const isProved = claim !== null && canProve(bench, claim)
    // The statement's meaning, its compiled parts and the prover's own checks say the same, or the case does not agree.
    const isAgreed = isProvable === given.expected && isProved === given.expected
    return { ...row, claim, outcome: isAgreed ? "agreed" : "disagreed" }
  }
  return {
    files: files.map(({ file }) => file),
    rules: all.map(({ file, one }) => ({
      ...{ file, rule: one.rule.identifier },
      ...summariseRule(one, collections, prepare),
    })),
    cases: all.flatMap(({ file, one }) => one.cases.map((given, i) => check(file, one, given, i))),
  }
}

// From a signed record and a signed request to the private input of every proof; nothing is proved yet.
function canProve(bench: Bench, claim: Claim): boolean {
  const posed = bench.pose(claim)
  return Array.from({ length: posed.parts }, (_, part) => posed.inputOf(part)).every(
    (input) => input !== null,
  )
}

/** A rule without a statement, and for which kinds of certificates it has none. */
export interface UntranslatedRule extends Omit<Refusal, "event"> {
  readonly file: string
  readonly kinds: readonly EventKind[]
}

/** Rules that have no statement: one entry for each reason of each rule. */
export function untranslatedRules(rules: readonly RuleRow[]): readonly UntranslatedRule[] {
  return rules.flatMap(({ file, refusals }) => {
    const texts = [...new Set(refusals.map(({ reason, detail }) => `${reason} ${detail}`))]
    return texts.flatMap((text) => {
      const same = refusals.filter(({ reason, detail }) => `${reason} ${detail}` === text)
      const [first] = same
      if (first === undefined) return []
      const { rule, reason, detail } = first
      return [{ file, rule, reason, detail, kinds: same.map(({ event }) => event) }]
    })
  })
}
