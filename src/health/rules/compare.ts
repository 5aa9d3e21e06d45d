// CertLogic's comparisons: date-times against the clock become bounds, against each other differences of days.
import { SECONDS_PER_DAY } from "../../protocol/credential/calendar.ts"
import { bothOf, FAILED, known, notBool, orBool } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { fixedBound, isAtMost, isInOneOf } from "./bounds.ts"
import type { Bound, Span } from "./bounds.ts"
import { isAtMostOther } from "./conditions.ts"
import type { Assume } from "./conditions.ts"
import type { EventField } from "./event-field.ts"
import { DAY_MS, fixedShift, monthsOf, moveDay, moveMoment } from "./moment.ts"
import type { TimeUnit } from "./moment.ts"
import { RulesError } from "./rules-error.ts"
import type { Moment, Value } from "./value.ts"

/** What comparing reports about itself. */
export interface Comparing {
  readonly assume: Assume
  /** The result holds at this clock only. */
  readonly fixClock: () => void
}

/** How many milliseconds one step of the field is. */
const stepOf = ({ definition }: EventField): number => (definition.type === "instant" ? 1000 : DAY_MS)

/** `a <= b`, or `a < b` when strict; anything but a date-time fails. */
export function isNotAfter(a: Value, b: Value, isStrict: boolean, comparing: Comparing): Bool {
  if (a.kind === "extreme") {
    const [x, y] = a.of.map((one) => isNotAfter(one, b, isStrict, comparing)) as [Bool, Bool]
    return a.side === "later" ? bothOf(x, y) : orBool(x, y)
  }
  if (b.kind === "extreme") {
    const [x, y] = b.of.map((one) => isNotAfter(a, one, isStrict, comparing)) as [Bool, Bool]
    return b.side === "earlier" ? bothOf(x, y) : orBool(x, y)
  }
  if (a.kind !== "moment" || b.kind !== "moment") return FAILED
  const [p, q] = [a.moment, b.moment]
  if (p.kind === "moved" && q.kind === "moved") return compareFields(p, q, isStrict, comparing)
  if (p.kind === "moved" && q.kind === "fixed") return isMovedNotAfter(p, q, isStrict, comparing)
  if (p.kind === "fixed" && q.kind === "moved") return notBool(isMovedNotAfter(q, p, !isStrict, comparing))
  return p.kind === "fixed" && q.kind === "fixed" ? compareFixed(p, q, isStrict, comparing) : FAILED
}

type Fixed = Extract<Moment, { kind: "fixed" }>
type Moved = Extract<Moment, { kind: "moved" }>

function compareFixed(p: Fixed, q: Fixed, isStrict: boolean, { fixClock }: Comparing): Bool {
  const isShifted = p.shiftSeconds !== null && q.shiftSeconds !== null
  const isSameAtEveryClock = p.from === q.from && (p.from === "literal" || isShifted)
  if (!isSameAtEveryClock) fixClock()
  return known(isStrict ? p.ms < q.ms : p.ms <= q.ms)
}

function isMovedNotAfter(p: Moved, q: Fixed, isStrict: boolean, comparing: Comparing): Bool {
  const { field, amount, unit } = p
  const shift = fixedShift(amount, unit)
  if (shift === null) {
    if (q.from === "clock") comparing.fixClock()
    return isInOneOf(field, spansNotAfter(p, q.ms, isStrict), comparing.assume)
  }
  const step = stepOf(field)
  const value = isStrict ? Math.ceil((q.ms - shift) / step) - 1 : Math.floor((q.ms - shift) / step)
  const seconds = q.from === "clock" && q.shiftSeconds !== null ? q.shiftSeconds - shift / 1000 : null
  const [hi, lo] =
    seconds === null
      ? [null, null]
      : [relative(value, seconds - (isStrict ? 1 : 0)), relative(value + 1, seconds + (isStrict ? 0 : 1))]
  if (hi !== null && lo !== null) return isAtMost(field, hi, lo, comparing.assume)
  if (q.from === "clock") comparing.fixClock()
  return isAtMost(field, fixedBound(field, value), fixedBound(field, value + 1), comparing.assume)
}

