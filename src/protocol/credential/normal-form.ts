// Conjunctive normal form over slots: steps 2 and 3 of compiling.
import { StatementError } from "./credential-error.ts"
import { LIST_VALUES } from "./statement-conditions.ts"
import type { Formula, Test } from "./statement-conditions.ts"
import { compareSlots, isPresenceOf, LARGEST_BOUND, makeSlot, OP, operandsOf } from "./slot.ts"
import type { Clause, Slot } from "./slot.ts"

/** Most clauses on the way to the normal form; distribution is exponential and statements come from strangers. */
const MAX_CLAUSES = 64

type Branch =
  { readonly and: readonly Branch[] } | { readonly or: readonly Branch[] } | { readonly slot: Slot }

/**
 * The clauses of a statement in canonical order, each with its literals in canonical order.
 * @throws StatementError `not-over-value-set`, `statement-too-wide`
 */
export function normalize(formula: Formula): readonly Clause[] {
  const clauses = distribute(pushNot(formula, false)).map(absorbByPresence)
  return dropImplied(clauses).sort(compareClauses)
}

function pushNot(formula: Formula, negated: boolean): Branch {
  if ("not" in formula) return pushNot(formula.not, !negated)
  if ("test" in formula) return literalOf(formula.test, negated)
  const [children, isAnd] = "all" in formula ? [formula.all, !negated] : [formula.any, negated]
  const branches = children.map((child) => pushNot(child, negated))
  return isAnd ? { and: branches } : { or: branches }
}

function literalOf(test: Test, negated: boolean): Branch {
  const field = test.field.first
  switch (test.kind) {
    case "equal":
      return { slot: makeSlot({ field, op: OP.equal, not: negated, lo: test.value }) }
    case "among":
      return { slot: makeSlot({ field, op: OP.in, not: negated, list: padded(test.values) }) }
    case "member":
      if (negated) throw new StatementError("not-over-value-set", `not-over-value-set: ${test.set.id}`)
      return { slot: makeSlot({ field, op: OP.inSet, valueSetId: test.set.id }) }
    case "same":
      return { slot: makeSlot({ field, op: OP.same, field2: test.other.first, not: negated }) }
    case "present":
      return { slot: makeSlot({ field, op: OP.present, not: negated }) }
    case "within":
      return negated ? outside(test) : within(test)
    case "difference":
      return difference(test, negated)
  }
}

type Within = Extract<Test, { kind: "within" }>

// An uncertain date is within bounds only if its first and its last possible day are.
function within({ field, lo, hi }: Within): Branch {
  if (!field.isPartial || lo === null || hi === null) {
    return between(hi === null ? field.first : field.last, lo ?? 0n, hi ?? LARGEST_BOUND)
  }
  return { and: [between(field.first, lo, LARGEST_BOUND), between(field.last, 0n, hi)] }
}

function outside({ field, lo, hi }: Within): Branch {
  const below = (bound: bigint): Branch => between(field.last, 0n, bound - 1n)
  const above = (bound: bigint): Branch => between(field.first, bound + 1n, LARGEST_BOUND)
  if (lo === null) return above(hi ?? LARGEST_BOUND)
  if (hi === null) return below(lo)
  if (field.isPartial) return { or: [below(lo), above(hi)] }
  return { slot: makeSlot({ field: field.first, op: OP.between, not: true, lo, hi }) }
}

function between(field: number, lo: bigint, hi: bigint): Branch {
  return { slot: makeSlot({ field, op: OP.between, lo, hi }) }
}

// v - w, each side of a partial date chosen so that the difference is the least favourable one.
function difference(test: Extract<Test, { kind: "difference" }>, negated: boolean): Branch {
  const { field, other } = test
  const lo = negated ? (test.hi === null ? null : test.hi + 1n) : test.lo
  const hi = negated ? (test.lo === null ? null : test.lo - 1n) : test.hi
  const [v, w] = lo === null ? [field.last, other.first] : [field.first, other.last]
  const slot = makeSlot({
    field: v,
    op: OP.difference,
    field2: w,
    lo: lo === null ? 0n : lo + (1n << 63n),
    hi: hi === null ? LARGEST_BOUND : hi + (1n << 63n),
  })
  return { slot }
}

function distribute(branch: Branch): readonly Clause[] {
  if ("slot" in branch) return [[branch.slot]]
  const parts = ("and" in branch ? branch.and : branch.or).map(distribute)
  if ("and" in branch) return bounded(parts.flat())
  return parts.reduce<readonly Clause[]>(
    (left, right) => bounded(left.length * right.length > MAX_CLAUSES ? null : product(left, right)),
    [[]],
  )
}

function product(left: readonly Clause[], right: readonly Clause[]): readonly Clause[] {
  return left.flatMap((a) => right.map((b) => sortedClause([...a, ...b])))
}

function bounded(clauses: readonly Clause[] | null): readonly Clause[] {
  if (clauses !== null && clauses.length <= MAX_CLAUSES) return clauses
  throw new StatementError("statement-too-wide", `statement-too-wide: more than ${MAX_CLAUSES} clauses`)
}

function sortedClause(literals: readonly Slot[]): Clause {
  const sorted = [...literals].sort(compareSlots)
  return sorted.filter((slot, i) => i === 0 || compareSlots(slot, sorted[i - 1] ?? slot) !== 0)
}

// "f is present" is weaker than any other condition on f, so beside it the others change nothing.
function absorbByPresence(clause: Clause): Clause {
  return clause.filter((slot) => !clause.some((other) => other !== slot && impliesPresence(slot, other)))
}

function dropImplied(clauses: readonly Clause[]): Clause[] {
  const kept: Clause[] = []
  const implies = (strong: Clause, weak: Clause): boolean =>
    strong.every((a) => weak.some((b) => compareSlots(a, b) === 0 || impliesPresence(a, b)))
  for (const [i, clause] of clauses.entries()) {
    const isImplied = clauses.some(
      (other, j) => j !== i && implies(other, clause) && (j < i || !implies(clause, other)),
    )
    if (!isImplied) kept.push(clause)
  }
  return kept
}

function impliesPresence(slot: Slot, presence: Slot): boolean {
  if (slot.op === OP.present) return false // "absent" does not imply "present", and two equal ones are one
  return operandsOf(slot).some((field) => isPresenceOf(presence, field))
}

function compareClauses(a: Clause, b: Clause): number {
  for (const [i, slot] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    const order = compareSlots(slot, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function padded(values: readonly bigint[]): readonly bigint[] {
  return Array.from({ length: LIST_VALUES }, (_, i) => values[Math.min(i, values.length - 1)] ?? 0n)
}
