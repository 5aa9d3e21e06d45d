// A CertLogic rule as a statement over one event's credential: provable exactly when the rule is satisfied.
import { StatementError } from "../../protocol/credential/credential-error.ts"
import { compileStatement } from "../../protocol/credential/slots.ts"
import type { StatementInput } from "../../protocol/credential/statement-conditions.ts"
import { prepareValueSet } from "../../protocol/credential/value-set.ts"
import type { PreparedValueSet } from "../../protocol/credential/value-set.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseStatement, parseValueSet } from "../../protocol/wire/statement.ts"
import type { Statement, ValueSet, Where } from "../../protocol/wire/statement.ts"
import { EVENT_SCHEMA } from "../eu-dcc/codes.ts"
import type { EventKind } from "../eu-dcc/codes.ts"
import { evaluate } from "./evaluate.ts"
import type { Evaluation } from "./evaluate.ts"
import { eventSchema, requiredAttributes } from "./event-field.ts"
import { leavesOf, whereOf } from "./formula.ts"
import type { Formula } from "./formula.ts"
import { EVENT_NAMES } from "./rule.ts"
import type { Rule } from "./rule.ts"
import { RulesError } from "./rules-error.ts"
import type { RefusalReason } from "./rules-error.ts"
import { truthOf } from "./value.ts"

/** A rule's circumstances: which certificates, which lists, which moment. */
export interface RuleContext {
  /** The kind of the certificate's one event. */
  readonly event: EventKind
  /** Codes by value set id, as the rule's publisher gives them; null when they are not at hand. */
  readonly valueSets: Readonly<Record<string, readonly string[]>> | null
  /** External parameters beside `validationClock` and `valueSets`. */
  readonly external?: Readonly<Record<string, unknown>>
  /** Unix seconds. Times relative to it stay relative wherever the statement language can say them. */
  readonly clockUnixSeconds: number
  /** Hashes a value set, which takes some milliseconds: callers with many rules remember. */
  readonly prepare?: (valueSet: ValueSet) => PreparedValueSet
}

/**
 * What a translation has to do with the clock: nothing; it names times relative to it, so that it holds at every clock;
 * or it was made for one clock and must be made again for another.
 */
export type TimeUse = "none" | "relative" | "fixed"

/** What a translation rests on. */
export interface RuleUses {
  readonly time: TimeUse
  /** Attributes that every certificate states and the rule relies on: it says nothing of a record that lacks one. */
  readonly attributes: readonly string[]
}

/** A rule that was not translated. */
export interface Refusal {
  readonly rule: string
  readonly event: EventKind
  readonly reason: RefusalReason
  /** Public text of the rule: never anything of a certificate. */
  readonly detail: string
}

/** What a rule says of certificates with one event of a kind. */
export type Translation =
  | {
      readonly outcome: "statement"
      readonly statement: Statement
      /** Lists of more than sixteen codes; their ids stand in the statement. */
      readonly valueSets: readonly ValueSet[]
      readonly uses: RuleUses
    }
  /**
   * The same for every certificate of the kind: satisfied by holding one, or by none. As part of a set the first adds
   * nothing, the second leaves nothing.
   */
  | { readonly outcome: "constant"; readonly value: boolean; readonly uses: RuleUses }
  | { readonly outcome: "refused"; readonly refusal: Refusal }

/** Operations in one rule, every branch counted: lists of some hundred codes and folds over them fit. */
const MAX_OPERATIONS = 20_000

/** Translates a rule. Total: a rule that has no statement is a refusal with a reason. */
export function translateRule(rule: Rule, context: RuleContext): Translation {
  try {
    const { yes, uses } = evaluateRule(rule, context)
    if (yes.kind === "always" || yes.kind === "never") {
      return { outcome: "constant", value: yes.kind === "always", uses }
    }
    return {
      outcome: "statement",
      ...makeStatement(
        { id: statementId(rule, context.event), title: titleOf(rule, context.event) },
        yes,
        context,
      ),
      uses,
    }
  } catch (error) {
    return {
      outcome: "refused",
      refusal: { rule: rule.identifier, event: context.event, ...refusalOf(error) },
    }
  }
}

/** The statement that any valid certificate of a kind satisfies: what proving a rule that is always satisfied comes to. */
export function holdsCertificate(event: EventKind): Statement {
  return {
    type: "sotto/statement/1",
    id: `eu-${EVENT_NAMES[event].toLowerCase()}-certificate/1`,
    title: { en: `A valid ${EVENT_NAMES[event].toLowerCase()} certificate` },
    schema: EVENT_SCHEMA[event],
    subject: "self",
    where: { field: "disease", present: true },
  }
}

