// One literal of a compiled statement in English.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { ORDERED_ZERO } from "./attribute.ts"
import type { CodeWords } from "./code-words.ts"
import type { Labels } from "./labels.ts"
import { attributeIndex } from "./schema.ts"
import { LARGEST_BOUND, OP } from "./slot.ts"
import type { Slot } from "./slot.ts"
import {
  placesOf,
  quoteText,
  sayCount,
  sayDay,
  sayDayDistance,
  sayInstant,
  sayInstantDistance,
  sayList,
  sayNumber,
} from "./value-words.ts"

/** Who speaks: the words at hand and the moment of the request. */
export interface Speaker {
  readonly schema: Schema
  readonly labels: Labels
  readonly codes: CodeWords
  /** The noun of an attribute, without article. */
  readonly nounOf: (definition: AttributeDefinition) => string
  /** The request's day in its zone, days since 1970-01-01. */
  readonly today: number
  readonly nowUnixSeconds: number
}

/** Bias of a difference in the circuit. */
const DIFFERENCE_ZERO = 1n << 63n

/** A literal as a clause of a sentence, such as `the disease is COVID-19`. */
export function describeSlot(slot: Slot, speaker: Speaker): string {
  const { name, definition } = placeAt(speaker, slot.field)
  // An absent value proves nothing, negated or not: of an attribute that may be absent, a negation also says it is there.
  const is = slot.not ? (definition.optional === true ? "is stated and is not" : "is not") : "is"
  switch (slot.op) {
    case OP.equal:
      return `${name} ${is} ${sayValues(slot, definition, speaker)}${sayWhen(slot, definition, speaker)}`
    case OP.between:
      return `${name} ${is} ${sayRange(slot, definition, speaker)}`
    case OP.in:
      return `${name} ${is} ${sayValues(slot, definition, speaker)}`
    case OP.inSet:
      return `${name} is one of the codes of the value set ${slot.valueSetId ?? ""}`
    case OP.same:
      return `${name} ${is} the same as ${placeAt(speaker, slot.field2).name}`
    case OP.present:
      return `${name} is ${slot.not ? "not " : ""}stated`
    case OP.difference:
      return `${name} ${is} ${sayDifference(slot, definition, speaker)}`
    case OP.off:
      return "nothing"
  }
}

function sayRange(slot: Slot, definition: AttributeDefinition, speaker: Speaker): string {
  const { lo, hi } = boundsOf(slot)
  const places = placesFor(slot, definition)
  const [unit, when] = [sayUnit(definition, speaker), sayWhen(slot, definition, speaker)]
  const say = (value: bigint): string => sayOrdered(value, definition, places)
  const [least, most] = ORDER_WORDS[kindOf(definition)]
  if (lo === null) return `${most} ${say(hi ?? 0n)}${unit}${when}${definition.openStart === true ? NONE : ""}`
  if (hi === null) return `${least} ${say(lo)}${unit}${when}${definition.openEnd === true ? NONE : ""}`
  return `between ${say(lo)} and ${say(hi)}${unit}${when}`
}

/** A missing end of a period is after every day, a missing start before: it satisfies the same bound. */
const NONE = ", or there is none"

const ORDER_WORDS = {
  day: ["on or after", "on or before"],
  instant: ["at or after", "at or before"],
  number: ["at least", "at most"],
} as const

function kindOf({ type }: AttributeDefinition): keyof typeof ORDER_WORDS {
  if (type === "instant") return "instant"
  return type === "date" || type === "partialDate" ? "day" : "number"
}

function boundsOf({ op, lo, hi }: Slot): { readonly lo: bigint | null; readonly hi: bigint | null } {
  if (op === OP.equal) return { lo, hi: lo }
  return { lo: lo === 0n ? null : lo, hi: hi === LARGEST_BOUND ? null : hi }
}

