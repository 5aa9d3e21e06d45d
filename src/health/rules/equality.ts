// CertLogic `===` and `in`: no coercion; reliable on strings and integers only (specification, "Operations with infix
// operators"), so anything else is refused rather than guessed.
import { parseDay } from "../../protocol/credential/calendar.ts"
import { bothOf, FALSE, ifBool, known, notBool, orBool } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { isExactly } from "./bounds.ts"
import { isAmong, isAtMostOther, isSame, isStated } from "./conditions.ts"
import type { Assume } from "./conditions.ts"
import type { EventField } from "./event-field.ts"
import { EVENT_MEMBERS } from "../eu-dcc/codes.ts"
import { RulesError } from "./rules-error.ts"
import type { Value } from "./value.ts"

/** `a === b`. @throws RulesError `text-compared`, `values-not-comparable` */
export function isEqual(a: Value, b: Value, assume: Assume): Bool {
  if (a.kind === "choice") return eachOf(a, (one) => isEqual(one, b, assume))
  if (b.kind === "choice") return eachOf(b, (one) => isEqual(a, one, assume))
  if (a.kind === "truth") return equalsTruth(a.truth, b)
  if (b.kind === "truth") return equalsTruth(b.truth, a)
  if (a.kind === "constant" && b.kind === "constant") return known(isPrimitive(a, b) && a.value === b.value)
  if (a.kind === "constant") return isEqual(b, a, assume)
  if (b.kind === "constant") return equalsConstant(a, b.value, assume)
  if (a.kind === "integer" && b.kind === "integer") {
    if (a.plus === b.plus) return isSame(a.field, b.field, assume)
    const most = isAtMostOther(a.field, b.field, b.plus - a.plus, assume)
    return bothOf(most, notBool(isAtMostOther(a.field, b.field, b.plus - a.plus - 1, assume)))
  }
  if (a.kind === "field" && b.kind === "field") return equalsField(a.field, b.field, assume)
  if (a.kind === "integer" || b.kind === "integer") return FALSE
  throw new RulesError("values-not-comparable", "equality of lists, objects or date-times")
}

/** `a in list`. @throws RulesError `text-compared`, `values-not-comparable` */
export function isInList(a: Value, { items, name }: Extract<Value, { kind: "list" }>, assume: Assume): Bool {
  if (a.kind === "field" && a.field.definition.type === "code") {
    const constants = items.flatMap((item) => (item.kind === "constant" ? [item.value] : []))
    const codes = constants.filter((value) => typeof value === "string")
    const hasNull = constants.includes(null)
    if (constants.length === items.length && !hasNull) return isAmong(a.field, codes, name, assume)
  }
  return items.reduce((any, item) => orBool(any, isEqual(a, item, assume)), FALSE)
}

function eachOf(value: Extract<Value, { kind: "choice" }>, equal: (one: Value) => Bool): Bool {
  return ifBool(value.guard, equal(value.then), equal(value.otherwise))
}

function equalsTruth(truth: Bool, other: Value): Bool {
  if (other.kind === "truth") return ifBool(truth, other.truth, notBool(other.truth))
  if (other.kind === "constant" && typeof other.value === "boolean") {
    return other.value ? truth : notBool(truth)
  }
  return { yes: FALSE.yes, no: truth.defined, defined: truth.defined }
}

function equalsConstant(value: Value, constant: unknown, assume: Assume): Bool {
  if (constant !== null && typeof constant === "object") {
    throw new RulesError("values-not-comparable", "equality of lists or objects")
  }
  if (value.kind === "integer") {
    if (constant === null && value.plus === 0) return notBool(isStated(value.field, assume))
    return Number.isSafeInteger(constant)
      ? isExactly(value.field, (constant as number) - value.plus, assume)
      : FALSE
  }
  if (value.kind === "clock") throw new RulesError("values-not-comparable", "the clock is no text")
  return value.kind === "field" ? equalsLiteral(value.field, constant, assume) : FALSE
}

function equalsLiteral(field: EventField, constant: unknown, assume: Assume): Bool {
  const { member, definition } = field
  if (constant === null) return notBool(isStated(field, assume))
  if (typeof constant !== "string" || constant === "") return FALSE
  switch (definition.type) {
    case "code":
      return isAmong(field, [constant], null, assume)
    case "string":
      throw new RulesError("text-compared", `member ${member} is compared with a text`)
    case "date": {
      const day = parseDay(constant)
      return day === null ? FALSE : isExactly(field, day, assume)
    }
    default:
      // One date-time has many spellings, and an uncertain birth date is no day.
      throw new RulesError("values-not-comparable", `${member} is compared as a text`)
  }
}

function equalsField(a: EventField, b: EventField, assume: Assume): Bool {
  if (a.member === b.member) return known(true)
  const names = `${a.member} and ${b.member}`
  if (a.definition.type === "string" || b.definition.type === "string") {
    throw new RulesError("text-compared", names)
  }
  const isComparable = a.isRequired && b.isRequired && a.definition.type === b.definition.type
  const systemOf = ({ event, member }: EventField): string | undefined => EVENT_MEMBERS[event][member]?.system
  if (!isComparable || systemOf(a) !== systemOf(b) || a.definition.type === "instant") {
    throw new RulesError("values-not-comparable", names)
  }
  return isSame(a, b, assume)
}

function isPrimitive(a: Extract<Value, { kind: "constant" }>, b: typeof a): boolean {
  if (typeof a.value === "object" && a.value !== null && typeof b.value === "object" && b.value !== null) {
    throw new RulesError("values-not-comparable", "equality of lists or objects")
  }
  return true
}
