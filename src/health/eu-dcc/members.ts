// One object of a certificate, read member by member. The certificate is CBOR that a JSON schema describes.
import { parseDay, parseInstant, parsePartialDay } from "../../protocol/credential/calendar.ts"
import { CborTag, isCborMap } from "./cbor.ts"
import type { CborMap, CborValue } from "./cbor.ts"
import { DccError } from "./dcc-error.ts"

/** Readers of one object's members; null counts as absent, as issuers write it. Each throws `schema-invalid`. */
export interface MemberReader {
  /** JSON path of the object. */
  readonly path: string
  /** At most `max` characters; undefined when absent. */
  readonly text: (member: string, max: number) => string | undefined
  /** 1 to `max`. */
  readonly dose: (member: string, max: number) => number
  /** `YYYY-MM-DD`. */
  readonly date: (member: string) => string
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` of the years 1900 to 2099; undefined when the text is empty. */
  readonly partialDate: (member: string) => string | undefined
  /** RFC 3339 with its offset. */
  readonly instant: (member: string) => string
  readonly object: (member: string) => MemberReader
  /** The items of a list; the empty list when absent. */
  readonly objects: (member: string) => readonly MemberReader[]
}

// A date that was serialised as a point in time: a date all the same, whatever the offset.
const MIDNIGHT = /T00:00:00(?:\.0{1,9})?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$/
// ISO 8601 allows +hh and +hhmm where RFC 3339 wants +hh:mm: the same instant.
const SHORT_OFFSET = /(T.*[+-][0-9]{2})(?::?([0-9]{2}))?$/
const DATE_TIME_TAG = 0 // RFC 8949 section 3.4.1: the text inside is the date-time
const MAX_DATE_TEXT = 48

/**
 * Reads an object by member.
 * @param value - attacker-controlled
 * @throws DccError `schema-invalid` at once when the value is no object
 */
export function readMembers(value: CborValue | undefined, path: string): MemberReader {
  if (!isCborMap(value)) throw new DccError("schema-invalid", path)
  const map: CborMap = value
  const at = (member: string): string => `${path}.${member}`
  const invalid = (member: string): DccError => new DccError("schema-invalid", at(member))
  const text = (member: string, max: number): string | undefined => {
    const raw = map.get(member) ?? undefined
    const found = raw instanceof CborTag && raw.tag === DATE_TIME_TAG ? raw.value : raw
    if (found === undefined) return undefined
    if (typeof found !== "string" || Array.from(found).length > max) throw invalid(member)
    return found
  }
  const dated = (member: string): string => {
    const found = text(member, MAX_DATE_TEXT)
    if (found === undefined) throw invalid(member)
    return found
  }
  return {
    path,
    text,
    dose: (member, max) => {
      const found = map.get(member)
      if (typeof found !== "number" || !Number.isSafeInteger(found) || found < 1 || found > max) {
        throw invalid(member)
      }
      return found
    },
    date: (member) => {
      const date = dated(member).replace(MIDNIGHT, "")
      if (parseDay(date) === null) throw invalid(member)
      return date
    },
    partialDate: (member) => {
      const date = dated(member).replace(MIDNIGHT, "")
      if (date === "") return undefined
      if (!/^(?:19|20)/.test(date) || parsePartialDay(date) === null) throw invalid(member)
      return date
    },
    instant: (member) => {
      const instant = dated(member).replace(
        SHORT_OFFSET,
        (_, to: string, minutes = "00") => `${to}:${minutes}`,
      )
      if (parseInstant(instant) === null) throw invalid(member)
      return instant
    },
    object: (member) => readMembers(map.get(member), at(member)),
    objects: (member) => {
      const found = map.get(member) ?? []
      if (!Array.isArray(found)) throw invalid(member)
      return (found as readonly CborValue[]).map((item, i) => readMembers(item, `${at(member)}[${i}]`))
    },
  }
}
