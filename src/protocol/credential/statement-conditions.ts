// Conditions checked against their schema: every name a position, every literal a field value. Step 1 of compiling.
import type {
  Condition,
  Parameters,
  Schema,
  Statement,
  StatementBound,
  StatementValue,
  Where,
} from "../wire/statement.ts"
import { encodeAttribute, ORDERED_ZERO } from "./attribute.ts"
import { CredentialError, StatementError } from "./credential-error.ts"
import type { StatementErrorCode } from "./credential-error.ts"
import { readDecimal } from "./decimal.ts"
import { schemaName } from "./schema.ts"
import { findField } from "./statement-field.ts"
import type { Field } from "./statement-field.ts"
import { assertParameters, readValue, readValues } from "./statement-parameters.ts"
import type { Literal } from "./statement-parameters.ts"
import { isRelativeTime, resolveDay, resolveInstant } from "./statement-times.ts"
import type { Clock, Side } from "./statement-times.ts"
import type { PreparedValueSet } from "./value-set.ts"

/** Most values of an inline list; longer ones are value sets of the catalogue. */
export const LIST_VALUES = 16

/** Everything a statement needs to be compiled; the same on both sides of a request. */
export interface StatementInput extends Clock {
  readonly statement: Statement
  readonly parameters: Parameters
  readonly schema: Schema
  /** The catalogue's value set of an id, or null. */
  readonly valueSets: (id: string) => PreparedValueSet | null
}

/** One checked condition. Bounds are inclusive field values, those of a difference plain numbers; null is no bound. */
export type Test =
  | { readonly kind: "equal"; readonly field: Field; readonly value: bigint }
  | { readonly kind: "among"; readonly field: Field; readonly values: readonly bigint[] }
  | { readonly kind: "member"; readonly field: Field; readonly set: PreparedValueSet }
  | { readonly kind: "within"; readonly field: Field; readonly lo: bigint | null; readonly hi: bigint | null }
  | {
      readonly kind: "difference"
      readonly field: Field
      readonly other: Field
      readonly lo: bigint | null
      readonly hi: bigint | null
    }
  | { readonly kind: "same"; readonly field: Field; readonly other: Field }
  | { readonly kind: "present"; readonly field: Field }

/** A statement with its conditions checked. */
export type Formula =
  | { readonly all: readonly Formula[] }
  | { readonly any: readonly Formula[] }
  | { readonly not: Formula }
  | { readonly test: Test }

/**
 * Puts the parameters in, resolves times and checks each condition against the schema.
 * @throws StatementError of step 1: `parameters-mismatch`, `schema-mismatch`, `field-unknown`, `operator-not-allowed`,
 * `unit-missing`, `unit-mismatch`, `value-malformed`, `value-out-of-range`, `precision-exceeded`, `value-set-unknown`,
 * `list-too-long`, `statement-empty`
 */
export function resolveStatement(input: StatementInput): Formula {
  const { statement, schema, parameters } = input
  assertParameters(statement.where, parameters)
  if (statement.schema !== schemaName(schema) || statement.subject !== schema.subject) {
    throw refused("schema-mismatch", statement.schema)
  }
  return resolveWhere(statement.where, input)
}

function resolveWhere(where: Where, input: StatementInput): Formula {
  if ("all" in where) return { all: resolveList(where.all, input) }
  if ("any" in where) return { any: resolveList(where.any, input) }
  if ("not" in where) return { not: resolveWhere(where.not, input) }
  return resolveCondition(where, findField(input.schema, where.field), input)
}

function resolveList(list: readonly Where[], input: StatementInput): readonly Formula[] {
  if (list.length === 0) throw refused("statement-empty", "an empty list of conditions")
  return list.map((where) => resolveWhere(where, input))
}

function resolveCondition(condition: Condition, field: Field, input: StatementInput): Formula {
  if ("present" in condition) {
    const test: Formula = { test: { kind: "present", field } }
    return condition.present ? test : { not: test }
  }
  if ("sameAs" in condition) {
    const other = comparable(field, findField(input.schema, condition.sameAs))
    if (field.isPartial) throw refused("operator-not-allowed", field.name)
    return { test: { kind: "same", field, other } }
  }
  checkUnit(condition, field)
  if ("eq" in condition) return { test: resolveEqual(field, condition.eq, input) }
  if ("in" in condition) return { test: resolveIn(field, condition.in, input) }
  if (!field.isOrdered) throw refused("operator-not-allowed", field.name)
  if ("between" in condition) {
    const lo = encodeLiteral(field, readValue(condition.between[0], input.parameters), "lower", input)
    const hi = encodeLiteral(field, readValue(condition.between[1], input.parameters), "upper", input)
    if (lo > hi) throw refused("statement-empty", `nothing lies between the bounds of ${field.name}`)
    return { test: { kind: "within", field, lo, hi } }
  }
  if ("atLeast" in condition) return { test: resolveBound(field, condition.atLeast, "lower", input) }
  return { test: resolveBound(field, condition.atMost, "upper", input) }
}

