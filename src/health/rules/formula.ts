// Formulas without negation over a statement's conditions, kept small while they are built. Negation stands in the leaves,
// because "is not so" and "is not stated" differ: see bool.ts.
import type { ValueSet, Where } from "../../protocol/wire/statement.ts"
import { RulesError } from "./rules-error.ts"

/** One condition or its negation. */
export interface Leaf {
  readonly kind: "leaf"
  readonly where: Where
  /** Equal for equal meaning; `opposite` is the key of the leaf that holds on every other record. */
  readonly key: string
  readonly opposite: string
  /** Attributes that it reads. */
  readonly attributes: readonly string[]
  /** True when every certificate states those: then the leaf or its opposite holds. */
  readonly isDecided: boolean
  /** The attribute that the leaf asks to be stated or not; every other leaf holds only where its attributes are stated. */
  readonly presence?: string
  readonly valueSet?: ValueSet
  readonly weight: 1
}

/** Always, never, a leaf, or leaves joined; children of a join are of the other kind. */
export type Formula =
  | { readonly kind: "always"; readonly key: "T"; readonly weight: 0 }
  | { readonly kind: "never"; readonly key: "F"; readonly weight: 0 }
  | Leaf
  | Join

interface Join {
  readonly kind: "all" | "any"
  readonly of: readonly Formula[]
  readonly key: string
  readonly weight: number
}

/** Holds for every certificate of the kind. */
export const ALWAYS: Formula = { kind: "always", key: "T", weight: 0 }
/** Holds for none. */
export const NEVER: Formula = { kind: "never", key: "F", weight: 0 }

// A statement of one request has at most 8 parts of 36 places; on the way there may be more, not without end.
const MAX_WEIGHT = 2000

/** All of them hold. @throws RulesError `statement-too-wide` */
export const allOf = (...parts: readonly Formula[]): Formula => join("all", parts)
/** At least one holds. @throws RulesError `statement-too-wide` */
export const anyOf = (...parts: readonly Formula[]): Formula => join("any", parts)

function join(kind: "all" | "any", parts: readonly Formula[]): Formula {
  const [neutral, absorbing] = kind === "all" ? [ALWAYS, NEVER] : [NEVER, ALWAYS]
  const flat = dropPresence(kind, distinct(parts.flatMap((part) => (part.kind === kind ? part.of : [part]))))
  const leaves = new Map(flat.flatMap((part) => (part.kind === "leaf" ? [[part.key, part] as const] : [])))
  const kept: Formula[] = []
  for (const part of flat) {
    if (part.kind === absorbing.kind) return absorbing
    if (part.kind === "leaf" && cancels(kind, part, leaves)) return absorbing
    const rest = part.kind === "all" || part.kind === "any" ? reduce(kind, part, leaves) : part
    if (rest.kind === absorbing.kind) return absorbing
    if (rest.kind !== neutral.kind) kept.push(rest)
  }
  const [only] = kept
  if (only === undefined) return neutral
  if (kept.length === 1) return only
  // What reducing made of a child may be a leaf or a join of this kind: look once more.
  if (kept.length !== flat.length || kept.some((part, i) => part !== flat[i])) return join(kind, kept)
  const weight = kept.reduce((sum, part) => sum + part.weight, 0)
  if (weight > MAX_WEIGHT) throw new RulesError("statement-too-wide", `more than ${MAX_WEIGHT} conditions`)
  const key = `${kind}(${kept
    .map((part) => part.key)
    .sort()
    .join(",")})`
  return { kind, of: kept, key, weight }
}

// "a and not a" never holds; "a or not a" holds if a is stated.
function cancels(kind: "all" | "any", leaf: Leaf, leaves: ReadonlyMap<string, Leaf>): boolean {
  return leaves.has(leaf.opposite) && (kind === "all" || leaf.isDecided)
}

// "a and (a or b)" is a, "a and (not a or b)" is "a and b"; the same with "and" and "or" exchanged, where a is stated.
function reduce(kind: "all" | "any", child: Join, leaves: ReadonlyMap<string, Leaf>): Formula {
  if (child.of.some((part) => part.kind === "leaf" && leaves.has(part.key))) {
    return kind === "all" ? ALWAYS : NEVER
  }
  const rest = child.of.filter(
    (part) => !(part.kind === "leaf" && leaves.has(part.opposite) && (kind === "all" || part.isDecided)),
  )
  return rest.length === child.of.length ? child : join(child.kind, rest)
}

// Beside another condition on f, "f is stated" says nothing in an "and" and everything in an "or".
function dropPresence(kind: "all" | "any", parts: readonly Formula[]): readonly Formula[] {
  const leaves = parts.filter((part) => part.kind === "leaf")
  const isPresence = ({ presence, key }: Leaf): boolean => presence !== undefined && !key.startsWith("!")
  const stated = leaves.filter(isPresence).flatMap(({ presence }) => presence ?? [])
  if (stated.length === 0) return parts
  const others = leaves.filter(({ presence }) => presence === undefined)
  const dropped = others.filter(({ attributes }) => attributes.some((name) => stated.includes(name)))
  if (kind === "any") return parts.filter((part) => part.kind !== "leaf" || !dropped.includes(part))
  const implied = new Set(dropped.flatMap(({ attributes }) => attributes))
  return parts.filter(
    (part) => part.kind !== "leaf" || !isPresence(part) || !implied.has(part.presence ?? ""),
  )
}

function distinct(parts: readonly Formula[]): readonly Formula[] {
  return [...new Map(parts.map((part) => [part.key, part])).values()]
}

/** The formula as the `where` of a statement. @param formula - neither always nor never */
export function whereOf(formula: Formula): Where {
  if (formula.kind === "leaf") return formula.where
  if (formula.kind === "all") return { all: formula.of.map(whereOf) }
  if (formula.kind === "any") return { any: formula.of.map(whereOf) }
  throw new RangeError("a constant has no condition")
}

/** Every leaf, repetitions included. */
export function leavesOf(formula: Formula): readonly Leaf[] {
  if (formula.kind === "leaf") return [formula]
  return formula.kind === "all" || formula.kind === "any" ? formula.of.flatMap(leavesOf) : []
}
