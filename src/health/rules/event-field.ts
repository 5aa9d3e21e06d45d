// Members of a certificate's event as attributes of the catalogue's schemas, and which of them no certificate lacks.
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import type { AttributeDefinition, Schema } from "../../protocol/wire/statement.ts"
import { EVENT_MEMBERS, EVENT_SCHEMA, eventToken } from "../eu-dcc/codes.ts"
import type { EventKind } from "../eu-dcc/codes.ts"

/** One member that a rule can ask for. */
export interface EventField {
  readonly event: EventKind
  /** As the certificate spells it. */
  readonly member: string
  readonly attribute: string
  readonly definition: AttributeDefinition
  /** Every certificate of the kind states it: whether it does is no question, even where its attribute is optional. */
  readonly isRequired: boolean
}

// Required by every version of ehn-dcc-development/eu-dcc-schema, DCC.Types; `tc` only until 1.2.1.
const REQUIRED: Readonly<Record<EventKind, readonly string[]>> = {
  v: ["tg", "vp", "mp", "ma", "dn", "sd", "dt", "co", "is", "ci"],
  t: ["tg", "tt", "sc", "tr", "co", "is", "ci"],
  r: ["tg", "fr", "co", "is", "df", "du", "ci"],
}

/** The schema of a kind's events. */
export function eventSchema(event: EventKind): Schema {
  const schema = CATALOGUE.findSchema(EVENT_SCHEMA[event])
  if (schema === null) throw new RangeError(`no schema ${EVENT_SCHEMA[event]}`)
  return schema
}

/** The field of a member of the event, null for one that has no attribute. */
export function findEventField(event: EventKind, member: string): EventField | null {
  const members = EVENT_MEMBERS[event]
  const attribute = Object.hasOwn(members, member) ? members[member]?.attribute : undefined
  return attribute === undefined ? null : fieldOf(event, member, attribute)
}

/** The certificate's `dob`, which stands beside its event. */
export const birthDateField = (event: EventKind): EventField | null => fieldOf(event, "dob", "birthDate")

function fieldOf(event: EventKind, member: string, attribute: string): EventField | null {
  const definition = eventSchema(event).attributes.find(({ name }) => name === attribute)
  if (definition === undefined) return null
  return { event, member, attribute, definition, isRequired: REQUIRED[event].includes(member) }
}

/** Attributes that every certificate of the kind states. */
export function requiredAttributes(event: EventKind): ReadonlySet<string> {
  return new Set(REQUIRED[event].flatMap((member) => EVENT_MEMBERS[event][member]?.attribute ?? []))
}

/** The token of a code as the field holds it; null when no field can hold it, since white space is dropped at intake. */
export function tokenOf({ event, member }: EventField, code: string): string | null {
  return code === code.trim() ? eventToken(event, member, code) : null
}