/** A statement's documents, checked and compiled once at the context's clock. @throws RulesError, StatementError, ProtocolError */
export function makeStatement(
  head: { readonly id: string; readonly title: string; readonly omits?: readonly string[] },
  formula: Formula,
  context: RuleContext,
): { readonly statement: Statement; readonly valueSets: readonly ValueSet[] } {
  const found = leavesOf(formula).flatMap(({ valueSet }) => valueSet ?? [])
  const valueSets = [...new Map(found.map((set) => [set.id, set])).values()].map(parseValueSet)
  const where: Where = whereOf(formula)
  const statement = parseStatement({
    type: "sotto/statement/1",
    id: head.id,
    title: { en: head.title },
    schema: EVENT_SCHEMA[context.event],
    subject: "self",
    where,
    ...(head.omits === undefined || head.omits.length === 0 ? {} : { omits: [...head.omits] }),
  })
  compileStatement(statementInputOf(statement, valueSets, context))
  return { statement, valueSets }
}

/** The formula of a rule: provable where it holds. @throws RulesError */
export function evaluateRule(
  rule: Rule,
  { event, valueSets, external = {}, clockUnixSeconds }: RuleContext,
): { readonly yes: Formula; readonly uses: RuleUses } {
  const assumed = new Set<string>()
  let time: TimeUse = "none"
  let operations = 0
  const evaluation: Evaluation = {
    ...{ event, valueSets, external, clockUnixSeconds },
    assume: ({ attribute }) => void assumed.add(attribute),
    readClock: () => {
      if (time === "none") time = "relative"
    },
    fixClock: () => {
      time = "fixed"
    },
    count: () => {
      operations++
      if (operations > MAX_OPERATIONS) throw new RulesError("statement-too-wide", "too many operations")
    },
  }
  const { yes } = truthOf(evaluate(rule.logic, { name: "data" }, evaluation), evaluation.assume)
  const required = requiredAttributes(event)
  const read = leavesOf(yes).flatMap(({ attributes }) => attributes.filter((name) => required.has(name)))
  return { yes, uses: { time, attributes: [...new Set([...assumed, ...read])] } }
}

/** What compiling a translated statement takes. */
export function statementInputOf(
  statement: Statement,
  valueSets: readonly ValueSet[],
  { event, clockUnixSeconds, prepare = prepareValueSet }: Omit<RuleContext, "valueSets" | "external">,
): StatementInput {
  const prepared = new Map(valueSets.map((set) => [set.id, prepare(set)]))
  return {
    statement,
    parameters: {},
    schema: eventSchema(event),
    valueSets: (id) => prepared.get(id) ?? null,
    asOfUnixSeconds: clockUnixSeconds,
    zone: "Z",
  }
}

/** Reason and detail of what a translation stopped at; anything else is a fault and thrown again. */
export function refusalOf(error: unknown): Pick<Refusal, "reason" | "detail"> {
  if (error instanceof RulesError) {
    return { reason: error.code as RefusalReason, detail: error.message }
  }
  if (error instanceof StatementError) {
    const isWide = error.code === "statement-too-wide" || error.code === "list-too-long"
    return { reason: isWide ? "statement-too-wide" : "values-not-comparable", detail: error.message }
  }
  // The wire form bounds depth, counts and lengths: a statement it refuses is one nobody could be sent.
  if (error instanceof ProtocolError) return { reason: "statement-too-wide", detail: error.message }
  throw error
}

function statementId({ identifier, version }: Rule, event: EventKind): string {
  return `eu-${slug(identifier)}-${event}/${slug(version)}`
}

/** Lower-case letters, digits, dots and hyphens, as identifiers are spelled. */
export function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .slice(0, 30)
  return plain.replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "") || "0"
}

function titleOf({ identifier, description }: Rule, event: EventKind): string {
  const words = description.replaceAll(/\s+/g, " ").trim()
  const title = `${identifier}, ${EVENT_NAMES[event].toLowerCase()} certificate${words === "" ? "" : `: ${words}`}`
  // Cut between characters: half a surrogate pair is no text.
  return title.length <= 200 ? title : `${title.slice(0, 198).toWellFormed().replaceAll("\uFFFD", "")}…`
}
