// W7: what a true answer would leave of each attribute, and whether that is enough people. Told for the worst case: for
// each attribute as if every other condition were false.
import { readDecimal } from "../../protocol/credential/decimal.ts"
import { ORDERED_ZERO } from "../../protocol/credential/attribute.ts"
import { attributeIndex, isOrdered } from "../../protocol/credential/schema.ts"
import { LARGEST_BOUND, OP } from "../../protocol/credential/slot.ts"
import type { Clause, Slot } from "../../protocol/credential/slot.ts"
import type { PreparedValueSet } from "../../protocol/credential/value-set.ts"
import type { AttributeDefinition, Schema } from "../../protocol/wire/statement.ts"
import { complement, contains, countOf, intersect, points, range, union } from "./intervals.ts"
import type { IntegerSet, Interval } from "./intervals.ts"

/** Finds a prepared value set by its id; null means that its codes count as unknown. */
export type FindValueSet = (id: string) => PreparedValueSet | null

/** Codes that must be left of an attribute that is not open. */
const MIN_CODES = 3n
/** Largest ordered field value, and the bias of a difference. */
const LARGEST_ORDERED = (1n << 63n) - 1n
const DIFFERENCE_ZERO = 1n << 63n
const LARGEST_CODE = (1n << 248n) - 1n

/** What a literal speaks about: one attribute, or the difference of two. */
interface Subject {
  readonly key: string
  readonly definitions: readonly AttributeDefinition[]
  readonly domain: Interval
}

interface Left {
  readonly subject: Subject
  readonly set: IntegerSet
  readonly isCertain: boolean
}

/** What is left of one attribute, or of a difference of two. */
export interface Remainder {
  /** The attribute's name, or two names joined by a minus sign. */
  readonly subject: string
  readonly set: IntegerSet
  /** True when the value is in the set whatever else holds: no clause that mentions it could be true by another attribute. */
  readonly isCertain: boolean
  /** Whether so little would be left by this set (or a part of it) that it names somebody. */
  readonly isNarrow: (set: IntegerSet) => boolean
}

/**
 * What the clauses leave of every attribute and difference they mention.
 * @param clauses - canonical clauses of one statement
 */
export function computeRemainders(
  clauses: readonly Clause[],
  schema: Schema,
  findValueSet: FindValueSet,
): readonly Remainder[] {
  const left = new Map<string, Left>()
  for (const clause of clauses) {
    const unions = unionsOf(clause, schema, findValueSet)
    for (const [key, { subject, set }] of unions) {
      const before = left.get(key) ?? { subject, set: [subject.domain], isCertain: isOneValue(subject) }
      const isCertain = before.isCertain && unions.size === 1
      left.set(key, { subject, set: intersect(before.set, set), isCertain })
    }
  }
  return [...left.values()].map(({ subject, set, isCertain }) => ({
    subject: subject.key,
    set,
    isCertain,
    isNarrow: (part) => isNarrow(subject, part, findValueSet),
  }))
}

// An incomplete date is two days at once: its first may lie in one set and its last in another.
const isOneValue = ({ definitions }: Subject): boolean =>
  definitions.every(({ type }) => type !== "partialDate")

// The union of a clause's literals for each subject it mentions.
function unionsOf(clause: Clause, schema: Schema, findValueSet: FindValueSet) {
  const unions = new Map<string, { subject: Subject; set: IntegerSet }>()
  for (const slot of clause) {
    const subject = subjectOf(slot, schema)
    const set = intersect(valuesOf(slot, subject, schema, findValueSet), [subject.domain])
    unions.set(subject.key, { subject, set: union([unions.get(subject.key)?.set ?? [], set]) })
  }
  return unions
}

function subjectOf(slot: Slot, schema: Schema): Subject {
  const first = definitionAt(schema, slot.field)
  if (slot.op !== OP.difference && slot.op !== OP.same) {
    return { key: first.name, definitions: [first], domain: domainOf(first) }
  }
  const second = definitionAt(schema, slot.field2)
  const [a, b] = isSwapped(schema, slot) ? [second, first] : [first, second]
  return { key: `${a.name} - ${b.name}`, definitions: [a, b], domain: differenceDomain(a, b) }
}

