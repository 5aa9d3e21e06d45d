// Partial evaluation of CertLogic (ehn-dcc-development/eu-dcc-business-rules, certlogic/specification) for a certificate
// with exactly one event: everything that is the same for all of them is computed, the rest stays a formula.
import { bothOf, FAILED, known, notBool } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { asInterval } from "./bounds.ts"
import { isAtMostInteger, isInteger, isNotAfter, moveFixed } from "./compare.ts"
import type { Comparing } from "./compare.ts"
import { isEqual, isInList } from "./equality.ts"
import { isTimeUnit, parseMoment, parsePartialMoment } from "./moment.ts"
import type { TimeUnit } from "./moment.ts"
import { readPath } from "./read-path.ts"
import type { Surroundings } from "./read-path.ts"
import { RulesError } from "./rules-error.ts"
import { applyEach, chooseValue, constant, FAILURE, truthOf, truthValue } from "./value.ts"
import type { Place, Value } from "./value.ts"

/** What a rule is evaluated against. */
export interface Evaluation extends Surroundings, Comparing {
  /** Unix seconds. */
  readonly clockUnixSeconds: number
  /** The rule asks what time it is. */
  readonly readClock: () => void
  /** Counts one operation. @throws RulesError `statement-too-wide` when there were too many */
  readonly count: () => void
}

/** Longest list a rule may fold over: the certificate has three kinds of events and one of them. */
const MAX_REDUCED = 64
/** Largest offset: years of it are still dates. */
const MAX_OFFSET = 100_000

/** The value of an expression. @throws RulesError of any `RefusalReason` but `never-satisfied` */
export function evaluate(expression: unknown, here: Place, evaluation: Evaluation): Value {
  evaluation.count()
  if (typeof expression === "string" || typeof expression === "boolean" || isInteger(expression)) {
    return constant(expression)
  }
  if (Array.isArray(expression)) return listOf(expression.map((item) => evaluate(item, here, evaluation)))
  if (typeof expression !== "object" || expression === null) throw malformed("a literal that is not allowed")
  const [entry, second] = Object.entries(expression)
  if (entry === undefined || second !== undefined) throw malformed("an object with other than one member")
  const [operator, operands] = entry as readonly [string, unknown]
  if (operator === "var") {
    if (typeof operands !== "string") throw malformed("a var without a path")
    return readPath(operands, here, evaluation)
  }
  const operation = Object.hasOwn(OPERATIONS, operator) ? OPERATIONS[operator] : undefined
  if (operation === undefined) throw new RulesError("operator-unknown", operator.slice(0, 40))
  if (!Array.isArray(operands) || operands.length === 0) throw malformed(`${operator} without operands`)
  return operation(operands, here, evaluation)
}

type Operation = (operands: readonly unknown[], here: Place, evaluation: Evaluation) => Value

const OPERATIONS: Readonly<Record<string, Operation>> = {
  if: evaluateIf,
  and: evaluateAnd,
  "!": ([operand], here, evaluation) => {
    const value = evaluate(operand, here, evaluation)
    return truthValue(notBool(truthOf(value, evaluation.assume)))
  },
  "===": eager(2, 2, ([a = FAILURE, b = FAILURE], { assume }) => isEqual(a, b, assume)),
  in: eager(2, 2, ([a = FAILURE, b = FAILURE], { assume }) =>
    b.kind === "list" ? isInList(a, b, assume) : inEvents(a, b),
  ),
  "+": evaluatePlus,
  ">": ordered((a, b, { assume }) => isAtMostInteger(b, a, true, assume)),
  "<": ordered((a, b, { assume }) => isAtMostInteger(a, b, true, assume)),
  ">=": ordered((a, b, { assume }) => isAtMostInteger(b, a, false, assume)),
  "<=": ordered((a, b, { assume }) => isAtMostInteger(a, b, false, assume)),
  after: ordered((a, b, comparing) => isNotAfter(b, a, true, comparing)),
  before: ordered((a, b, comparing) => isNotAfter(a, b, true, comparing)),
  "not-after": ordered((a, b, comparing) => isNotAfter(a, b, false, comparing)),
  "not-before": ordered((a, b, comparing) => isNotAfter(b, a, false, comparing)),
  plusTime: evaluatePlusTime,
  dccDateOfBirth: evaluateDateOfBirth,
  reduce: evaluateReduce,
  extractFromUVCI: evaluateExtract,
}

