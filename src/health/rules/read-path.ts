// CertLogic `var`: a path through the certificate, the external parameters, or what a fold hands to its lambda.
import type { EventKind } from "../eu-dcc/codes.ts"
import { birthDateField, findEventField } from "./event-field.ts"
import { RulesError } from "./rules-error.ts"
import { constant } from "./value.ts"
import type { Place, Value } from "./value.ts"

/** What is known before any certificate is. */
export interface Surroundings {
  /** The kind of the certificate's one event. */
  readonly event: EventKind
  /** Codes by value set id; null when they are not at hand. */
  readonly valueSets: Readonly<Record<string, readonly string[]>> | null
  /** External parameters beside the clock and the value sets, for example a country of destination. */
  readonly external: Readonly<Record<string, unknown>>
}

const NULL = constant(null)

/**
 * What a path leads to in a certificate with exactly one event of the kind.
 * @throws RulesError `field-unknown` for a member of the certificate that no schema has, `value-sets-missing`
 */
export function readPath(path: string, start: Place, surroundings: Surroundings): Value {
  let value: Value = { kind: "place", place: start }
  for (const fragment of path === "" ? [] : path.split(".")) value = step(value, fragment, surroundings)
  return value
}

function step(value: Value, fragment: string, surroundings: Surroundings): Value {
  switch (value.kind) {
    case "place":
      return readPlace(value.place, fragment, surroundings)
    case "list":
      return value.items[indexOf(fragment) ?? -1] ?? NULL
    case "constant":
      return readConstant(value.value, fragment)
    case "choice":
      return {
        ...value,
        then: step(value.then, fragment, surroundings),
        otherwise: step(value.otherwise, fragment, surroundings),
      }
    case "failed":
      return value
    case "truth":
    case "integer":
      return NULL
    case "field":
    case "clock":
    case "moment":
    case "extreme":
      throw new RulesError("field-unknown", `${fragment} of a value`)
  }
}

function readPlace(place: Place, fragment: string, surroundings: Surroundings): Value {
  const at = (name: "payload" | "external" | "events" | "event"): Value => ({
    kind: "place",
    place: { name },
  })
  switch (place.name) {
    case "data":
      return fragment === "payload" || fragment === "external" ? at(fragment) : NULL
    case "payload":
      return readPayload(fragment, surroundings)
    case "external":
      return readExternal(fragment, surroundings)
    case "events":
      return indexOf(fragment) === 0 ? at("event") : NULL
    case "event":
      return readField(surroundings.event, fragment)
    case "lambda":
      return fragment === "accumulator" || fragment === "current" ? place[fragment] : NULL
  }
}

function readPayload(fragment: string, { event }: Surroundings): Value {
  if (fragment === "v" || fragment === "t" || fragment === "r") {
    return fragment === event ? { kind: "place", place: { name: "events" } } : NULL
  }
  const field = fragment === "dob" ? birthDateField(event) : null
  if (field === null) throw new RulesError("field-unknown", `payload.${fragment.slice(0, 40)}`)
  return { kind: "field", field }
}

function readField(event: EventKind, member: string): Value {
  const field = findEventField(event, member)
  if (field === null) throw new RulesError("field-unknown", `payload.${event}.0.${member.slice(0, 40)}`)
  return field.definition.type === "int" ? { kind: "integer", field, plus: 0 } : { kind: "field", field }
}

function readExternal(fragment: string, { external, valueSets }: Surroundings): Value {
  if (fragment === "validationClock") return { kind: "clock" }
  if (fragment === "valueSets") {
    if (valueSets === null) throw new RulesError("value-sets-missing", "its lists are not at hand")
    return constant(valueSets)
  }
  return readConstant(external, fragment)
}

function readConstant(value: unknown, fragment: string): Value {
  if (typeof value === "string") throw new RulesError("field-unknown", `${fragment.slice(0, 40)} of a text`)
  if (typeof value !== "object" || value === null) return NULL
  const key = String(indexOf(fragment) ?? fragment)
  // Own members only: `length` and what every object inherits are no data.
  const isOwn = Object.hasOwn(value, key) && key !== "length"
  const found = isOwn ? (value as Readonly<Record<string, unknown>>)[key] : undefined
  if (!Array.isArray(found)) return constant(found ?? null)
  return { kind: "list", items: found.map((item: unknown) => constant(item ?? null)), name: fragment }
}

// CertLogic takes a fragment that begins with a number as an index.
function indexOf(fragment: string): number | null {
  const index = Number.parseInt(fragment, 10)
  return Number.isNaN(index) ? null : index
}
