// CertLogic date-times (specification, "Dates and date-times", "Offset date-time"): milliseconds, UTC, and the calendar
// arithmetic of ECMAScript, in which 31 January plus a month is 3 March.
import {
  dateOf,
  daysOf,
  parseDay,
  parsePartialDay,
  SECONDS_PER_DAY,
} from "../../protocol/credential/calendar.ts"

/** A unit that CertLogic adds. */
export type TimeUnit = "year" | "month" | "day" | "hour"

/** Milliseconds of a day. */
export const DAY_MS = SECONDS_PER_DAY * 1000
const HOUR_MS = 3_600_000

const DATE_TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(\.[0-9]+)?(?:Z|([+-])([0-9]{1,2}):?([0-9]{2})?)?$/

/** True for the four units. */
export const isTimeUnit = (unit: unknown): unit is TimeUnit =>
  unit === "year" || unit === "month" || unit === "day" || unit === "hour"

/** Milliseconds since 1970 of a date or date-time as CertLogic reads it, or null. A missing offset is UTC. */
export function parseMoment(text: string): number | null {
  const day = parseDay(text)
  if (day !== null) return day * DAY_MS
  const match = DATE_TIME.exec(text)
  if (match === null) return null
  const [, date = "", hour, minute, second, fraction = ".", sign, offsetHour = "0", offsetMinute = "0"] =
    match
  const days = parseDay(date)
  if (days === null || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null
  const local = days * DAY_MS + Number(hour) * HOUR_MS + Number(minute) * 60_000 + Number(second) * 1000
  const offset = Number(offsetHour) * HOUR_MS + Number(offsetMinute) * 60_000
  return local + Number(fraction.slice(1, 4).padEnd(3, "0")) - (sign === "-" ? -offset : offset)
}

/** As `parseMoment`; a year or month alone is its last day, as in `plusTime` and `dccDateOfBirth`. */
export function parsePartialMoment(text: string): number | null {
  const partial = text.length < 10 ? parsePartialDay(text) : null
  return partial === null ? parseMoment(text) : partial[1] * DAY_MS
}

/** Days since 1970 of a day moved by calendar months; the days that a month lacks run into the next. */
export function moveDay(days: number, months: number): number {
  const { year, month, day } = dateOf(days)
  const count = year * 12 + month - 1 + months
  return daysOf({ year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1, day: 1 }) + day - 1
}

/** Calendar months of an offset in months or years. */
export const monthsOf = (amount: number, unit: TimeUnit): number => amount * (unit === "year" ? 12 : 1)

/** Milliseconds that an offset adds to every moment, or null when that depends on the moment. */
export function fixedShift(amount: number, unit: TimeUnit): number | null {
  if (amount === 0) return 0
  if (unit === "day") return amount * DAY_MS
  return unit === "hour" ? amount * HOUR_MS : null
}

/** CertLogic `plusTime`. */
export function moveMoment(ms: number, amount: number, unit: TimeUnit): number {
  const shift = fixedShift(amount, unit)
  if (shift !== null) return ms + shift
  const days = Math.floor(ms / DAY_MS)
  return moveDay(days, monthsOf(amount, unit)) * DAY_MS + (ms - days * DAY_MS)
}