function resolveEqual(field: Field, value: StatementValue, input: StatementInput): Test {
  if (field.definition.type === "string") throw refused("operator-not-allowed", field.name)
  const encoded = encodeLiteral(field, readValue(value, input.parameters), "exact", input)
  // An uncertain date equals a day only if it cannot be another.
  if (field.isPartial) return { kind: "within", field, lo: encoded, hi: encoded }
  return { kind: "equal", field, value: encoded }
}

function resolveIn(
  field: Field,
  list: Extract<Condition, { in: unknown }>["in"],
  input: StatementInput,
): Test {
  const { type } = field.definition
  if (type === "string" || field.isPartial) throw refused("operator-not-allowed", field.name)
  if ("valueSet" in list) {
    if (type !== "code") throw refused("operator-not-allowed", field.name)
    const set = input.valueSets(list.valueSet)
    if (set === null) throw refused("value-set-unknown", list.valueSet)
    return set.members.length > LIST_VALUES
      ? { kind: "member", field, set }
      : { kind: "among", field, values: distinct(set.members) }
  }
  const literals = readValues(list, input.parameters)
  if (literals.length === 0) throw refused("statement-empty", `an empty list for ${field.name}`)
  const values = distinct(literals.map((literal) => encodeLiteral(field, literal, "exact", input)))
  if (literals.length > LIST_VALUES) throw refused("list-too-long", field.name)
  return { kind: "among", field, values }
}

function resolveBound(
  field: Field,
  bound: StatementBound,
  side: "lower" | "upper",
  input: StatementInput,
): Test {
  if (typeof bound === "object" && "field" in bound) {
    const other = comparable(field, findField(input.schema, bound.field))
    const offset = scaledOffset(field, bound.plus ?? 0)
    const limits = side === "lower" ? { lo: offset, hi: null } : { lo: null, hi: offset }
    return { kind: "difference", field, other, ...limits }
  }
  const value = encodeLiteral(field, readValue(bound, input.parameters), side, input)
  const limits = side === "lower" ? { lo: value, hi: null } : { lo: null, hi: value }
  return { kind: "within", field, ...limits }
}

/** Two fields can be compared when type, unit and scale agree. */
function comparable(field: Field, other: Field): Field {
  const [a, b] = [field.definition, other.definition]
  if (field.isPartial !== other.isPartial || a.type === "string")
    throw refused("operator-not-allowed", field.name)
  if (a.type !== b.type || a.scale !== b.scale) throw refused("operator-not-allowed", field.name)
  if (a.unit !== b.unit) throw refused("unit-mismatch", field.name)
  return other
}

// A difference of two ordered values is below 2^63; an offset in the unit of a decimal grows by its scale.
function scaledOffset({ definition, name }: Field, plus: number): bigint {
  const { type, scale = 0 } = definition
  const offset = type === "decimal" ? readDecimal(String(plus), scale, name) : BigInt(plus)
  if (offset >= 1n << 62n || offset <= -(1n << 62n)) throw refused("value-out-of-range", name)
  return offset
}

function checkUnit(condition: Extract<Condition, { unit?: unknown }>, { definition, name }: Field): void {
  const bound = "atLeast" in condition ? condition.atLeast : "atMost" in condition ? condition.atMost : null
  const hasNumber = !(
    typeof bound === "object" &&
    bound !== null &&
    "field" in bound &&
    bound.plus === undefined
  )
  if (definition.unit !== undefined && condition.unit === undefined && hasNumber)
    throw refused("unit-missing", name)
  if (condition.unit !== undefined && condition.unit !== definition.unit) throw refused("unit-mismatch", name)
}

function encodeLiteral(field: Field, literal: Literal, side: Side, input: StatementInput): bigint {
  const { definition, name } = field
  if (typeof literal === "string" && isRelativeTime(literal) && isTime(definition.type)) {
    const resolved =
      definition.type === "instant" ? resolveInstant(literal, input) : resolveDay(literal, side, input)
    if (resolved === null) throw refused("value-malformed", name)
    return ORDERED_ZERO + BigInt(resolved)
  }
  // The sides of a partial date are compared with whole days only.
  const whole = definition.type === "partialDate" ? { ...definition, type: "date" as const } : definition
  try {
    const [value] = encodeAttribute(whole, literal)
    if (value !== undefined) return value
  } catch (cause) {
    if (!(cause instanceof CredentialError) || !isLiteralFault(cause.code)) throw cause
    throw new StatementError(cause.code, `${cause.code}: ${name}`, { cause })
  }
  throw refused("value-malformed", name)
}

const isTime = (type: string): boolean => type === "instant" || type === "date" || type === "partialDate"

function isLiteralFault(
  code: string,
): code is "value-malformed" | "value-out-of-range" | "precision-exceeded" {
  return code === "value-malformed" || code === "value-out-of-range" || code === "precision-exceeded"
}

function distinct(values: readonly bigint[]): readonly bigint[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function refused(code: StatementErrorCode, detail: string): StatementError {
  return new StatementError(code, `${code}: ${detail}`)
}
