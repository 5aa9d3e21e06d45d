import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import {
  ATTRIBUTES,
  code,
  DIFFERENCE_OFFSET,
  LARGEST_BOUND,
  OPS,
  ordered,
  slot,
} from "../../support/circuit-input.ts"
import type { Op, Slot, SlotOptions } from "../../support/circuit-input.ts"
import { part } from "../../support/circuit-instances.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

const TOP = LARGEST_BOUND
let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(part("credential/statement-slot.circom", "StatementSlot", 16))
})

const input = ({ code: slotCode, lo, hi, list }: Slot, attrs: readonly bigint[], member = 0n) => ({
  ...{ slotCode, lo, hi, list, attrs, member },
})
/** true, false, or the rule that makes proving impossible. */
function evaluated(given: Slot, attrs: readonly bigint[], member = 0n): boolean | number | undefined {
  const refusal = circuit.refusal(input(given, attrs, member))
  return refusal === undefined
    ? circuit.witness(input(given, attrs, member)).get("isTrue") === 1n
    : refusal.rule
}

/** Section "slots" of the README, written a second time without arithmetic tricks. */
function specified(given: Slot, attrs: readonly bigint[], member: bigint): boolean | number {
  const number = Number(given.code)
  if (given.code < 0n || given.code >= 4096n) return 14
  const v = attrs[number & 15] ?? 0n
  const w = attrs[(number >> 4) & 15] ?? 0n
  const op: Op = OPS[(number >> 8) & 7] ?? "off"
  const isNegated = number >= 2048
  const isOrdered = op === "between" || op === "diff"
  const isAbsent = v === 0n || ((op === "diff" || op === "same") && w === 0n)
  const x = op === "between" ? v : (((v - w + DIFFERENCE_OFFSET) % R) + R) % R
  if (isOrdered && (given.lo > TOP || given.hi > TOP || (!isAbsent && x > TOP))) return 16
  if (op === "inSet" && isNegated) return 18
  if (op === "off") return false
  if (op === "present") return (v !== 0n) !== isNegated
  if (isAbsent) return false
  const plain = {
    eq: v === given.lo,
    between: given.lo <= x && x <= given.hi,
    diff: given.lo <= x && x <= given.hi,
    in: given.list.includes(v),
    same: v === w,
    inSet: v === member,
  }[op]
  return plain !== isNegated
}

test("evaluates every op, negated and not, as the specification says", () => {
  const values = [
    0n,
    1n,
    2n,
    ordered(0) - 1n,
    ordered(0),
    ordered(0) + 1n,
    (1n << 63n) - 1n,
    1n << 63n,
    TOP,
    TOP + 1n,
    R - 1n,
    R - 5n,
    code(1),
  ]
  const value = fc.constantFrom(...values)
  const literal = fc.record({
    code: fc.record({ op: fc.nat(7), negated: fc.boolean(), field: fc.nat(15), second: fc.nat(15) }),
    lo: value,
    hi: value,
    list: fc.array(value, { minLength: 16, maxLength: 16 }),
    attrs: fc.array(value, { minLength: 16, maxLength: 16 }),
    member: value,
  })
  fc.assert(
    fc.property(literal, ({ code: { op, negated, field, second }, lo, hi, list, attrs, member }) => {
      const given = { code: BigInt(field + 16 * second + 256 * op + (negated ? 2048 : 0)), lo, hi, list }
      expect(evaluated(given, attrs, member)).toBe(specified(given, attrs, member))
    }),
    { numRuns: 1500 },
  )
})

describe("the comparator at its edges", () => {
  const edges = [0n, 1n, ordered(0) - 1n, ordered(0) + 1n, (1n << 63n) - 1n, 1n << 63n, TOP - 1n, TOP]
  const beyond = [TOP + 1n, R - 1n, R - 5n]
  const withValue = (v: bigint): bigint[] => ATTRIBUTES.map((attribute, i) => (i === 7 ? v : attribute))

  test("decides lo <= v <= hi for every pair of edges, swapped bounds included, and negates it", () => {
    for (const v of edges.slice(1)) {
      for (const lo of edges) {
        for (const hi of edges) {
          const plain = lo <= v && v <= hi
          expect(evaluated(slot("between", 7, { lo, hi }), withValue(v)), `${lo} <= ${v} <= ${hi}`).toBe(
            plain,
          )
          expect(evaluated(slot("between", 7, { lo, hi, negated: true }), withValue(v))).toBe(!plain)
        }
      }
    }
  })

  test.each([false, true])(
    "makes a value or bound outside 64 bits unprovable, not false (negated: %s)",
    (negated) => {
      for (const outside of beyond) {
        expect(evaluated(slot("between", 7, { lo: 0n, hi: TOP, negated }), withValue(outside))).toBe(16)
        expect(evaluated(slot("between", 7, { lo: outside, hi: TOP, negated }), ATTRIBUTES)).toBe(16)
        expect(evaluated(slot("between", 7, { lo: 0n, hi: outside, negated }), ATTRIBUTES)).toBe(16)
      }
    },
  )

  test("takes every difference of two ordered values, and none of a hash", () => {
    const pair = (v: bigint, w: bigint): bigint[] => ATTRIBUTES.map((a, i) => (i === 4 ? v : i === 5 ? w : a))
    const most = (1n << 63n) - 1n
    const diff = (lo: bigint, hi: bigint): Slot => slot("diff", 4, { second: 5, lo, hi })
    expect(evaluated(diff(TOP - 1n, TOP - 1n), pair(most, 1n))).toBe(true)
    expect(evaluated(diff(2n, 2n), pair(1n, most))).toBe(true)
    expect(evaluated(diff(0n, TOP), pair((1n << 240n) + 7n, 5n))).toBe(16)
  })
})

