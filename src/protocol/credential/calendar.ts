// Proleptic Gregorian calendar as integer arithmetic: two machines with different clocks or zone tables agree.

/** Days of a calendar year, month 1..12, day 1..31. */
export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Seconds of a day; the calendar knows no leap seconds, as Unix time knows none. */
export const SECONDS_PER_DAY = 86_400

/** Days of a month, leap years included. @param month - 1..12 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 of a date that exists; negative before. */
export function daysOf({ year, month, day }: CalendarDate): number {
  // Years that begin in March put the leap day last; an era is 400 years of 146,097 days.
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The date of a count of days since 1970-01-01; inverts `daysOf`. */
export function dateOf(days: number): CalendarDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

/** The day `months` later (or earlier, when negative); a day that the month lacks becomes its last. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = dateOf(days)
  const count = year * 12 + month - 1 + months
  const target = { year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1 }
  return daysOf({ ...target, day: Math.min(day, daysInMonth(target.year, target.month)) })
}

/** Days since 1970-01-01 of `YYYY-MM-DD`, years 0001 to 9999, or null when the text names no day. */
export function parseDay(text: string): number | null {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text)
  if (match === null) return null
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOf({ year, month, day })
}

/** `YYYY-MM-DD` of a count of days since 1970-01-01. */
export function formatDay(days: number): string {
  const { year, month, day } = dateOf(days)
  const two = (n: number): string => String(n).padStart(2, "0")
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`
}

/** First and last day that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` can mean, or null. */
export function parsePartialDay(text: string): readonly [first: number, last: number] | null {
  const match = /^([0-9]{4})(?:-([0-9]{2})(?:-[0-9]{2})?)?$/.exec(text)
  if (match === null) return null
  const [, year = "", month] = match
  if (text.length === 10) return pair(parseDay(text), parseDay(text))
  if (month === undefined) return pair(parseDay(`${year}-01-01`), parseDay(`${year}-12-31`))
  const first = parseDay(`${year}-${month}-01`)
  return first === null ? null : [first, addMonths(first, 1) - 1]
}

/**
 * Unix seconds of an RFC 3339 instant; a fraction is dropped, second 60 is the next second, as in Unix time.
 * @returns null without an offset, in another spelling, or for an hour or day that does not exist
 */
export function parseInstant(text: string): number | null {
  const match =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.[0-9]{1,9})?(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/.exec(
      text,
    )
  if (match === null) return null
  const [, date = "", hour = "", minute = "", second = "", offset = ""] = match
  const days = parseDay(date)
  if (days === null) return null
  const local = days * SECONDS_PER_DAY + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return local - offsetSeconds(offset)
}

/** `YYYY-MM-DDThh:mm:ssZ` of Unix seconds. */
export function formatInstant(unixSeconds: number): string {
  const days = Math.floor(unixSeconds / SECONDS_PER_DAY)
  const rest = unixSeconds - days * SECONDS_PER_DAY
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0")
  return `${formatDay(days)}T${two(rest / 3600)}:${two((rest % 3600) / 60)}:${two(rest % 60)}Z`
}

/** The calendar day at a fixed offset, as days since 1970-01-01. @param zone - `Z`, `+hh:mm` or `-hh:mm` */
export function dayAt(unixSeconds: number, zone: string): number {
  return Math.floor((unixSeconds + offsetSeconds(zone)) / SECONDS_PER_DAY)
}

function offsetSeconds(zone: string): number {
  if (zone === "Z") return 0
  const seconds = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60
  return zone.startsWith("-") ? -seconds : seconds
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function pair(first: number | null, last: number | null): readonly [number, number] | null {
  return first === null || last === null ? null : [first, last]
}
