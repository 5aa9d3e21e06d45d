// A compiled statement in English, for the one screen on which a holder consents: what the circuit checks, not what a
// title claims, and what it leaves unsaid.
import type { AttributeDefinition, Schema } from "../wire/statement.ts"
import { dayAt } from "./calendar.ts"
import { makeCodeWords } from "./code-words.ts"
import type { Labels } from "./labels.ts"
import { isOnlyAbout, isPinned } from "./pinned.ts"
import { describeSlot } from "./slot-words.ts"
import type { Speaker } from "./slot-words.ts"
import { attributeIndex, isOrdered } from "./schema.ts"
import { OP } from "./slot.ts"
import type { Clause, Slot } from "./slot.ts"
import { compileClauses } from "./slots.ts"
import type { StatementInput } from "./statement-conditions.ts"
import { quoteText, sayList } from "./value-words.ts"

/** What a holder reads before agreeing. */
export interface StatementWords {
  /** One sentence a clause, without a full stop; all of them will be proved. */
  readonly willProve: readonly string[]
  /** What of this record an answer leaves open, in the same words. */
  readonly willNotLearn: readonly string[]
  /** The codes behind each value set that a sentence names. */
  readonly sets: readonly { readonly id: string; readonly codes: readonly string[] }[]
}

/**
 * The words of a statement.
 * @param labels - the wallet's own; what it has no words for is quoted as it stands and said to be unknown
 * @throws StatementError as `compileStatement`
 */
export function describeStatement(input: StatementInput, labels: Labels): StatementWords {
  const { schema, asOfUnixSeconds, zone } = input
  const clauses = compileClauses(input)
  const codes = makeCodeWords(input, labels)
  const nounOf = ({ name }: AttributeDefinition): string =>
    labels.attribute(schema, name) ?? `attribute ${quoteText(name)}`
  const today = dayAt(asOfUnixSeconds, zone)
  const speaker: Speaker = { schema, labels, codes, nounOf, today, nowUnixSeconds: asOfUnixSeconds }
  const ids = new Set(clauses.flat().flatMap(({ valueSetId }) => valueSetId ?? []))
  return {
    willProve: clauses.map((clause) => clause.map((slot) => describeSlot(slot, speaker)).join(", or ")),
    willNotLearn: [...describeUnsaid(clauses, input, nounOf), ...describeOmitted(input.statement)],
    sets: [...ids].map((id) => ({ id, codes: codes.sayEach(input.valueSets(id)?.codes ?? []) })),
  }
}

// A set of rules that is answered in part must not pass for the whole.
function describeOmitted({ omits = [] }: StatementInput["statement"]): readonly string[] {
  if (omits.length === 0) return []
  const rules = sayList(omits.map(quoteText), "or")
  return [
    `whether you keep the rule${omits.length === 1 ? "" : "s"} ${rules}: this statement leaves that out`,
  ]
}

function describeUnsaid(
  clauses: readonly Clause[],
  input: StatementInput,
  nounOf: (definition: AttributeDefinition) => string,
): readonly string[] {
  const { schema } = input
  const pinned = schema.attributes.filter((definition) => isPinned(clauses, definition, input))
  const isDecided = (clause: Clause): boolean =>
    clause.length === 1 || pinned.some((definition) => isOnlyAbout(clause, definition, schema))
  const open = schema.attributes.flatMap((definition): readonly string[] => {
    const literals = clauses.flat().filter((slot) => mentions(schema, slot, definition.name))
    if (literals.length === 0 || pinned.includes(definition)) return []
    const noun = nounOf(definition)
    if (isOrdered(definition)) return [`the exact ${noun}`]
    const isListed = literals.some(({ op, not }) => !not && (op === OP.in || op === OP.inSet))
    return [isListed ? `which one of these the ${noun} is` : `what the ${noun} is`]
  })
  const rest = schema.attributes.filter(
    ({ name }) => !clauses.flat().some((slot) => mentions(schema, slot, name)),
  )
  const others = sayList(
    rest.map((definition) => `the ${nounOf(definition)}`),
    "and",
  )
  return [
    ...open,
    ...(clauses.every(isDecided) ? [] : [`which side of an "or" is true`]),
    ...(rest.length > 0 ? [`anything about ${others}`] : []),
  ]
}

function mentions(schema: Schema, { op, field, field2 }: Slot, name: string): boolean {
  const fields = op === OP.difference || op === OP.same ? [field, field2] : [field]
  const index = attributeIndex(schema)
  return [...index.values()].some(
    ({ definition, position }) => definition.name === name && fields.includes(position),
  )
}
