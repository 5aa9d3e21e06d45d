// Bounds on one field: a value of the clock at hand, and the text under which a statement names it at any clock.
import { formatDay, formatInstant, SECONDS_PER_DAY } from "../../protocol/credential/calendar.ts"
import { resolveInstant } from "../../protocol/credential/statement-times.ts"
import type { Condition } from "../../protocol/wire/statement.ts"
import { known } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { comparedName, failing, falseIfAbsent, pairOf } from "./conditions.ts"
import type { Assume } from "./conditions.ts"
import type { EventField } from "./event-field.ts"
import { allOf, anyOf, NEVER } from "./formula.ts"
import type { Formula, Leaf } from "./formula.ts"

/** An inclusive bound in the field's unit: a count, days or seconds since 1970. */
export interface Bound {
  readonly value: number
  /** As a statement writes it; relative texts begin with `now`. */
  readonly text: string | number
}

/** A leaf that is one interval on one field. */
interface Interval extends Leaf {
  readonly range: {
    readonly field: EventField
    readonly lo: Bound | null
    readonly hi: Bound | null
  }
}

// Dates of four digits: what the calendar of statements reads and writes.
const FIRST_DAY = -719_162 // 0001-01-01
const LAST_DAY = 2_932_896 // 9999-12-31

/** The smallest and the largest value a field can have. */
export function domainOf({ definition }: EventField): readonly [number, number] {
  const { type, min, max } = definition
  if (type === "int") return [Number(min), Number(max)]
  if (type === "instant") return [FIRST_DAY * SECONDS_PER_DAY, (LAST_DAY + 1) * SECONDS_PER_DAY - 1]
  return [FIRST_DAY, LAST_DAY]
}

/** A bound that is the same at every clock. */
export function fixedBound({ definition: { type } }: EventField, value: number): Bound {
  if (type === "int") return { value, text: value }
  return { value, text: type === "instant" ? formatInstant(value) : formatDay(value) }
}

/** `field <= hi`, its opposite `field >= lo`, where `lo` is the next value at every clock. */
export function isAtMost(field: EventField, hi: Bound, lo: Bound, assume: Assume): Bool {
  const [least, most] = domainOf(field)
  if (hi.value < least || lo.value > most) return inDomain(field, lo.value > most, assume)
  const [below, above] = [leafOf(field, null, hi), leafOf(field, lo, null)]
  const yes = { ...below, opposite: above.key }
  const no = { ...above, opposite: below.key }
  return failing([field], yes, no, assume)
}

/** The field has exactly this value. */
export function isExactly(field: EventField, value: number, assume: Assume): Bool {
  const [least, most] = domainOf(field)
  if (value < least || value > most) return known(false)
  const { text } = fixedBound(field, value)
  const name = comparedName(field)
  const condition: Condition = { field: name, eq: text }
  const key = `${name} in ${text}`
  const [yes, no] = pairOf([field], [condition, key], [{ not: condition }, `!${key}`])
  return falseIfAbsent(field, yes, no, assume)
}

/** Every value between two inclusive ends; null is no end. */
export type Span = readonly [lo: number | null, hi: number | null]

/** The field lies in one of the spans. @param spans - ascending, apart from each other */
export function isInOneOf(field: EventField, spans: readonly Span[], assume: Assume): Bool {
  const of = ([lo, hi]: Span): Formula => insideDomain(field, lo, hi)
  return failing([field], anyOf(...spans.map(of)), anyOf(...gapsOf(spans).map(of)), assume)
}

function gapsOf(spans: readonly Span[]): readonly Span[] {
  const gaps: Span[] = []
  let from: number | null = null
  for (const [lo, hi] of spans) {
    if (lo !== null) gaps.push([from, lo - 1])
    if (hi === null) return gaps
    from = hi + 1
  }
  return [...gaps, [from, null]]
}

/** Two one-sided bounds on one field as one interval, which is one slot however it is negated; null for anything else. */
export function asInterval(a: Bool, b: Bool): Bool | null {
  const [lower, upper] = isInterval(a.yes) && a.yes.range.hi === null ? [a.yes, b.yes] : [b.yes, a.yes]
  if (!isInterval(lower) || !isInterval(upper)) return null
  const { lo } = lower.range
  const { hi, field } = upper.range
  if (lo === null || hi === null || lower.range.hi !== null || upper.range.lo !== null) return null
  if (lower.range.field.member !== field.member || lo.value > hi.value) return null
  if (!crossesNever(field, lo, hi)) return null
  const both = leafOf(field, lo, hi)
  const no: Leaf = { ...both, where: { not: both.where }, key: both.opposite, opposite: both.key }
  return { yes: both, no, defined: allOf(a.defined, b.defined) }
}

/** Whether two bounds cross must not depend on the clock: at another one an empty interval is no statement at all. */
function crossesNever({ definition }: EventField, lo: Bound, hi: Bound): boolean {
  if (isRelative(lo) !== isRelative(hi)) return false
  const [from, to] = [offsetOf(lo), offsetOf(hi)]
  if (from === null || to === null) return true // both fixed, and in order
  // On a day field the lower instant is raised to a midnight and the upper one floored to one: a day has to fit between.
  return to - from >= (definition.type === "instant" ? 0 : SECONDS_PER_DAY - 1)
}

/** Seconds from the clock to a relative bound; null for a fixed one. */
const offsetOf = ({ text }: Bound): number | null =>
  typeof text === "string" ? resolveInstant(text, { asOfUnixSeconds: 0, zone: "Z" }) : null

const isRelative = ({ text }: Bound): boolean => typeof text === "string" && text.startsWith("now")

const isInterval = (formula: Formula): formula is Interval => formula.kind === "leaf" && "range" in formula

function inDomain(field: EventField, value: boolean, assume: Assume): Bool {
  const { yes, no } = known(value)
  return failing([field], yes, no, assume)
}

function insideDomain(field: EventField, lo: number | null, hi: number | null): Formula {
  const [least, most] = domainOf(field)
  const from = lo === null || lo <= least ? null : lo
  const to = hi === null || hi >= most ? null : hi
  if ((from ?? least) > (to ?? most)) return NEVER
  return leafOf(
    field,
    from === null && to !== null ? null : fixedBound(field, from ?? least),
    to === null ? null : fixedBound(field, to),
  )
}

function leafOf(field: EventField, lo: Bound | null, hi: Bound | null): Interval {
  const name = comparedName(field)
  const key = `${name} ${lo?.text ?? ""}..${hi?.text ?? ""}`
  const condition: Condition =
    lo === null
      ? { field: name, atMost: hi?.text ?? "" }
      : hi === null
        ? { field: name, atLeast: lo.text }
        : { field: name, between: [lo.text, hi.text] }
  const [leaf] = pairOf([field], [condition, key], [{ not: condition }, `!${key}`])
  return { ...leaf, range: { field, lo, hi } }
}
