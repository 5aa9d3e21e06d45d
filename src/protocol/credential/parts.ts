// Packing clauses into parts, one proof each: steps 5 and 6 of compiling.
import { MAX_PARTS } from "../wire/presentation.ts"
import { StatementError } from "./credential-error.ts"
import { CLAUSES, compareSlots, OP, SLOTS } from "./slot.ts"
import type { Clause, Slot } from "./slot.ts"

/** What one proof shows; its parts together are the statement. */
export interface CompiledPart {
  /** One to six distinct literals in canonical order; the circuit's other slots are off. */
  readonly slots: readonly Slot[]
  /** Bit 6c + k puts slot k in clause c; ascending, spare clauses repeat the first. 36 bits: BigInt only. */
  readonly clauses: bigint
  /** The value set behind `setRoot`; null is the set of the single value 0. */
  readonly valueSetId: string | null
}

/**
 * Packs clauses, in their order, first-fit: a part holds six slots, six clauses and one value set.
 * @param clauses - canonical, not empty
 * @throws StatementError `statement-too-wide`
 */
export function packParts(clauses: readonly Clause[]): readonly CompiledPart[] {
  const bins: Clause[][] = []
  for (const clause of clauses) {
    if (!fits([clause])) throw tooWide(`a clause of ${clause.length} literals`)
    const bin = bins.find((placed) => fits([...placed, clause]))
    if (bin === undefined) bins.push([clause])
    else bin.push(clause)
  }
  if (bins.length > MAX_PARTS) throw tooWide(`${bins.length} parts`)
  return bins.map(encodePart)
}

function fits(clauses: readonly Clause[]): boolean {
  if (clauses.length > CLAUSES || distinctSlots(clauses).length > SLOTS) return false
  const sets = clauses.map(setLiterals).filter((literals) => literals.length > 0)
  if (new Set(sets.flat().map(({ valueSetId }) => valueSetId)).size > 1) return false
  // One proof shows one member of the set. Clauses that ask for members in different fields could need two at once,
  // which the statement allows and one proof cannot show; with the same literals, the member of one serves all.
  return sets.every((literals) => isSameList(literals, sets[0] ?? []))
}

function setLiterals(clause: Clause): readonly Slot[] {
  return clause.filter(({ op }) => op === OP.inSet)
}

function isSameList(a: readonly Slot[], b: readonly Slot[]): boolean {
  return a.length === b.length && a.every((slot, i) => compareSlots(slot, b[i] ?? slot) === 0)
}

function distinctSlots(clauses: readonly Clause[]): readonly Slot[] {
  const sorted = clauses.flat().sort(compareSlots)
  return sorted.filter((slot, i) => i === 0 || compareSlots(slot, sorted[i - 1] ?? slot) !== 0)
}

function encodePart(clauses: readonly Clause[]): CompiledPart {
  const slots = distinctSlots(clauses)
  const masks = clauses
    .map((clause) => clause.reduce((mask, literal) => mask | (1n << BigInt(indexIn(slots, literal))), 0n))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const first = masks[0] ?? 0n
  const placed = Array.from({ length: CLAUSES }, (_, c) => (masks[c] ?? first) << BigInt(SLOTS * c))
  return {
    slots,
    clauses: placed.reduce((all, mask) => all | mask, 0n),
    valueSetId: slots.find(({ valueSetId }) => valueSetId !== null)?.valueSetId ?? null,
  }
}

function indexIn(slots: readonly Slot[], literal: Slot): number {
  return slots.findIndex((slot) => compareSlots(slot, literal) === 0)
}

function tooWide(detail: string): StatementError {
  return new StatementError("statement-too-wide", `statement-too-wide: ${detail}`)
}
