// Whether what a statement says of one attribute leaves it a single value: then there is nothing left to keep from a verifier.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { OPEN_END, ORDERED_ZERO } from "./attribute.ts"
import { readDecimal } from "./decimal.ts"
import { attributeIndex, isOrdered } from "./schema.ts"
import { OP, operandsOf } from "./slot.ts"
import type { Clause, Slot } from "./slot.ts"
import type { StatementInput } from "./statement-conditions.ts"

/** Largest field value of a code: 248 bits, as `hashToField` gives them. */
const LARGEST_CODE = (1n << 248n) - 1n

/**
 * True when all clauses about this attribute alone leave at most one value, absence counted as one. Clauses that also speak
 * of another attribute, differences among them, are taken to exclude nothing.
 */
export function isPinned(
  clauses: readonly Clause[],
  definition: AttributeDefinition,
  { schema, valueSets }: Pick<StatementInput, "schema" | "valueSets">,
): boolean {
  const terms = clauses
    .filter((clause) => isOnlyAbout(clause, definition, schema))
    .map((clause) => clause.map((slot) => termOf(slot, valueSets)))
  const { lo, hi } = domainOf(definition)
  // Where truth changes from one integer to the next, one of the two is an edge: every run of values that are left begins and
  // ends at an edge or its neighbour, so if two values are left, two of these are.
  const near = terms.flat().flatMap(({ edges }) => edges.flatMap((edge) => [edge - 1n, edge, edge + 1n]))
  const left = [...new Set([lo, hi, ...near])]
    .filter((value) => lo <= value && value <= hi)
    .concat(0n) // absent
    .filter((value) => terms.every((clause) => clause.some(({ allows }) => allows(value))))
  return left.length <= 1
}

/** True when every literal of the clause is about this attribute and no other. */
export function isOnlyAbout(clause: Clause, definition: AttributeDefinition, schema: Schema): boolean {
  // The two ends of a partial date count as one value: if any uncertain date is left, so are its first and its last day.
  const positions = [...attributeIndex(schema).values()]
    .filter((place) => place.definition === definition)
    .map(({ position }) => position)
  return clause.every((slot) => {
    const operands = operandsOf(slot)
    return operands.length === 1 && operands.every((field) => positions.includes(field))
  })
}

interface Term {
  readonly edges: readonly bigint[]
  readonly allows: (value: bigint) => boolean
}

function termOf({ op, not, lo, hi, list, valueSetId }: Slot, valueSets: StatementInput["valueSets"]): Term {
  if (op === OP.present) return { edges: [], allows: (value) => (value !== 0n) !== not }
  const members = valueSetId === null ? list : (valueSets(valueSetId)?.members ?? [])
  const term = op === OP.between ? interval(lo, hi) : points(op === OP.equal ? [lo] : members)
  return { edges: term.edges, allows: (value) => value !== 0n && term.allows(value) !== not }
}

function interval(lo: bigint, hi: bigint): Term {
  return { edges: [lo, hi], allows: (value) => lo <= value && value <= hi }
}

function points(values: readonly bigint[]): Term {
  const set = new Set(values)
  return { edges: values, allows: (value) => set.has(value) }
}

// Bounds of the schema are known to everybody, so a condition that leaves only one of them says it.
function domainOf(definition: AttributeDefinition): { readonly lo: bigint; readonly hi: bigint } {
  const { min, max, scale = 0, name } = definition
  if (!isOrdered(definition)) return { lo: 1n, hi: LARGEST_CODE }
  return {
    lo: min === undefined ? 1n : ORDERED_ZERO + readDecimal(String(min), scale, name),
    hi: max === undefined ? OPEN_END : ORDERED_ZERO + readDecimal(String(max), scale, name),
  }
}
