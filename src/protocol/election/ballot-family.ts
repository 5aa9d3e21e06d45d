// What each kind of ballot knows of itself: its shape, how a voter's words become marks, how totals become a result.
import { SottoError } from "../primitives/errors.ts"
import type { ElectionRule } from "../wire/election-definition.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"
import { bitOf, brokenRule } from "./rules.ts"
import type { BallotTerms, PlacedTerms } from "./rules.ts"

/** A choice, an item to be graded or ranked, or a question's answer. */
export interface Option {
  /** Lower-case letters, digits, `-` and `_`; no dot where marks are named `<item>.<grade>`. */
  readonly id: string
  readonly label: string
}

/** What a voter wants, in the words of the ballot's type. */
export type Selection =
  /** Ids of the chosen choices: single choice, approval, questions. */
  | { readonly chosen: readonly string[] }
  /** 0 to g-1 by item; an item left out has 0. */
  | { readonly grades: Readonly<Record<string, number>> }
  /** All items, best first: Borda, pairwise. */
  | { readonly order: readonly string[] }

/** Why a selection has no marks. */
export type SelectionErrorCode =
  | "selection-mismatch" // said in the words of another type
  | "choice-unknown"
  | "choice-repeated"
  | "grade-out-of-range"
  | "order-incomplete"
  | "rule-broken"

/** A selection that the ballot does not allow. */
export class SelectionError extends SottoError<SelectionErrorCode> {
  /** The label of the broken rule, for the voter's eyes; null when no rule is broken. */
  readonly rule: string | null

  /** @param rule - label of the definition's rule: it says what the voter tried, so it is not in the message */
  constructor(code: SelectionErrorCode, message: string, rule: string | null = null) {
    super(code, message)
    this.rule = rule
  }
}

/** Why no ballot can be made of a description. */
export class BallotTypeError extends SottoError<"definition-invalid" | "ballot-type-unknown"> {}

/** The totals of an election by position of `choices`, and how many ballots they are of. */
export interface Totals {
  readonly counts: readonly number[]
  readonly counted: number
}

/**
 * The marks of a circuit's ballot: one a bit.
 * @param positions - of `choices`
 * @throws SelectionError `rule-broken` with the label of the first rule
 */
export function marksAt(terms: PlacedTerms, positions: readonly number[]): readonly boolean[] {
  const marked = new Set(positions)
  if (marked.size !== positions.length) throw new SelectionError("choice-repeated", "a choice is named twice")
  const broken = brokenRule(terms, marked)
  if (broken !== null) throw new SelectionError("rule-broken", "the marks break a rule", broken.label)
  const bits = new Set(positions.map((position) => bitOf(terms, position)))
  return Array.from({ length: BALLOT_CIRCUITS[terms.circuit.id].choices }, (_, bit) => bits.has(bit))
}

/** The position of a choice. @throws SelectionError `choice-unknown` */
export function positionOf({ choices }: Pick<BallotTerms, "choices">, id: string): number {
  const position = choices.findIndex((choice) => choice.id === id)
  if (position < 0) throw new SelectionError("choice-unknown", "the ballot has no such choice")
  return position
}

/** True when the rule is over exactly these positions, in these bounds. */
export function isRuleOver(
  rule: ElectionRule,
  plus: readonly number[],
  minus: readonly number[],
  [min, max]: readonly [number, number],
): boolean {
  const isSame = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((position, i) => position === b[i])
  return isSame(rule.plus, plus) && isSame(rule.minus, minus) && rule.min === min && rule.max === max
}

/** Two halves of an id such as `<item>.<grade>`, or null: exactly one dot, neither half empty. */
export function splitId(id: string): readonly [string, string] | null {
  const [first = "", second = "", ...rest] = id.split(".")
  return rest.length === 0 && isItemId(first) && isItemId(second) ? [first, second] : null
}

/** Items of ids such as `<item>.<grade>`, in the order of the ballot. */
export const itemsOf = ({ choices }: Pick<BallotTerms, "choices">): readonly string[] => [
  ...new Set(choices.flatMap(({ id }) => splitId(id)?.[0] ?? [])),
]

const isItemId = (id: string): boolean => /^[a-z0-9][a-z0-9_-]*$/.test(id)

/** @throws BallotTypeError for an item whose id would make ids of marks ambiguous */
export function assertItems(items: readonly Option[]): void {
  const bad = items.find(({ id }) => !isItemId(id))
  if (bad !== undefined) throw new BallotTypeError("definition-invalid", `${bad.id} is no id of an item`)
}

/** A rule of these positions in ascending order. */
export function rule(
  label: string,
  plus: readonly number[],
  [min, max]: readonly [number, number],
  minus: readonly number[] = [],
): ElectionRule {
  const ascending = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b)
  return { plus: ascending(plus), minus: ascending(minus), min, max, label }
}
