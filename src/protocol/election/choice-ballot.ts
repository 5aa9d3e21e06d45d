// Marks that are choices: single choice, approval, several questions, and the two weighted ones.
import { isWeightedType } from "./rules.ts"
import type { BallotTerms, PlacedTerms } from "./rules.ts"
import { isRuleOver, marksAt, positionOf, rule, SelectionError } from "./ballot-family.ts"
import type { Option, Selection, Totals } from "./ballot-family.ts"

/** One choice of several; `mayAbstain` allows a ballot without any. */
export interface SingleChoiceDescription {
  readonly type: "single-choice" | "weighted-single-choice"
  readonly label: string
  readonly options: readonly Option[]
  readonly mayAbstain: boolean
}
/** From `min` to `max` choices of several. */
export interface ApprovalDescription {
  readonly type: "approval" | "weighted-approval"
  readonly label: string
  readonly options: readonly Option[]
  readonly min: number
  readonly max: number
}
/** At least two questions, each with its options and how many of them may be chosen. */
export interface QuestionsDescription {
  readonly type: "questions"
  readonly questions: readonly {
    readonly label: string
    readonly options: readonly Option[]
    readonly min: number
    readonly max: number
  }[]
}

/** One question with what its options got. */
interface QuestionResult {
  /** The label of its rule. */
  readonly label: string
  /** Counts, or sums of weights; in the order of the definition. */
  readonly options: readonly { readonly id: string; readonly total: number }[]
  /** Ballots without a mark where at most one may be chosen and none may be; null where it cannot be known. */
  readonly blank: number | null
  /** Ids with the highest total: several on a tie, none when nothing was marked. */
  readonly leading: readonly string[]
}
/** The result of choices. */
export interface ChoiceResult {
  readonly kind: "choices"
  readonly weighted: boolean
  readonly questions: readonly QuestionResult[]
}

/** The terms of one question. */
export function composeChoices(description: SingleChoiceDescription | ApprovalDescription): BallotTerms {
  const { type, label, options } = description
  const bounds: readonly [number, number] =
    "mayAbstain" in description ? [description.mayAbstain ? 0 : 1, 1] : [description.min, description.max]
  return { ballotType: type, choices: [...options], rules: [rule(label, [...options.keys()], bounds)] }
}

/**
 * The terms of several questions. Labels of choices are distinct over the whole ballot, so an answer that several
 * questions offer carries its question's label.
 */
export function composeQuestions({ type, questions }: QuestionsDescription): BallotTerms {
  const all = questions.flatMap(({ options }) => options.map(({ label }) => label))
  const isShared = (label: string): boolean => all.filter((one) => one === label).length > 1
  const choices = questions.flatMap(({ label: question, options }) =>
    options.map(({ id, label }) => ({ id, label: isShared(label) ? `${question}: ${label}` : label })),
  )
  let next = 0
  const rules = questions.map(({ label, options, min, max }) => {
    const positions = options.map(() => next++)
    return rule(label, positions, [min, max])
  })
  return { ballotType: type, choices, rules }
}

/** The member that makes this no single choice, approval or weighted form of them, or null. */
export function checkOneQuestion({ ballotType, choices, rules }: BallotTerms): string | null {
  const [only] = rules
  if (only === undefined || rules.length > 1) return "rules"
  const { min, max } = only
  if (!isRuleOver(only, [...choices.keys()], [], [min, max])) return "rules.0"
  if (ballotType.endsWith("single-choice")) return max === 1 ? null : "rules.0.max"
  return max <= choices.length ? null : "rules.0.max"
}

/** The member that makes these no questions, or null: each choice in exactly one rule, at least two rules. */
export function checkQuestions({ choices, rules }: BallotTerms): string | null {
  if (rules.length < 2) return "rules"
  const bad = rules.findIndex(({ plus, minus }) => plus.length === 0 || minus.length > 0)
  if (bad >= 0) return `rules.${bad}`
  const asked = rules.flatMap(({ plus }) => plus)
  const stray = choices.findIndex((_, position) => asked.filter((one) => one === position).length !== 1)
  return stray < 0 ? null : `choices.${stray}`
}

/** The marks of chosen ids. @throws SelectionError */
export function markChoices(terms: PlacedTerms, selection: Selection): readonly boolean[] {
  if (!("chosen" in selection)) throw new SelectionError("selection-mismatch", "expected chosen ids")
  return marksAt(
    terms,
    selection.chosen.map((id) => positionOf(terms, id)),
  )
}

/** What each question's options got. */
export function describeChoices(terms: BallotTerms, { counts, counted }: Totals): ChoiceResult {
  const weighted = isWeightedType(terms.ballotType)
  const questions = terms.rules.map(({ label, plus, min, max }): QuestionResult => {
    const options = plus.map((at) => ({ id: terms.choices[at]?.id ?? "", total: counts[at] ?? 0 }))
    const marked = options.reduce((sum, { total }) => sum + total, 0)
    const most = Math.max(...options.map(({ total }) => total))
    return {
      label,
      options,
      // A ballot with several marks hides how many have none; the weight of ballots without a mark is not opened.
      blank: !weighted && max === 1 && min === 0 ? counted - marked : null,
      leading: options.filter(({ total }) => total === most && total > 0).map(({ id }) => id),
    }
  })
  return { kind: "choices", weighted, questions }
}
