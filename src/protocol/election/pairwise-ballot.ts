// Pairwise comparison (Condorcet): one bit a pair, and a rule a triple that leaves orders only; nobody's order is opened.
import { assertOrder } from "./borda-ballot.ts"
import {
  assertItems,
  isRuleOver,
  marksAt,
  positionOf,
  rule,
  SelectionError,
  splitId,
} from "./ballot-family.ts"
import type { Option, Selection, Totals } from "./ballot-family.ts"
import type { BallotTerms, PlacedTerms } from "./rules.ts"

/** Items that every ballot orders completely. */
export interface PairwiseDescription {
  readonly type: "pairwise"
  readonly items: readonly Option[]
}

/** The result of comparisons. */
export interface PairwiseResult {
  readonly kind: "pairwise"
  readonly items: readonly string[]
  /** matrix[i][j]: ballots that put item i before item j; 0 on the diagonal. */
  readonly matrix: readonly (readonly number[])[]
  /** The item that beats every other, or null. */
  readonly winner: string | null
  /** The smallest set whose members beat everybody outside (Smith 1973): the winner alone, or a cycle with its ties. */
  readonly smithSet: readonly string[]
}

/** The terms of a ballot of comparisons. */
export function composePairwise({ type, items }: PairwiseDescription): BallotTerms {
  assertItems(items)
  const pairs = pairsOf(items)
  const choices = pairs.map(([a, b]) => ({ id: `${a.id}.${b.id}`, label: `${a.label} > ${b.label}` }))
  const positionOfPair = (a: Option, b: Option): number => pairs.findIndex(([x, y]) => x === a && y === b)
  const rules = triplesOf(items).map(([a, b, c]) =>
    rule(
      `${a.label}, ${b.label}, ${c.label}`,
      [positionOfPair(a, b), positionOfPair(b, c)],
      [0, 1],
      [positionOfPair(a, c)],
    ),
  )
  return { ballotType: type, choices, rules }
}

/** The member that makes these no comparisons, or null: a choice for each pair of items, a rule for each triple. */
export function checkPairwise({ choices, rules }: BallotTerms): string | null {
  const bad = choices.findIndex(({ id }) => splitId(id) === null)
  if (bad >= 0) return `choices.${bad}.id`
  const items = itemsOf({ choices })
  const pairs = pairsOf(items)
  const at = (a: string, b: string): number => choices.findIndex(({ id }) => id === `${a}.${b}`)
  if (choices.length !== pairs.length || !pairs.every(([a, b]) => at(a, b) >= 0)) return "choices"
  const triples = triplesOf(items)
  const isRuled = triples.every(([a, b, c]) => {
    const plus = [at(a, b), at(b, c)].sort((x, y) => x - y)
    return rules.some((one) => isRuleOver(one, plus, [at(a, c)], [0, 1]))
  })
  return rules.length === triples.length && isRuled ? null : "rules"
}

/** The marks of an order of all items. @throws SelectionError */
export function markPairwise(terms: PlacedTerms, selection: Selection): readonly boolean[] {
  if (!("order" in selection))
    throw new SelectionError("selection-mismatch", "expected an order of the items")
  const { order } = selection
  const items = itemsOf(terms)
  assertOrder(order, items)
  const before = pairsOf(items).filter(([a, b]) => order.indexOf(a) < order.indexOf(b))
  return marksAt(
    terms,
    before.map(([a, b]) => positionOf(terms, `${a}.${b}`)),
  )
}

/** The matrix of comparisons, and who wins by it. There is no blank: who is not before is behind. */
export function describePairwise(terms: BallotTerms, { counts, counted }: Totals): PairwiseResult {
  const items = itemsOf(terms)
  const before = (i: number, j: number): number => {
    const [a = "", b = ""] = [items[i], items[j]]
    if (i === j) return 0
    return i < j
      ? (counts[positionOf(terms, `${a}.${b}`)] ?? 0)
      : counted - (counts[positionOf(terms, `${b}.${a}`)] ?? 0)
  }
  const matrix = items.map((_, i) => items.map((__, j) => before(i, j)))
  const beats = (i: number, j: number): boolean => before(i, j) > before(j, i)
  const winner = items.find((_, i) => items.every((__, j) => i === j || beats(i, j))) ?? null
  return { kind: "pairwise", items, matrix, winner, smithSet: smithSet(items, beats) }
}

/** All non-empty sets, smallest first, at most 63; those that win outwards are nested, so the first is the smallest. */
function smithSet(items: readonly string[], beats: (i: number, j: number) => boolean): readonly string[] {
  const all = [...items.keys()]
  const sets = Array.from({ length: 2 ** items.length - 1 }, (_, k) =>
    all.filter((i) => ((k + 1) >> i) & 1),
  ).sort((a, b) => a.length - b.length)
  const winners = sets.find((set) => set.every((i) => all.every((j) => set.includes(j) || beats(i, j))))
  return items.filter((_, i) => winners?.includes(i))
}

/** Items in the order in which ids first name them. */
const itemsOf = ({ choices }: Pick<BallotTerms, "choices">): readonly string[] => [
  ...new Set(choices.flatMap(({ id }) => splitId(id) ?? [])),
]

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const))
}

function triplesOf<T>(items: readonly T[]): readonly (readonly [T, T, T])[] {
  return items.flatMap((a, i) => pairsOf(items.slice(i + 1)).map(([b, c]) => [a, b, c] as const))
}