// All values of one literal with as many decimals; money with its cents.
function placesFor(slot: Slot, { scale = 0, unit = "" }: AttributeDefinition): number {
  const { lo, hi } = boundsOf(slot)
  const cents = unit.startsWith("urn:iso:std:iso:4217|") ? Math.min(2, scale) : 0
  const values = slot.op === OP.in ? slot.list : [lo, hi].filter((value) => value !== null)
  return Math.max(cents, ...values.map((value) => placesOf(value - ORDERED_ZERO, scale)))
}

/** The distance of a bound from the request, in brackets; nothing for what is no time. */
function sayWhen(slot: Slot, definition: AttributeDefinition, { today, nowUnixSeconds }: Speaker): string {
  const kind = kindOf(definition)
  if (kind === "number" || definition.type === "code") return ""
  const { lo, hi } = boundsOf(slot)
  const plain = (value: bigint | null): number | null =>
    value === null ? null : Number(value - ORDERED_ZERO)
  return kind === "day"
    ? ` (${sayDayDistance(plain(lo), plain(hi), today)})`
    : ` (${sayInstantDistance(plain(lo), plain(hi), nowUnixSeconds)})`
}

function sayValues(slot: Slot, definition: AttributeDefinition, speaker: Speaker): string {
  const values = slot.op === OP.equal ? [slot.lo] : [...new Set(slot.list)]
  const oneOf = values.length === 1 ? "" : "one of "
  if (definition.type === "code") return `${oneOf}${speaker.codes.say(values)}`
  const places = placesFor(slot, definition)
  const said = values.map((value) => sayOrdered(value, definition, places))
  return `${oneOf}${sayList(said, "or")}${sayUnit(definition, speaker)}`
}

function sayOrdered(value: bigint, definition: AttributeDefinition, places: number): string {
  const plain = value - ORDERED_ZERO
  const kind = kindOf(definition)
  if (kind === "day") return sayDay(Number(plain))
  return kind === "instant" ? sayInstant(Number(plain)) : sayNumber(plain, definition.scale ?? 0, places)
}

function sayUnit({ unit }: AttributeDefinition, { labels }: Speaker): string {
  if (unit === undefined) return ""
  const known = labels.unit(unit) ?? quoteText(unit)
  return known === "" ? "" : ` ${known}`
}

function sayDifference(slot: Slot, definition: AttributeDefinition, speaker: Speaker): string {
  const other = placeAt(speaker, slot.field2).name
  const { lo, hi } = boundsOf(slot)
  const sides = [
    ...(lo === null ? [] : [sayOffset(lo - DIFFERENCE_ZERO, "least", definition, speaker)]),
    ...(hi === null ? [] : [sayOffset(hi - DIFFERENCE_ZERO, "most", definition, speaker)]),
  ]
  return sides.map((side) => `${side} ${other}`).join(" and ")
}

function sayOffset(
  offset: bigint,
  side: "least" | "most",
  definition: AttributeDefinition,
  speaker: Speaker,
): string {
  const kind = kindOf(definition)
  const size = offset < 0n ? -offset : offset
  if (kind === "number") {
    const amount = `${sayNumber(size, definition.scale ?? 0)}${sayUnit(definition, speaker)}`
    return `at ${side} ${offset === 0n ? "" : `${amount} ${offset < 0n ? "less" : "more"} than`}`.trimEnd()
  }
  const [least, most] = ORDER_WORDS[kind]
  if (offset === 0n) return side === "least" ? least : most
  const span = sayCount(size, kind === "day" ? "day" : "second")
  if (side === "least")
    return offset > 0n ? `at least ${span} after` : `at most ${span} before or any time after`
  return offset < 0n ? `at least ${span} before` : `at most ${span} after or any time before`
}

function placeAt({ schema, nounOf }: Speaker, position: number) {
  for (const [field, place] of attributeIndex(schema)) {
    if (place.position !== position) continue
    const noun = `the ${nounOf(place.definition)}`
    const [, side] = field.split(".")
    if (side === undefined) return { name: noun, definition: place.definition }
    const day = side === "first" ? "earliest" : "latest"
    return { name: `${noun} (the ${day} day that it can mean)`, definition: place.definition }
  }
  throw new RangeError(`no attribute at position ${position}`)
}
