// Borda: a permutation matrix, one mark per item and rank; sums of ranks, and nobody's order.
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
import type { BallotTerms, PlacedTerms } from "./rules.ts"

/** Items that every ballot ranks completely. */
export interface BordaDescription {
  readonly type: "borda"
  readonly items: readonly Option[]
}

/** What one item got. */
interface RankedItem {
  readonly id: string
  /** Ballots by rank, the first first. */
  readonly ranks: readonly number[]
  /** m - 1 for a first place, down to 0 for a last one. */
  readonly points: number
}
/** The result of rankings. */
export interface BordaResult {
  readonly kind: "borda"
  /** In the order of the definition. */
  readonly items: readonly RankedItem[]
  /** Ids with the most points: several on a tie. */
  readonly leading: readonly string[]
}

/** The terms of a ranked ballot. */
export function composeBorda({ type, items }: BordaDescription): BallotTerms {
  assertItems(items)
  const m = items.length
  const places = Array.from({ length: m }, (_, i) => i)
  return {
    ballotType: type,
    choices: items.flatMap(({ id, label }) =>
      places.map((rank) => ({ id: `${id}.${rank + 1}`, label: `${label}: ${rank + 1}` })),
    ),
    rules: [
      ...items.map(({ label }, row) =>
        rule(
          label,
          places.map((rank) => row * m + rank),
          [1, 1],
        ),
      ),
      ...places.map((rank) =>
        rule(
          `${rank + 1}`,
          places.map((row) => row * m + rank),
          [1, 1],
        ),
      ),
    ],
  }
}

/** The member that makes this no ranking, or null: all m*m marks, one rule a row and one a column, [1, 1]. */
export function checkBorda({ choices, rules }: BallotTerms): string | null {
  const rows = new Map<string, number[]>()
  const columns = new Map<string, number[]>()
  for (const [position, { id }] of choices.entries()) {
    const [item, rank] = splitId(id) ?? []
    if (item === undefined || rank === undefined || !/^[1-9]$/.test(rank)) return `choices.${position}.id`
    rows.set(item, [...(rows.get(item) ?? []), position])
    columns.set(rank, [...(columns.get(rank) ?? []), position])
  }
  const m = rows.size
  const isSquare = choices.length === m * m && [...columns.keys()].every((rank) => Number(rank) <= m)
  if (!isSquare) return "choices" // ids are distinct, so m*m of them with ranks up to m are all of them
  const lines = [...rows.values(), ...columns.values()]
  const isRuled = lines.every((line) => rules.some((one) => isRuleOver(one, line, [], [1, 1])))
  return rules.length === lines.length && isRuled ? null : "rules"
}

/** The marks of an order of all items. @throws SelectionError */
export function markBorda(terms: PlacedTerms, selection: Selection): readonly boolean[] {
  if (!("order" in selection))
    throw new SelectionError("selection-mismatch", "expected an order of the items")
  const { order } = selection
  assertOrder(order, itemsOf(terms))
  return marksAt(
    terms,
    order.map((item, rank) => positionOf(terms, `${item}.${rank + 1}`)),
  )
}

/** Ballots by rank, and points. */
export function describeBorda(terms: BallotTerms, { counts }: Totals): BordaResult {
  const ids = itemsOf(terms)
  const items = ids.map((id): RankedItem => {
    const ranks = ids.map((_, rank) => counts[positionOf(terms, `${id}.${rank + 1}`)] ?? 0)
    return { id, ranks, points: ranks.reduce((sum, count, rank) => sum + count * (ids.length - 1 - rank), 0) }
  })
  const most = Math.max(...items.map(({ points }) => points))
  return {
    kind: "borda",
    items,
    leading: items.filter(({ points }) => points === most && points > 0).map(({ id }) => id),
  }
}

/** Checks that every item is named once. @throws SelectionError `choice-unknown`, `choice-repeated`, `order-incomplete` */
export function assertOrder(order: readonly string[], items: readonly string[]): void {
  if (!order.every((item) => items.includes(item)))
    throw new SelectionError("choice-unknown", "the ballot has no such item")
  if (new Set(order).size !== order.length)
    throw new SelectionError("choice-repeated", "an item is named twice")
  if (order.length !== items.length)
    throw new SelectionError("order-incomplete", `expected an order of ${items.length} items`)
}
