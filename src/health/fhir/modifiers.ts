// modifierExtension and implicitRules may turn the meaning of what contains them into its opposite, so nobody may read
// past them: hl7.org/fhir/R4/extensibility.html#modifierExtension and resource.html#implicitRules.
import { isList, isObject } from "./source-json.ts"
import type { SourceValue } from "./source-json.ts"

/** The JSON path of the first modifier extension or implicit rule anywhere in the record, or null. */
export function findModifier(value: SourceValue, path: string): string | null {
  if (isList(value)) return firstOf(value.entries(), (index) => `${path}[${index}]`)
  if (!isObject(value)) return null
  const own = MODIFIERS.find((member) => value[member] !== undefined)
  if (own !== undefined) return `${path}.${own}`
  return firstOf(Object.entries(value), (member) => `${path}.${ELEMENT_NAME.test(member) ? member : "*"}`)
}

// Also the sibling that carries extensions of a primitive, json.html#primitive.
const MODIFIERS = ["modifierExtension", "implicitRules", "_implicitRules"]
// A member name is attacker-controlled text: only what can be a FHIR element's name is repeated in a path.
const ELEMENT_NAME = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/

function firstOf<K>(
  members: Iterable<readonly [K, SourceValue | undefined]>,
  pathOf: (key: K) => string,
): string | null {
  for (const [key, member] of members) {
    const found = member === undefined ? null : findModifier(member, pathOf(key))
    if (found !== null) return found
  }
  return null
}
