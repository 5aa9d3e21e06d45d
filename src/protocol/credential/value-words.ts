// Single values in English: exact, never rounded, and with whatever others wrote in them quoted.
import { addMonths, dateOf, SECONDS_PER_DAY } from "./calendar.ts"
import { formatDecimal } from "./decimal.ts"

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
]
/** Up to here a distance is told in days; beyond, in years when it is whole years: nobody reads 6,574 days. */
const LONG_DAYS = 400
/** Up to here a distance between instants is told in hours. */
const LONG_HOURS = 96

/** `18 January 2022`. @param days - since 1970-01-01 */
export function sayDay(days: number): string {
  const { year, month, day } = dateOf(days)
  return `${day} ${MONTHS[month - 1] ?? ""} ${year}`
}

/** `18 January 2022, 14:05 UTC`, with seconds where there are any. */
export function sayInstant(unixSeconds: number): string {
  const days = Math.floor(unixSeconds / SECONDS_PER_DAY)
  const rest = unixSeconds - days * SECONDS_PER_DAY
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0")
  const seconds = rest % 60 === 0 ? "" : `:${two(rest % 60)}`
  return `${sayDay(days)}, ${two(rest / 3600)}:${two((rest % 3600) / 60)}${seconds} UTC`
}

/** `8,000.00`: grouped by thousands, at least `places` decimals. @param value - times 10^scale */
export function sayNumber(value: bigint, scale: number, places = 0): string {
  const [whole = "", fraction = ""] = formatDecimal(value, scale).split(".")
  const decimals = fraction.padEnd(places, "0")
  const grouped = whole.replaceAll(/(?<=[0-9])(?=(?:[0-9]{3})+$)/g, ",")
  return decimals === "" ? grouped : `${grouped}.${decimals}`
}

/** Decimals that an exact value needs. */
export function placesOf(value: bigint, scale: number): number {
  return formatDecimal(value, scale).split(".")[1]?.length ?? 0
}

/** `5 days`, `1 day`. */
export function sayCount(count: bigint | number, unit: string): string {
  return `${sayNumber(BigInt(count), 0)} ${unit}${BigInt(count) === 1n ? "" : "s"}`
}

/** How far bounds lie from the request, such as `14 to 270 days before this request`; null is no bound. */
export function sayDayDistance(lo: number | null, hi: number | null, today: number): string {
  const spanOf = (day: number): Span => {
    const days = Math.abs(day - today)
    const years = Math.abs(dateOf(day).year - dateOf(today).year)
    const isWholeYears = addMonths(today, (day < today ? -12 : 12) * years) === day
    return days > LONG_DAYS && isWholeYears ? [years, "year"] : [days, "day"]
  }
  return sayDistance(lo, hi, { at: today, spanOf, zero: "the day of this request" })
}

/** As `sayDayDistance`, for instants in Unix seconds. */
export function sayInstantDistance(lo: number | null, hi: number | null, now: number): string {
  const spanOf = (instant: number): Span => {
    const seconds = Math.abs(instant - now)
    if (seconds % SECONDS_PER_DAY === 0 && seconds > LONG_HOURS * 3600)
      return [seconds / SECONDS_PER_DAY, "day"]
    if (seconds % 3600 === 0) return [seconds / 3600, "hour"]
    return seconds % 60 === 0 ? [seconds / 60, "minute"] : [seconds, "second"]
  }
  return sayDistance(lo, hi, { at: now, spanOf, zero: "the moment of this request" })
}

type Span = readonly [count: number, unit: string]

interface Origin {
  readonly at: number
  readonly spanOf: (point: number) => Span
  readonly zero: string
}

function sayDistance(lo: number | null, hi: number | null, origin: Origin): string {
  const { at, spanOf } = origin
  if (lo === null || hi === null) return sayPoint(lo ?? hi ?? at, origin)
  if (lo === hi) return sayPoint(lo, origin)
  if (lo < at === hi < at && lo !== at && hi !== at) {
    const [near, far] = hi < at ? [spanOf(hi), spanOf(lo)] : [spanOf(lo), spanOf(hi)]
    const first = near[1] === far[1] ? sayNumber(BigInt(near[0]), 0) : sayCount(...near)
    return `${first} to ${sayCount(...far)} ${hi < at ? "before" : "after"} this request`
  }
  if (hi === at) return `the ${sayCount(...spanOf(lo))} up to this request`
  return `from ${sayPoint(lo, origin)} to ${sayPoint(hi, origin)}`
}

function sayPoint(point: number, { at, spanOf, zero }: Origin): string {
  if (point === at) return zero
  return `${sayCount(...spanOf(point))} ${point < at ? "before" : "after"} this request`
}

/** Code points that draw nothing, end a line, or turn the direction of what follows: a screen can be rewritten with them. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** Somebody else's text on one line, with nothing in it that could move or hide what stands around it. */
export function plainText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Somebody else's text in quotes, so that it cannot pass for a sentence of ours. */
export function quoteText(text: string): string {
  return `"${plainText(text).replaceAll('"', "'")}"`
}

/** `a, b or c`. */
export function sayList(parts: readonly string[], word: "and" | "or"): string {
  const last = parts.at(-1) ?? ""
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} ${word} ${last}`
}
