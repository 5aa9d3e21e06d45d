// Relative times of a statement: the hashed text stays relative, both sides resolve it from the request's asOf.
import { addMonths, dayAt, SECONDS_PER_DAY } from "./calendar.ts"

/** The instant and the zone of a request. */
export interface Clock {
  readonly asOfUnixSeconds: number
  /** `Z`, `+hh:mm` or `-hh:mm` */
  readonly zone: string
}

/** Which side of a comparison a time stands on; an instant used on a date field is rounded so that it never helps. */
export type Side = "lower" | "upper" | "exact"

const TODAY =
  /^today(?:([+-])P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?)?$/
const NOW =
  /^now(?:([+-])P(?=[0-9T])(?:([0-9]{1,5})D)?(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?)?$/

/** True for a text that begins as a relative time; such a text is never a literal. */
export const isRelativeTime = (text: string): boolean => /^(?:today|now)/.test(text)

/**
 * Days since 1970-01-01 of `today`, `today-P14D`, `today-P18Y` (calendar days in the zone, month ends clipped), or of an
 * instant: floored as an upper bound, raised to the next midnight UTC as a lower one.
 * @returns null for another spelling, and for an instant where a day is compared exactly
 */
export function resolveDay(text: string, side: Side, { asOfUnixSeconds, zone }: Clock): number | null {
  const match = TODAY.exec(text)
  if (match !== null) {
    const [, sign, years, months, weeks, days] = match
    const count = (digits: string | undefined): number => Number(digits ?? 0) * (sign === "-" ? -1 : 1)
    const moved = addMonths(dayAt(asOfUnixSeconds, zone), count(years) * 12 + count(months))
    return moved + count(weeks) * 7 + count(days)
  }
  const instant = side === "exact" ? null : resolveInstant(text, { asOfUnixSeconds, zone })
  if (instant === null) return null
  return side === "upper" ? Math.floor(instant / SECONDS_PER_DAY) : Math.ceil(instant / SECONDS_PER_DAY)
}

/** Unix seconds of `now`, `now-PT72H`, `now-P2DT12H`: exact, a day is 86,400 seconds. Null for another spelling. */
export function resolveInstant(text: string, { asOfUnixSeconds }: Clock): number | null {
  const match = NOW.exec(text)
  if (match === null) return null
  const [, sign, ...parts] = match
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) =>
    Number((part as string | undefined) ?? 0),
  )
  const distance = days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds
  return asOfUnixSeconds + (sign === "-" ? -distance : distance)
}