function evaluateIf(operands: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  if (operands.length < 3) throw malformed("if without three operands")
  const [guard, then, otherwise] = operands
  const truth = truthOf(evaluate(guard, here, evaluation), evaluation.assume)
  // Only the branch that is taken is evaluated: what the other one contains need not even be translatable.
  if (truth.yes.kind === "always") return evaluate(then, here, evaluation)
  if (truth.no.kind === "always") return evaluate(otherwise, here, evaluation)
  const [a, b] = [evaluate(then, here, evaluation), evaluate(otherwise, here, evaluation)]
  return extremeOf(operands, [a, b]) ?? chooseValue(truth, a, b)
}

const LATER: readonly string[] = ["after", "not-before"]
const EARLIER: readonly string[] = ["before", "not-after"]

// "if X after Y then X else Y" is the later of the two: one bound each, where a choice would repeat its guard.
function extremeOf(
  [guard, then, otherwise]: readonly unknown[],
  [a, b]: readonly [Value, Value],
): Value | null {
  if (typeof guard !== "object" || guard === null) return null
  const [operator = "", operands] = Object.entries(guard)[0] ?? []
  const isLater = LATER.includes(operator)
  if (!isLater && !EARLIER.includes(operator)) return null
  const [x, y] = Array.isArray(operands) && operands.length === 2 ? (operands as readonly unknown[]) : []
  if (a.kind !== "moment" || b.kind !== "moment") return null
  if (isSameText(x, then) && isSameText(y, otherwise)) {
    return { kind: "extreme", side: isLater ? "later" : "earlier", of: [a, b] }
  }
  const isSwapped = isSameText(x, otherwise) && isSameText(y, then)
  return isSwapped ? { kind: "extreme", side: isLater ? "earlier" : "later", of: [a, b] } : null
}

const isSameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function evaluateAnd(operands: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  if (operands.length < 2) throw malformed("and with one operand")
  return operands.reduce<Value>((before, operand) => {
    const truth = truthOf(before, evaluation.assume)
    if (truth.no.kind === "always") return before
    const value = evaluate(operand, here, evaluation)
    const isTruthy = truthOf(value, evaluation.assume)
    if (isTruthy.defined.kind === "never") return chooseValue(truth, FAILURE, before)
    return chooseValue(truth, value, before.kind === "truth" ? constant(false) : before)
  }, constant(true))
}

/** An operation on two or three values that are all evaluated first. */
function eager(
  least: number,
  most: number,
  decide: (values: readonly Value[], evaluation: Evaluation) => Bool,
): Operation {
  return (operands, here, evaluation) => {
    if (operands.length < least || operands.length > most) throw malformed("a wrong count of operands")
    const values = operands.map((operand) => evaluate(operand, here, evaluation))
    return applyEach(values, (each) => {
      evaluation.count()
      return truthValue(decide(each, evaluation))
    })
  }
}

function ordered(compare: (a: Value, b: Value, evaluation: Evaluation) => Bool): Operation {
  return eager(2, 3, ([a = FAILURE, b = FAILURE, c], evaluation) => {
    const first = compare(a, b, evaluation)
    if (c === undefined) return first
    const second = compare(b, c, evaluation)
    return asInterval(first, second) ?? bothOf(first, second)
  })
}

// Events are objects, and no literal is one; any other right side fails.
function inEvents(a: Value, b: Value): Bool {
  const isEvents = b.kind === "place" && b.place.name === "events"
  if (isEvents && a.kind === "place") throw new RulesError("values-not-comparable", "events in a list")
  return isEvents ? known(false) : FAILED
}

function evaluatePlus(operands: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  if (operands.length !== 2) throw malformed("+ takes two operands")
  const values = operands.map((operand) => evaluate(operand, here, evaluation))
  return applyEach(values, ([a = FAILURE, b = FAILURE]) => {
    evaluation.count()
    if (a.kind === "constant" && b.kind === "constant") {
      return isInteger(a.value) && isInteger(b.value) ? constant(a.value + b.value) : FAILURE
    }
    const [field, addend] = a.kind === "integer" ? [a, b] : [b, a]
    if (field.kind !== "integer") return FAILURE
    if (addend.kind === "integer") throw new RulesError("values-not-comparable", "a sum of two members")
    if (addend.kind !== "constant" || !isInteger(addend.value)) return FAILURE
    return { ...field, plus: field.plus + addend.value }
  })
}

