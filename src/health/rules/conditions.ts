// Conditions on one or two fields as truths: each with the condition that holds on every other certificate.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Condition, ValueSet, Where } from "../../protocol/wire/statement.ts"
import { known, notBool } from "./bool.ts"
import type { Bool } from "./bool.ts"
import { tokenOf } from "./event-field.ts"
import type { EventField } from "./event-field.ts"
import { ALWAYS, allOf, anyOf } from "./formula.ts"
import type { Formula, Leaf } from "./formula.ts"

/** Codes of one inline list; a longer one becomes a value set. */
const LIST_CODES = 16

/** Reports each field whose presence a formula takes for granted. */
export type Assume = (field: EventField) => void

/** Name under which a field is compared: of an uncertain birth date, the last possible day, as CertLogic reads it. */
export const comparedName = ({ attribute, definition }: EventField): string =>
  definition.type === "partialDate" ? `${attribute}.last` : attribute

/** A condition and its opposite as leaves. */
export function pairOf(
  fields: readonly EventField[],
  [where, key]: readonly [Where, string],
  [otherwise, opposite]: readonly [Where, string],
): readonly [Leaf, Leaf] {
  const shared = {
    kind: "leaf" as const,
    attributes: fields.map(({ attribute }) => attribute),
    isDecided: fields.every(({ isRequired }) => isRequired),
    weight: 1 as const,
  }
  return [
    { ...shared, where, key, opposite },
    { ...shared, where: otherwise, key: opposite, opposite: key },
  ]
}

/** "The certificate states the field." */
export function isStated(field: EventField, assume: Assume): Bool {
  if (field.isRequired) {
    assume(field)
    return known(true)
  }
  const name = field.attribute
  const [yes, no] = pairOf(
    [],
    [{ field: name, present: true }, `${name}?`],
    [{ field: name, present: false }, `!${name}?`],
  )
  const own = { attributes: [name], isDecided: true, presence: name } // answered either way
  return { yes: { ...yes, ...own }, no: { ...no, ...own }, defined: ALWAYS }
}

/** A comparison that fails where a field is absent, also one that would come out the same for every value. */
export function failing(fields: readonly EventField[], yes: Formula, no: Formula, assume: Assume): Bool {
  const defined = allOf(...fields.map((field) => isStated(field, assume).yes))
  const where = (formula: Formula): Formula => (formula.kind === "always" ? defined : formula)
  return { yes: where(yes), no: where(no), defined }
}

/** An equality or membership that is false where the field is absent. */
export function falseIfAbsent(field: EventField, yes: Formula, no: Formula, assume: Assume): Bool {
  return { yes, no: field.isRequired ? no : anyOf(no, isStated(field, assume).no), defined: ALWAYS }
}

/** "The code is one of these." @param listName - of the value set the codes were read from, or null */
export function isAmong(
  field: EventField,
  codes: readonly string[],
  listName: string | null,
  assume: Assume,
): Bool {
  const tokens = [...new Set(codes.flatMap((code) => tokenOf(field, code) ?? []))].sort(byCodeUnits)
  const name = field.attribute
  if (tokens.length === 0) return known(false)
  if (tokens.length > LIST_CODES) return isMember(field, tokens, listName, assume)
  const [yes, no] = among(field, tokens)
  return falseIfAbsent(field, yes, no, assume)

  function isMember(...[, all]: Parameters<typeof isAmong>): Bool {
    const valueSet = makeValueSet(listName ?? `list-of-${field.member}`, all)
    const condition: Condition = { field: name, in: { valueSet: valueSet.id } }
    const key = `${name} in ${valueSet.id}`
    const [member] = pairOf([field], [condition, key], [{ not: condition }, `!${key}`])
    // One proof shows a member of a set and cannot show that there is none; lists that are shorter say it together.
    const chunks = Array.from({ length: Math.ceil(all.length / LIST_CODES) }, (_, i) =>
      all.slice(LIST_CODES * i, LIST_CODES * (i + 1)),
    )
    const none = allOf(...chunks.map((chunk) => among(field, chunk)[1]))
    return falseIfAbsent(field, { ...member, valueSet }, none, assume)
  }
}

function among(field: EventField, tokens: readonly string[]): readonly [Leaf, Leaf] {
  const name = field.attribute
  const [only = ""] = tokens
  const condition: Condition =
    tokens.length === 1 ? { field: name, eq: only } : { field: name, in: [...tokens] }
  const key = `${name} in ${JSON.stringify(tokens)}`
  return pairOf([field], [condition, key], [{ not: condition }, `!${key}`])
}

/** "The two fields are the same." */
export function isSame(field: EventField, other: EventField, assume: Assume): Bool {
  const [a, b] = [comparedName(field), comparedName(other)].sort(byCodeUnits) as [string, string]
  if (a === b) return isStated(field, assume)
  const condition: Condition = { field: a, sameAs: b }
  const [yes, no] = pairOf([field, other], [condition, `${a} = ${b}`], [{ not: condition }, `!${a} = ${b}`])
  return failing([field, other], yes, no, assume)
}

/** `field <= other + plus`, in the fields' own unit. */
export function isAtMostOther(field: EventField, other: EventField, plus: number, assume: Assume): Bool {
  const [a, b] = [comparedName(field), comparedName(other)]
  if (a === b) return failing([field], ...constant(plus >= 0), assume)
  // One orientation for both spellings of a comparison, so that they are one slot: b >= a - plus.
  if (a > b) return notBool(isAtMostOther(other, field, -plus - 1, assume))
  const most: Condition = { field: a, atMost: { field: b, ...(plus === 0 ? {} : { plus }) } }
  const least: Condition = { field: a, atLeast: { field: b, ...(plus === -1 ? {} : { plus: plus + 1 }) } }
  const [yes, no] = pairOf(
    [field, other],
    [most, `${a} - ${b} ..${plus}`],
    [least, `${a} - ${b} ${plus + 1}..`],
  )
  return failing([field, other], yes, no, assume)
}

const constant = (value: boolean): [Formula, Formula] => [known(value).yes, known(value).no]

// The digest is part of the name: two lists of one name in two folders are two documents.
function makeValueSet(listName: string, codes: readonly string[]): ValueSet {
  const digest = bytesToHex(sha256(canonicalBytes(codes))).slice(0, 32)
  const name = listName
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 38)
  return { type: "sotto/value-set/1", id: `eu-dcc-${name}/${digest}`, codes: [...codes] }
}

// Value sets ascend as the protocol compares them: by UTF-16 code units, not by a locale.
const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