describe("absence", () => {
  const uses: [Op, SlotOptions][] = [
    ["eq", { lo: 0n }],
    ["between", { lo: 0n, hi: TOP }],
    ["in", { list: [0n] }],
    ["diff", { second: 4, lo: 0n, hi: TOP }],
    ["same", { second: 10 }],
  ]
  test.each(uses.flatMap(([op, o]) => [false, true].map((negated) => [op, { ...o, negated }] as const)))(
    "of the first operand makes %s false: %o",
    (op, options) => {
      expect(evaluated(slot(op, 9, options), ATTRIBUTES)).toBe(false)
    },
  )
  test.each(["diff", "same"] as const)("of the second operand makes %s false, negated or not", (op) => {
    for (const negated of [false, true]) {
      expect(evaluated(slot(op, 4, { second: 9, lo: 0n, hi: TOP, negated }), ATTRIBUTES)).toBe(false)
    }
  })
  test("is not a member of a set that contains 0", () => {
    expect(evaluated(slot("inSet", 9), ATTRIBUTES, 0n)).toBe(false)
  })
  test("is what only `present` speaks of", () => {
    expect(evaluated(slot("present", 9), ATTRIBUTES)).toBe(false)
    expect(evaluated(slot("present", 9, { negated: true }), ATTRIBUTES)).toBe(true)
    expect(evaluated(slot("present", 7, { negated: true }), ATTRIBUTES)).toBe(false)
  })
})

test("off stays false, negated or not, and whatever it points at", () => {
  for (const field of [0, 9]) {
    expect(evaluated(slot("off", field), ATTRIBUTES)).toBe(false)
    expect(evaluated(slot("off", field, { negated: true }), ATTRIBUTES)).toBe(false)
  }
})

describe("a dishonest witness fails where", () => {
  const yes = ATTRIBUTES
  const between = slot("between", 7, { lo: ordered(600), hi: ordered(700) }) // false: the value is 540
  const cases: [string, Slot, readonly bigint[], Record<string, bigint>, string][] = [
    ["the code is not its bits", between, yes, { "code[11]": 1n }, "slotCode"],
    ["a code bit is no bit", between, yes, { "code[0]": 3n, "code[1]": 0n }, "code[0]"],
    ["another attribute is picked", between, yes, { v: ordered(650), ofBetween: ordered(650), x: ordered(650) }, "v"],
    ["an absent operand is called present", slot("eq", 9), yes, { isAbsentV: 0n, hasOperands: 1n }, "isAbsentV"],
    ["a present operand is called absent", slot("present", 7, { negated: true }), yes, { isAbsentV: 1n }, "isAbsentV"],
    ["an absent second operand is called present", slot("same", 1, { second: 9 }), yes, { isAbsentW: 0n }, "isAbsentW"],
    ["operands are declared complete", slot("same", 1, { second: 9 }), yes, { isSecondMissing: 0n, hasOperands: 1n }, "isSecondMissing"],
    ["the ordered operand is another number", between, yes, { x: ordered(650) }, "x"],
    ["a bound is left out", between, yes, { loInUse: 0n }, "loInUse"],
    ["the lower comparison is flipped", between, yes, { isFromLo: 1n, isWithin: 1n }, "isFromLo"],
    ["the upper comparison is flipped", slot("between", 7, { lo: 0n, hi: 1n }), yes, { isToHi: 1n, isWithin: 1n }, "isToHi"],
    ["equality is claimed", slot("eq", 0, { lo: code(3) }), yes, { equalsLo: 1n, byEq: 1n }, "equalsLo"],
    ["equality is denied", slot("eq", 0, { lo: code(1), negated: true }), yes, { equalsLo: 0n, byEq: 0n }, "equalsLo"],
    ["sameness is claimed", slot("same", 0, { second: 1 }), yes, { equalsW: 1n, bySame: 1n }, "equalsW"],
    ["a list match is claimed", slot("in", 0, { list: [code(3)] }), yes, { isListed: 1n, byList: 1n }, "isListed"],
    ["a distance is forced to 0", slot("in", 0, { list: [code(3)] }), yes, { "distances[7]": 0n }, "distances[7]"],
    ["membership is claimed", slot("inSet", 0), yes, { equalsMember: 1n, bySet: 1n }, "equalsMember"],
    ["the result is simply said", between, yes, { isTrue: 1n }, "isTrue"],
    ["negation is dropped", slot("eq", 0, { lo: code(1), negated: true }), yes, { flipped: 1n, counted: 1n, isTrue: 1n }, "flipped"],
    ["off is counted", slot("off", 7, { negated: true }), yes, { byPresence: 1n, isTrue: 1n }, "byPresence"],
  ] // prettier-ignore
  test.each(cases)("%s", (_, given, attrs, edits, signal) => {
    expect(
      names(
        circuit
          .witness(input(given, attrs, code(9)))
          .edit(edits)
          .broken(),
        [signal],
      ),
    ).toBe(true)
  })

  test("op 7 is negated: only rule (18) and what follows from the flip are left to break", () => {
    const honest = circuit.witness(input(slot("inSet", 0), ATTRIBUTES, code(9)))
    const forged = honest.edit({
      slotCode: slot("inSet", 0, { negated: true }).code,
      "code[11]": 1n,
      ...{ flipped: 1n, counted: 1n, presence: 0n, isTrue: 1n },
    })
    const broken = forged.broken()
    expect(broken).toHaveLength(1)
    expect(names(broken, ["isInSet", "code[11]"])).toBe(true)
  })
})