function evaluatePlusTime([operand, amount, unit]: readonly unknown[], here: Place, evaluation: Evaluation) {
  if (!isInteger(amount) || Math.abs(amount) > MAX_OFFSET || !isTimeUnit(unit)) {
    throw malformed("plusTime without an amount and a unit")
  }
  return applyEach([evaluate(operand, here, evaluation)], ([value = FAILURE]) =>
    moveValue(value, amount, unit, evaluation),
  )
}

function moveValue(value: Value, amount: number, unit: TimeUnit, evaluation: Evaluation): Value {
  if (value.kind === "clock") {
    evaluation.readClock()
    return { kind: "moment", moment: moveFixed(evaluation.clockUnixSeconds * 1000, amount, unit, true) }
  }
  if (value.kind === "constant" && typeof value.value === "string") {
    const ms = parsePartialMoment(value.value)
    return ms === null ? FAILURE : { kind: "moment", moment: moveFixed(ms, amount, unit, false) }
  }
  if (value.kind !== "field") return FAILURE
  const { type } = value.field.definition
  if (type !== "date" && type !== "instant" && type !== "partialDate") return FAILURE
  // Where the member is absent this fails; comparing says so, and a date-time is good for nothing else.
  return { kind: "moment", moment: { kind: "moved", field: value.field, amount, unit } }
}

function evaluateDateOfBirth([operand]: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  return applyEach([evaluate(operand, here, evaluation)], ([value = FAILURE]) => {
    if (value.kind === "field" && value.field.definition.type !== "instant") {
      return moveValue(value, 0, "day", evaluation)
    }
    const text = value.kind === "constant" && typeof value.value === "string" ? value.value : ""
    return text.length <= 10 ? moveValue(constant(text), 0, "day", evaluation) : FAILURE
  })
}

function evaluateReduce(operands: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  if (operands.length < 3) throw malformed("reduce without three operands")
  const [operand, lambda, initial] = operands
  return applyEach([evaluate(operand, here, evaluation)], ([list = FAILURE]) => {
    const start = evaluate(initial, here, evaluation)
    if (list.kind === "constant" && list.value === null) return start
    const isEvents = list.kind === "place" && list.place.name === "events"
    const items: readonly Value[] | null = isEvents
      ? [{ kind: "place", place: { name: "event" } }]
      : list.kind === "list"
        ? list.items
        : null
    if (items === null) return FAILURE
    if (items.length > MAX_REDUCED) throw new RulesError("reduce-not-constant", `over ${items.length} items`)
    return items.reduce(
      (accumulator, current) => evaluate(lambda, { name: "lambda", accumulator, current }, evaluation),
      start,
    )
  })
}

function evaluateExtract([operand, index]: readonly unknown[], here: Place, evaluation: Evaluation): Value {
  if (!isInteger(index)) throw malformed("extractFromUVCI without an index")
  return applyEach([evaluate(operand, here, evaluation)], ([value = FAILURE]) => {
    if (value.kind === "field")
      throw new RulesError("extract-from-uvci", `fragment ${index} of ${value.field.member}`)
    if (value.kind !== "constant") return FAILURE
    if (value.value === null) return value
    if (typeof value.value !== "string") return FAILURE
    const prefix = "URN:UVCI:"
    const fragments = value.value.slice(value.value.startsWith(prefix) ? prefix.length : 0).split(/[/#:]/)
    return constant(index < 0 ? null : (fragments[index] ?? null))
  })
}

const listOf = (items: readonly Value[]): Value =>
  items.some(({ kind }) => kind === "failed") ? FAILURE : { kind: "list", items, name: null }

/** The instant of a validation clock, or null when it is no date-time. */
export const clockOf = (text: string): number | null => {
  const ms = parseMoment(text)
  return ms === null ? null : Math.floor(ms / 1000)
}

function malformed(detail: string): RulesError {
  return new RulesError("logic-malformed", detail)
}
