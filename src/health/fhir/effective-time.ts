// When a result's specimen was taken: Observation.effective[x], else that of its panel, else that of the report.
import { formatDay, parseInstant } from "../../protocol/credential/calendar.ts"
import type { BundleEntry } from "./bundle.ts"
import { readFullDay } from "./fhir-date.ts"
import { FhirError } from "./fhir-error.ts"
import type { RecordContext } from "./record-context.ts"

/** A day, and the instant if one is stated. */
export interface EffectiveTime {
  /** `YYYY-MM-DD` as written down, at the place's own offset. */
  readonly collectedOn: string
  /** RFC 3339 with offset, as written. */
  readonly collectedAt?: string
  /** JSON path of where it was read. */
  readonly path: string
}

interface Stated {
  readonly text: string
  readonly path: string
}

/**
 * The time of a result. The nearest level decides: its own, its panels' from below, the reports' last; a level that
 * states two different times states none.
 * @throws FhirError `date-incomplete` for none, for a part of a date, a time without offset, a period or a schedule;
 * `date-in-future`
 */
export function readEffectiveTime(context: RecordContext, entry: BundleEntry): EffectiveTime {
  const levels = context.panels.levelsOf(entry)
  const reports = [entry, ...levels.flat()].flatMap(context.panels.reportsOf)
  for (const level of [[entry], ...levels, [...new Set(reports)]]) {
    const stated = level.map(readStated).filter((time) => time !== undefined)
    const [first] = stated
    if (first === undefined) continue
    if (stated.some(({ text }) => text !== first.text)) throw new FhirError("date-incomplete", first.path)
    return parseTime(first, context.today)
  }
  throw new FhirError("date-incomplete", `${entry.resource.path}.effectiveDateTime`)
}

function readStated(entry: BundleEntry): Stated | undefined {
  const [member, second] = TIME_MEMBERS.filter((name) => entry.resource.has(name))
  if (member === undefined) {
    // A value that an extension explains away (unknown, masked) is not one to be borrowed.
    const hidden = HIDDEN.find((name) => entry.resource.has(name))
    if (hidden !== undefined) throw new FhirError("date-incomplete", `${entry.resource.path}.${hidden}`)
    return undefined
  }
  const resource = entry.resource.as("malformed-record")
  const path = `${resource.path}.${member}`
  // effective[x] is one of them; a period or a schedule says that there is no one moment.
  if (second !== undefined || !POINTS.includes(member)) throw new FhirError("date-incomplete", path)
  const text = resource.text(member)
  return text === undefined ? undefined : { text, path }
}

const POINTS = ["effectiveDateTime", "effectiveInstant"]
const HIDDEN = POINTS.map((member) => `_${member}`)
const TIME_MEMBERS = [...POINTS, "effectivePeriod", "effectiveTiming"]

function parseTime({ text, path }: Stated, today: number): EffectiveTime {
  const day = readFullDay(text)
  if (day === null) throw new FhirError("date-incomplete", path)
  if (day > today) throw new FhirError("date-in-future", path)
  const isInstant = parseInstant(text) !== null
  return { collectedOn: formatDay(day), ...(isInstant ? { collectedAt: text } : {}), path }
}