function valuesOf(slot: Slot, subject: Subject, schema: Schema, findValueSet: FindValueSet): IntegerSet {
  const { domain } = subject
  if (slot.op === OP.present) return slot.not ? [] : [domain] // absence leaves no value at all
  if (slot.op === OP.same && !subject.definitions.every(isOrdered)) return [domain] // equal codes name neither
  const set = plainValues(slot, isSwapped(schema, slot), findValueSet)
  return slot.not ? complement(set, domain) : set
}

function plainValues(slot: Slot, swapped: boolean, findValueSet: FindValueSet): IntegerSet {
  const { op, lo, hi } = slot
  switch (op) {
    case OP.equal:
      return points([lo])
    case OP.between:
      return range(lo, hi)
    case OP.in:
      return points(slot.list)
    case OP.difference: // v - w = -(w - v): the mirrored interval
      return swapped ? range(2n * DIFFERENCE_ZERO - hi, 2n * DIFFERENCE_ZERO - lo) : range(lo, hi)
    case OP.same:
      return points([DIFFERENCE_ZERO])
    case OP.inSet:
      return points(findValueSet(slot.valueSetId ?? "")?.members ?? [])
    case OP.off:
    case OP.present:
      return []
  }
}

function isNarrow({ definitions }: Subject, set: IntegerSet, findValueSet: FindValueSet): boolean {
  const closed = definitions.filter(({ open }) => open !== true)
  if (closed.length === 0) return false
  return closed.some((definition) => {
    if (!isOrdered(definition))
      return definition.type === "code" && countCodes(definition, set, findValueSet) < MIN_CODES
    const width = minWidthOf(definition)
    return width === null || widthOf(definition, set) < width
  })
}

/** Values of the longest list that a statement can hold, a value set. */
const LONGEST_LIST = 4096n

function countCodes(definition: AttributeDefinition, set: IntegerSet, findValueSet: FindValueSet): bigint {
  // Whoever lists identifiers knows whose they are and pads with others; "none of these" leaves nearly everybody.
  if (definition.identifies === true) return countOf(set) > LONGEST_LIST ? countOf(set) : 0n
  if (definition.codes === undefined) return countOf(set)
  const known = findValueSet(definition.codes)?.members ?? []
  return BigInt(known.filter((code) => contains(set, code)).length)
}

// Days and integers are counted; decimals and instants are points of a continuum, of which n span n - 1 steps.
function widthOf({ type }: AttributeDefinition, set: IntegerSet): bigint {
  const count = countOf(set)
  return type === "decimal" || type === "instant" ? count - 1n : count
}

function minWidthOf({ minWidth, scale = 0, name }: AttributeDefinition): bigint | null {
  return minWidth === undefined ? null : readDecimal(String(minWidth), scale, name)
}

function domainOf(definition: AttributeDefinition): Interval {
  const { min, max, scale = 0, name } = definition
  if (!isOrdered(definition)) return { lo: 1n, hi: LARGEST_CODE }
  return {
    lo: min === undefined ? 1n : ORDERED_ZERO + readDecimal(String(min), scale, name),
    hi: max === undefined ? LARGEST_ORDERED : ORDERED_ZERO + readDecimal(String(max), scale, name),
  }
}

function differenceDomain(a: AttributeDefinition, b: AttributeDefinition): Interval {
  if (!isOrdered(a) || !isOrdered(b)) return { lo: 0n, hi: LARGEST_BOUND }
  const [left, right] = [domainOf(a), domainOf(b)]
  return { lo: left.lo - right.hi + DIFFERENCE_ZERO, hi: left.hi - right.lo + DIFFERENCE_ZERO }
}

function isSwapped(schema: Schema, { field, field2 }: Slot): boolean {
  return (
    schema.attributes.indexOf(definitionAt(schema, field)) >
    schema.attributes.indexOf(definitionAt(schema, field2))
  )
}

function definitionAt(schema: Schema, position: number): AttributeDefinition {
  const place = [...attributeIndex(schema).values()].find((candidate) => candidate.position === position)
  if (place === undefined) throw new RangeError(`no attribute at position ${position}`)
  return place.definition
}
