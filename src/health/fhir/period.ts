// Period (hl7.org/fhir/R4/datatypes.html#Period): an end that is not stated is open, one that is said to be unknown is not.
import { readFullDay } from "./fhir-date.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"

/** Both ends as days since 1970-01-01; an open one is absent. */
export interface Period {
  readonly start?: number
  readonly end?: number
}

/**
 * Reads a period whose stated ends are whole days, inclusive.
 * @throws FhirError `date-incomplete` for a part of a date, a time without offset, or an end whose value is only explained
 * away by an extension; `malformed-record` when it ends before it starts
 */
export function readPeriod(period: ElementReader | undefined): Period {
  if (period === undefined) return {}
  const [start, end] = ["start", "end"].map((member) => readEnd(period, member))
  if (start !== undefined && end !== undefined && end < start) {
    throw new FhirError("malformed-record", period.path)
  }
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
}

function readEnd(period: ElementReader, member: string): number | undefined {
  const text = period.text(member)
  if (text === undefined && !period.has(`_${member}`)) return undefined
  const day = text === undefined ? null : readFullDay(text)
  if (day === null) throw new FhirError("date-incomplete", `${period.path}.${member}`)
  return day
}