// The statement's own grammar: `now`, `now-P14D`, `now+P2DT12H`; an instant used on a date is floored as an upper bound
// and raised as a lower one, which is what comparing with midnight UTC comes to.
function relative(value: number, seconds: number): Bound | null {
  const size = Math.abs(seconds)
  const days = Math.floor(size / SECONDS_PER_DAY)
  if (days > 99_999) return null
  const rest = size - days * SECONDS_PER_DAY
  const parts = [
    [Math.floor(rest / 3600), "H"],
    [Math.floor((rest % 3600) / 60), "M"],
    [rest % 60, "S"],
  ] as const
  const time = parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("")
  const duration = `${days === 0 ? "" : `${days}D`}${time === "" ? "" : `T${time}`}`
  return { value, text: size === 0 ? "now" : `now${seconds < 0 ? "-" : "+"}P${duration}` }
}

/**
 * The values x with "x moved by months or years" <= or < `atMs`. Adding months is not monotone at the end of a month
 * (30 January comes out after 1 February), so the days around the boundary are tried one by one.
 */
function spansNotAfter({ field, amount, unit }: Moved, atMs: number, isStrict: boolean): readonly Span[] {
  const step = stepOf(field)
  const perDay = DAY_MS / step
  const lastStep = isStrict ? Math.ceil(atMs / step) - 1 : Math.floor(atMs / step)
  const lastDay = Math.floor(lastStep / perDay)
  const months = monthsOf(amount, unit)
  const near = moveDay(lastDay, -months)
  const spans: [number | null, number][] = []
  for (let day = near - WINDOW_DAYS; day <= near + WINDOW_DAYS; day++) {
    const moved = moveDay(day, months)
    if (moved > lastDay) continue
    const last = day * perDay + (moved < lastDay ? perDay - 1 : lastStep - lastDay * perDay)
    const previous = spans.at(-1)
    if (previous === undefined) spans.push([null, last])
    else if (previous[1] === day * perDay - 1) previous[1] = last
    else spans.push([day * perDay, last])
  }
  return spans
}

// Moving a day by months and back again misses it by three days at most.
const WINDOW_DAYS = 10

// p + a <= q + b is p <= q + (b - a), in whole steps of the fields.
function compareFields(p: Moved, q: Moved, isStrict: boolean, { assume }: Comparing): Bool {
  const [a, b] = [fixedShift(p.amount, p.unit), fixedShift(q.amount, q.unit)]
  const names = `${p.field.member} and ${q.field.member}`
  if (a === null || b === null) throw new RulesError("offset-not-days", `months or years between ${names}`)
  if (stepOf(p.field) !== stepOf(q.field)) {
    throw new RulesError("values-not-comparable", `a date and a date-time: ${names}`)
  }
  const steps = (b - a) / stepOf(p.field)
  return isAtMostOther(p.field, q.field, isStrict ? Math.ceil(steps) - 1 : Math.floor(steps), assume)
}

/** CertLogic `plusTime` on a fixed moment. @param isClock - the moment is the validation clock */
export function moveFixed(ms: number, amount: number, unit: TimeUnit, isClock: boolean): Moment {
  const shift = fixedShift(amount, unit)
  return {
    kind: "fixed",
    ms: moveMoment(ms, amount, unit),
    from: isClock ? "clock" : "literal",
    shiftSeconds: isClock && shift !== null ? shift / 1000 : null,
  }
}

/** `a <= b`, or `a < b` when strict, of two integers; anything else fails. */
export function isAtMostInteger(a: Value, b: Value, isStrict: boolean, assume: Assume): Bool {
  const less = isStrict ? 1 : 0
  if (a.kind === "constant" && b.kind === "constant") {
    return isInteger(a.value) && isInteger(b.value) ? known(a.value <= b.value - less) : FAILED
  }
  if (a.kind === "integer" && b.kind === "integer") {
    return isAtMostOther(a.field, b.field, b.plus - a.plus - less, assume)
  }
  if (a.kind === "integer" && b.kind === "constant" && isInteger(b.value)) {
    const most = b.value - a.plus - less
    return isAtMost(a.field, fixedBound(a.field, most), fixedBound(a.field, most + 1), assume)
  }
  if (b.kind === "integer" && a.kind === "constant" && isInteger(a.value)) {
    return notBool(isAtMostInteger(b, a, !isStrict, assume))
  }
  return FAILED
}

/** CertLogic's integers, as far as a statement can name them. */
export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)
