// A certificate's payload as the record that an issuer would sign of it: exactly one event, every value one that the
// schema can hold.
import { formatDay, formatInstant, parseDay, parsePartialDay } from "../../protocol/credential/calendar.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { EventKind } from "../eu-dcc/codes.ts"
import { domainOf } from "./bounds.ts"
import { birthDateField, eventSchema, findEventField, tokenOf } from "./event-field.ts"
import type { EventField } from "./event-field.ts"
import { DAY_MS, parseMoment } from "./moment.ts"
import { EVENT_KINDS } from "./rule.ts"

/** A payload's one event. */
export interface AttestedEvent {
  readonly event: EventKind
  /** What the payload states, by attribute; what a schema requires beside it may be missing. */
  readonly stated: Attributes
}

/** Why a payload describes no record. */
export type PayloadFault = "no-event" | "several-events" | "value-malformed"

/** The event of a payload. @param payload - untrusted */
export function readEvent(payload: Readonly<Record<string, unknown>>): AttestedEvent | PayloadFault {
  const events = EVENT_KINDS.flatMap((event) => listOf(payload, event).map((one) => ({ event, one })))
  const [first, second] = events
  if (second !== undefined) return "several-events"
  if (first === undefined) return "no-event"
  const { event, one } = first
  if (typeof one !== "object" || one === null) return "value-malformed"
  const members = Object.entries(one).map(
    ([member, value]) => [findEventField(event, member), value] as const,
  )
  const stated: Record<string, string | number> = {}
  for (const [field, value] of [...members, [birthDateField(event), own(payload, "dob")] as const]) {
    if (field === null || value === null || value === undefined || value === "") continue
    const read = readMember(field, value)
    if (read === null) return "value-malformed"
    stated[field.attribute] = read
  }
  return { event, stated }
}

/**
 * The record of an event with what its schema requires beside what is stated. The made-up values must not matter:
 * whoever asks makes sure that nothing reads them.
 */
export function completeRecord({ event, stated }: AttestedEvent): Attributes {
  const required = eventSchema(event).attributes.filter(
    ({ name, optional }) => optional !== true && !Object.hasOwn(stated, name),
  )
  const made = required.map(({ name, type, min }) => {
    switch (type) {
      case "code":
        return [name, "urn:sotto:unstated|unstated"]
      case "int":
        return [name, Number(min)]
      case "instant":
        return [name, "2021-07-01T00:00:00Z"]
      default:
        return [name, "2021-07-01"]
    }
  })
  return { ...stated, ...(Object.fromEntries(made) as Attributes) }
}

function listOf(payload: Readonly<Record<string, unknown>>, event: EventKind): readonly unknown[] {
  const list = own(payload, event)
  return Array.isArray(list) ? list : []
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function readMember(field: EventField, value: unknown): string | number | null {
  const { type } = field.definition
  if (type === "int") {
    const [least, most] = domainOf(field)
    return Number.isSafeInteger(value) && least <= (value as number) && (value as number) <= most
      ? (value as number)
      : null
  }
  if (typeof value !== "string" || !value.isWellFormed()) return null
  switch (type) {
    case "code":
      return tokenOf(field, value)
    case "date":
      return readDay(value)
    case "partialDate":
      return value.length <= 10 && parsePartialDay(value) !== null ? value : readDay(value)
    case "instant": {
      const ms = value.length > 10 ? parseMoment(value) : null
      return ms === null ? null : formatInstant(Math.floor(ms / 1000))
    }
    default:
      return value
  }
}

// Some certificates write a day as its midnight; any other time of day would be lost.
function readDay(text: string): string | null {
  if (parseDay(text) !== null) return text
  const ms = parseMoment(text)
  return ms === null || ms % DAY_MS !== 0 ? null : formatDay(ms / DAY_MS)
}
