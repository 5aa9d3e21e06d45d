// Grades: g - 1 bits an item, of which a ballot marks at most one; no mark is grade 0.
import type { ElectionRule } from "../wire/election-definition.ts"
import {
  assertItems,
  isRuleOver,
  itemsOf,
  marksAt,
  positionOf,
  rule,
  SelectionError,
  splitId,
} from "./ballot-family.ts"
import type { Option, Selection, Totals } from "./ballot-family.ts"
import { compareMajority, medianGrade } from "./majority-judgment.ts"
import type { BallotTerms, PlacedTerms } from "./rules.ts"

/** Items that each get one of g grades. */
export interface GradesDescription {
  readonly type: "grades"
  readonly items: readonly Option[]
  /** Labels of grade 0, 1, .. g-1, worst first; an item that a ballot does not grade has grade 0. */
  readonly grades: readonly string[]
}

/** What one item was given. */
interface GradedItem {
  readonly id: string
  /** Ballots by grade, 0 first. */
  readonly histogram: readonly number[]
  /** Sum of all grades: the score. */
  readonly sum: number
  /** Sum over ballots; 0 when there are none. */
  readonly mean: number
  /** The lower median, which majority judgment calls the majority grade. */
  readonly median: number
}
/** The result of grades. */
export interface GradeResult {
  readonly kind: "grades"
  /** In the order of the definition. */
  readonly items: readonly GradedItem[]
  /** Ids by majority judgment, best first; items of equal histograms share a place. */
  readonly byMajority: readonly (readonly string[])[]
  /** Ids by sum, best first; equal sums share a place. */
  readonly bySum: readonly (readonly string[])[]
}

/** The terms of a graded ballot. */
export function composeGrades({ type, items, grades }: GradesDescription): BallotTerms {
  assertItems(items)
  const bits = grades.length - 1
  const choices = items.flatMap(({ id, label }) =>
    grades.slice(1).map((grade, i) => ({ id: `${id}.${i + 1}`, label: `${label}: ${grade}` })),
  )
  const rules = items.map(({ label }, item): ElectionRule => {
    const positions = Array.from({ length: bits }, (_, i) => item * bits + i)
    return rule(label, positions, [0, 1])
  })
  return { ballotType: type, choices, rules }
}

/** The member that makes these no grades, or null. */
export function checkGrades({ choices, rules }: BallotTerms): string | null {
  const items = new Map<string, number[]>()
  for (const [position, { id }] of choices.entries()) {
    const [item, grade] = splitId(id) ?? []
    if (item === undefined || grade === undefined || !/^[1-9][0-9]?$/.test(grade))
      return `choices.${position}.id`
    items.set(item, [...(items.get(item) ?? []), Number(grade)])
  }
  const [most = 0] = [...items.values()].map((grades) => grades.length)
  // Ids are distinct, so `most` grades of which none is above `most` are 1..most.
  const isWhole = (grades: readonly number[]): boolean =>
    grades.length === most && grades.every((grade) => grade <= most)
  if (![...items.values()].every(isWhole)) return "choices"
  const positionsOf = (item: string): readonly number[] =>
    [...choices.keys()].filter((position) => splitId(choices[position]?.id ?? "")?.[0] === item)
  const hasRule = (item: string): boolean =>
    rules.some((one) => isRuleOver(one, positionsOf(item), [], [0, 1]))
  return rules.length === items.size && [...items.keys()].every(hasRule) ? null : "rules"
}

/** The marks of grades by item. @throws SelectionError */
export function markGrades(terms: PlacedTerms, selection: Selection): readonly boolean[] {
  if (!("grades" in selection)) throw new SelectionError("selection-mismatch", "expected grades by item")
  const { items, highest } = readItems(terms)
  const positions = Object.entries(selection.grades).flatMap(([item, grade]) => {
    if (!items.includes(item)) throw new SelectionError("choice-unknown", "the ballot has no such item")
    if (!Number.isInteger(grade) || grade < 0 || grade > highest)
      throw new SelectionError("grade-out-of-range", `expected a grade of 0 to ${highest}`)
    return grade === 0 ? [] : [positionOf(terms, `${item}.${grade}`)]
  })
  return marksAt(terms, positions)
}

/** Histograms, means and medians of the items, and the two orders that follow. */
export function describeGrades(terms: BallotTerms, { counts, counted }: Totals): GradeResult {
  const { items, highest } = readItems(terms)
  const graded = items.map((id): GradedItem => {
    const given = Array.from({ length: highest }, (_, i) => counts[positionOf(terms, `${id}.${i + 1}`)] ?? 0)
    const histogram = [counted - given.reduce((sum, count) => sum + count, 0), ...given]
    const sum = histogram.reduce((all, count, grade) => all + count * grade, 0)
    const mean = counted === 0 ? 0 : sum / counted
    return { id, histogram, sum, mean, median: medianGrade(histogram) }
  })
  return {
    kind: "grades",
    items: graded,
    byMajority: placesOf(graded, (a, b) => compareMajority(a.histogram, b.histogram)),
    bySum: placesOf(graded, (a, b) => a.sum - b.sum),
  }
}

function readItems(terms: Pick<BallotTerms, "choices">) {
  const items = itemsOf(terms)
  return { items, highest: terms.choices.length / items.length }
}

function placesOf(items: readonly GradedItem[], compare: (a: GradedItem, b: GradedItem) => number) {
  const places: GradedItem[][] = []
  for (const item of [...items].sort((a, b) => compare(b, a))) {
    const last = places.at(-1)
    if (last?.[0] !== undefined && compare(last[0], item) === 0) last.push(item)
    else places.push([item])
  }
  return places.map((place) => place.map(({ id }) => id))
}
