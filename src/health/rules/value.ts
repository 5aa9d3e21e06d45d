// What a CertLogic expression evaluates to when the certificate is unknown: a constant where every certificate gives the
// same, otherwise what it depends on.
import { ALWAYS } from "./formula.ts"
import { FAILED, FALSE, ifBool, known, notBool, TRUE } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { domainOf, isExactly } from "./bounds.ts"
import { isStated } from "./conditions.ts"
import type { Assume } from "./conditions.ts"
import type { EventField } from "./event-field.ts"
import type { TimeUnit } from "./moment.ts"

/** A date-time: fixed, or a field's with an offset. */
export type Moment =
  | {
      readonly kind: "fixed"
      readonly ms: number
      /** `literal`: the same at every clock; `clock`: moved with it, by `shiftSeconds` unless by months or years (null). */
      readonly from: "literal" | "clock"
      readonly shiftSeconds: number | null
    }
  | { readonly kind: "moved"; readonly field: EventField; readonly amount: number; readonly unit: TimeUnit }

/** A value that may depend on the certificate. */
export type Value =
  | { readonly kind: "constant"; readonly value: unknown }
  | { readonly kind: "truth"; readonly truth: Bool }
  /** A member that is no number. */
  | { readonly kind: "field"; readonly field: EventField }
  | { readonly kind: "integer"; readonly field: EventField; readonly plus: number }
  /** The validation clock as the text it is given as. */
  | { readonly kind: "clock" }
  | { readonly kind: "moment"; readonly moment: Moment }
  /** The later or the earlier of two date-times. */
  | { readonly kind: "extreme"; readonly side: "later" | "earlier"; readonly of: readonly [Value, Value] }
  /** `name` is that of the value set the list was read from, or null. */
  | { readonly kind: "list"; readonly items: readonly Value[]; readonly name: string | null }
  /** An object whose members are read one by one. */
  | { readonly kind: "place"; readonly place: Place }
  | {
      readonly kind: "choice"
      readonly guard: Bool
      readonly then: Value
      readonly otherwise: Value
    }
  | { readonly kind: "failed" }

/** What a path leads through. */
export type Place =
  | { readonly name: "data" | "payload" | "external" | "events" | "event" }
  | { readonly name: "lambda"; readonly accumulator: Value; readonly current: Value }

/** Evaluating fails. */
export const FAILURE: Value = { kind: "failed" }

/** A constant. */
export const constant = (value: unknown): Value => ({ kind: "constant", value })

/** A truth as a value; a known one is a constant. */
export function truthValue(truth: Bool): Value {
  if (truth.yes.kind === "always") return constant(true)
  if (truth.no.kind === "always") return constant(false)
  return truth.defined.kind === "never" ? FAILURE : { kind: "truth", truth }
}

/** One of two values, whichever the guard takes. */
export function chooseValue(guard: Bool, then: Value, otherwise: Value): Value {
  if (guard.yes.kind === "always") return then
  if (guard.no.kind === "always") return otherwise
  if (guard.defined.kind === "never") return FAILURE
  const [a, b] = [asTruth(then), asTruth(otherwise)]
  return a !== null && b !== null
    ? truthValue(ifBool(guard, a, b))
    : { kind: "choice", guard, then, otherwise }
}

// A boolean as a truth, null for other values; a failure is a truth that fails.
function asTruth(value: Value): Bool | null {
  if (value.kind === "truth") return value.truth
  if (value.kind === "failed") return FAILED
  if (value.kind === "constant" && typeof value.value === "boolean") return known(value.value)
  return null
}

/**
 * Truthy, falsy or neither (specification, "Truthy and falsy values"); neither is a failure wherever it is asked.
 */
export function truthOf(value: Value, assume: Assume): Bool {
  switch (value.kind) {
    case "truth":
      return value.truth
    case "constant":
      return isFalsy(value.value) ? FALSE : TRUE
    case "field":
      return isStated(value.field, assume)
    case "integer":
      return isNonZero(value, assume)
    case "list":
      return known(value.items.length > 0)
    case "clock":
    case "place":
      return TRUE
    case "choice":
      return ifBool(value.guard, truthOf(value.then, assume), truthOf(value.otherwise, assume))
    case "moment":
    case "extreme":
    case "failed":
      return FAILED
  }
}

function isNonZero({ field, plus }: Extract<Value, { kind: "integer" }>, assume: Assume): Bool {
  const [least, most] = domainOf(field)
  if (least <= -plus && -plus <= most) return notBool(isExactly(field, -plus, assume))
  const stated = isStated(field, assume)
  return plus === 0 ? stated : { yes: stated.yes, no: stated.no, defined: ALWAYS }
}

function isFalsy(value: unknown): boolean {
  if (value === null || value === false || value === "" || value === 0) return true
  return typeof value === "object" && Object.keys(value).length === 0
}

/**
 * Applies an operation whose operands are all evaluated first, once for each value that they can have.
 * @param operation - never sees a choice or a failure
 */
export function applyEach(values: readonly Value[], operation: (values: readonly Value[]) => Value): Value {
  if (values.some(({ kind }) => kind === "failed")) return FAILURE
  const at = values.findIndex(({ kind }) => kind === "choice")
  const found = values[at]
  if (found?.kind !== "choice") return operation(values)
  const put = (value: Value): Value => applyEach(values.with(at, value), operation)
  return chooseValue(found.guard, put(found.then), put(found.otherwise))
}
