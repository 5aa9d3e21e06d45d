// FHIR dateTime (hl7.org/fhir/R4/datatypes.html#dateTime): what day a record names, as it was written down.
import { parseDay, parseInstant } from "../../protocol/credential/calendar.ts"

/**
 * The day a dateTime names, as days since 1970-01-01, or null when it names none: a year or month alone, a time without
 * an offset, a day that does not exist. With a time, the day stays the one written at its own offset: a dose given at
 * 23:30 was given on that day, whatever the day in UTC.
 * @param text - attacker-controlled
 */
export function readFullDay(text: string): number | null {
  if (text.length > 10 && parseInstant(text) === null) return null
  return parseDay(text.slice(0, 10))
}
