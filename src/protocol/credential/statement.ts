// What a statement means: it holds when it is provable. The reference that compiler and circuit are held against.
import type { Attributes } from "../wire/credential.ts"
import { encodeAttributes } from "./attribute.ts"
import type { CompiledPart } from "./parts.ts"
import { CLAUSES, LARGEST_BOUND, OP, operandsOf, SLOTS } from "./slot.ts"
import type { Slot } from "./slot.ts"
import { resolveStatement } from "./statement-conditions.ts"
import type { Formula, StatementInput, Test } from "./statement-conditions.ts"

/**
 * True when the record provably satisfies the statement: an absent value satisfies neither a condition nor its negation.
 * @param attributes - the record's values by name
 * @throws StatementError of step 1, CredentialError of `encodeAttributes`
 */
export function evaluateStatement(input: StatementInput, attributes: Attributes): boolean {
  return holds(resolveStatement(input), encodeAttributes(input.schema, attributes), true)
}

function holds(formula: Formula, attrs: readonly bigint[], wanted: boolean): boolean {
  if ("not" in formula) return holds(formula.not, attrs, !wanted)
  if ("test" in formula) return truth(formula.test, attrs) === wanted
  const children = "all" in formula ? formula.all : formula.any
  const isEvery = "all" in formula ? wanted : !wanted
  return isEvery
    ? children.every((child) => holds(child, attrs, wanted))
    : children.some((child) => holds(child, attrs, wanted))
}

/** True, false, or unknown: an operand is absent, or an uncertain date lies on both sides. */
function truth(test: Test, attrs: readonly bigint[]): boolean | "unknown" {
  const [first, last] = [attrs[test.field.first] ?? 0n, attrs[test.field.last] ?? 0n]
  if (test.kind === "present") return first !== 0n
  if (first === 0n) return "unknown"
  switch (test.kind) {
    case "equal":
      return first === test.value
    case "among":
      return test.values.includes(first)
    case "member":
      return test.set.members.includes(first)
    case "within":
      return inInterval(first, last, test.lo, test.hi)
    case "same":
    case "difference": {
      const [w, z] = [attrs[test.other.first] ?? 0n, attrs[test.other.last] ?? 0n]
      if (w === 0n) return "unknown"
      return test.kind === "same" ? first === w : inInterval(first - z, last - w, test.lo, test.hi)
    }
  }
}

/** Whether every number of [least, most] lies in the interval, none does, or it cannot be said. */
function inInterval(least: bigint, most: bigint, lo: bigint | null, hi: bigint | null): boolean | "unknown" {
  if ((lo === null || least >= lo) && (hi === null || most <= hi)) return true
  if ((lo !== null && most < lo) || (hi !== null && least > hi)) return false
  return "unknown"
}

/**
 * What the circuit computes for one part: the slots' bits, then the clauses.
 * @param attrs - sixteen field values
 * @param member - the value shown to be in the part's set; 0 without a set
 */
export function evaluatePart(part: CompiledPart, attrs: readonly bigint[], member: bigint): boolean {
  const bits = part.slots.map((slot) => evaluateSlot(slot, attrs, member))
  return Array.from({ length: CLAUSES }, (_, c) => c).every((c) =>
    bits.some((bit, k) => bit && ((part.clauses >> BigInt(SLOTS * c + k)) & 1n) === 1n),
  )
}

/**
 * The member of a part's set to show: the one that an op 7 field holds, else the set's first.
 * @param members - field values of the part's set in tree order; [0] without a set
 * @returns the position and value of a member
 */
export function chooseMember(
  part: CompiledPart,
  attrs: readonly bigint[],
  members: readonly bigint[],
): { readonly index: number; readonly member: bigint } {
  const held = part.slots.filter(({ op }) => op === OP.inSet).map(({ field }) => attrs[field] ?? 0n)
  const index = Math.max(
    0,
    members.findIndex((value) => held.includes(value)),
  )
  return { index, member: members[index] ?? 0n }
}

function evaluateSlot(slot: Slot, attrs: readonly bigint[], member: bigint): boolean {
  if (slot.op === OP.off) return false
  const v = attrs[slot.field] ?? 0n
  const w = attrs[slot.field2] ?? 0n
  if (slot.op === OP.present) return (v !== 0n) !== slot.not
  if (operandsOf(slot).some((field) => (attrs[field] ?? 0n) === 0n)) return false
  return test(slot, v, w, member) !== slot.not
}

function test({ op, lo, hi, list }: Slot, v: bigint, w: bigint, member: bigint): boolean {
  switch (op) {
    case OP.equal:
      return v === lo
    case OP.between:
      return lo <= ranged(v) && v <= hi
    case OP.in:
      return list.includes(v)
    case OP.difference:
      return lo <= ranged(v - w + (1n << 63n)) && v - w + (1n << 63n) <= hi
    case OP.same:
      return v === w
    case OP.inSet:
      return v === member
    default:
      return false
  }
}

// The circuit proves nothing about a value outside the ordered range; the type check of the compiler keeps it out.
function ranged(x: bigint): bigint {
  if (x < 0n || x > LARGEST_BOUND) throw new RangeError("an operand is outside the ordered range")
  return x
}
