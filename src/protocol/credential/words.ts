// A compiled statement in English, for the one screen on which a holder consents: what the circuit checks, not what a
// title claims.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { encodeCode, ORDERED_ZERO } from "./attribute.ts"
import { formatDay, formatInstant } from "./calendar.ts"
import { formatDecimal } from "./decimal.ts"
import { attributeIndex } from "./schema.ts"
import { LARGEST_BOUND, OP } from "./slot.ts"
import type { Clause, Slot } from "./slot.ts"
import { compileClauses } from "./slots.ts"
import type { StatementInput } from "./statement-conditions.ts"

/** What a holder reads before agreeing. */
export interface StatementWords {
  /** One sentence a clause; all of them will be proved. */
  readonly sentences: readonly string[]
  /** The codes behind each value set that a sentence names. */
  readonly sets: readonly { readonly id: string; readonly codes: readonly string[] }[]
}

/** The words of a statement. @throws StatementError as `compileStatement` */
export function describeStatement(input: StatementInput): StatementWords {
  const clauses = compileClauses(input)
  const speaker = { schema: input.schema, codes: codesOf(input) }
  const ids = new Set(clauses.flat().flatMap(({ valueSetId }) => valueSetId ?? []))
  return {
    sentences: clauses.map((clause) => `You will prove: ${describeClause(clause, speaker)}.`),
    sets: [...ids].map((id) => ({ id, codes: input.valueSets(id)?.codes ?? [] })),
  }
}

interface Speaker {
  readonly schema: Schema
  readonly codes: ReadonlyMap<bigint, string>
}

function describeClause(clause: Clause, speaker: Speaker): string {
  return clause.map((slot) => describeSlot(slot, speaker)).join(", or ")
}

function describeSlot(slot: Slot, speaker: Speaker): string {
  const { op, not, lo, hi } = slot
  const { name, definition } = placeAt(speaker.schema, slot.field)
  const is = not ? "is not" : "is"
  const say = (value: bigint): string => describeValue(value, definition, speaker)
  switch (op) {
    case OP.equal:
      return `${name} ${is} ${say(lo)}`
    case OP.between:
      return `${name} ${is} ${describeRange(slot, say)}`
    case OP.in:
      return `${name} ${is} one of ${[...new Set(slot.list)].map(say).join(", ")}`
    case OP.inSet:
      return `${name} is in the value set ${slot.valueSetId ?? ""}`
    case OP.same:
      return `${name} ${is} the same as ${placeAt(speaker.schema, slot.field2).name}`
    case OP.present:
      return `${name} ${is} stated`
    case OP.difference:
      return lo === 0n
        ? describeDifference(slot, hi, "most", speaker)
        : describeDifference(slot, lo, "least", speaker)
    case OP.off:
      return "nothing"
  }
}

function describeRange({ lo, hi }: Slot, say: (value: bigint) => string): string {
  if (lo === 0n) return `at most ${say(hi)}`
  if (hi === LARGEST_BOUND) return `at least ${say(lo)}`
  return `between ${say(lo)} and ${say(hi)}`
}

function describeDifference(slot: Slot, bound: bigint, side: "least" | "most", { schema }: Speaker): string {
  const { name, definition } = placeAt(schema, slot.field)
  const other = placeAt(schema, slot.field2).name
  const offset = bound - (1n << 63n)
  const size = formatDecimal(offset < 0n ? -offset : offset, definition.scale ?? 0)
  const amount = `${size} ${definition.type === "int" || definition.type === "decimal" ? (definition.unit ?? "") : unitOf(definition)}`
  const shift = offset === 0n ? "" : ` ${offset < 0n ? "minus" : "plus"} ${amount.trim()}`
  return `${name} is at ${side} ${other}${shift}`
}

const unitOf = ({ type }: AttributeDefinition): string => (type === "instant" ? "seconds" : "days")

function describeValue(value: bigint, definition: AttributeDefinition, { codes }: Speaker): string {
  const { type, scale = 0, unit } = definition
  const plain = value - ORDERED_ZERO
  switch (type) {
    case "code":
      return codes.get(value) ?? "an unknown code"
    case "string":
      return "a text"
    case "date":
    case "partialDate":
      return formatDay(Number(plain))
    case "instant":
      return formatInstant(Number(plain))
    case "int":
    case "decimal":
      return unit === undefined ? formatDecimal(plain, scale) : `${formatDecimal(plain, scale)} ${unit}`
  }
}

function placeAt(schema: Schema, position: number) {
  for (const [field, place] of attributeIndex(schema)) {
    if (place.position === position) return { name: nameOf(field), definition: place.definition }
  }
  throw new RangeError(`no attribute at position ${position}`)
}

function nameOf(field: string): string {
  const [name = field, side] = field.split(".")
  if (side === undefined) return name
  return side === "first" ? `the earliest possible ${name}` : `the latest possible ${name}`
}

// Compiled codes are hashes; their texts stand in the statement, its parameters and its value sets.
function codesOf({ statement, parameters, valueSets }: StatementInput): ReadonlyMap<bigint, string> {
  const texts = [...textsIn(statement.where), ...textsIn(parameters)]
  const inSets = texts.flatMap((text) => valueSets(text)?.codes ?? [])
  return new Map([...texts.filter(isCode), ...inSets].map((text) => [encodeCode(text), text]))
}

const isCode = (text: string): boolean => /^[^|]+\|[^|]+$/.test(text)

function textsIn(part: unknown): readonly string[] {
  if (typeof part === "string") return [part]
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(textsIn) : []
}
