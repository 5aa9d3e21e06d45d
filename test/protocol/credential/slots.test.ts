import { describe, expect, it } from "vitest"
import { ORDERED_ZERO } from "../../../src/protocol/credential/attribute.ts"
import { compareSlots, LARGEST_BOUND, makeSlot, OP, slotCode } from "../../../src/protocol/credential/slot.ts"
import { compileClauses, compileStatement } from "../../../src/protocol/credential/slots.ts"
import type { StatementInput } from "../../../src/protocol/credential/statement-conditions.ts"
import type { Where } from "../../../src/protocol/wire/statement.ts"
import { codeOf } from "../../support/code-of.ts"
import { EVERY_TYPE, MMOL } from "../../support/every-type.ts"
import { inputOf, LONG_SET } from "../../support/made-statements.ts"

const refusal = (condition: object, more: Partial<StatementInput> = {}) =>
  codeOf(() => compileStatement(inputOf(condition as Where, more)))
const clauses = (condition: Where) => compileClauses(inputOf(condition))
const parts = (condition: Where) => compileStatement(inputOf(condition))
const count = (n: number): Where => ({ field: "count", eq: n })
const big = (n: number) => ORDERED_ZERO + BigInt(n)

describe("each code of compiling", () => {
  it.each([
    ["parameters-mismatch", { field: "count", eq: { param: "n" } }, {}],
    ["parameters-mismatch", { field: "count", eq: 1 }, { unused: 1 }],
    ["parameters-mismatch", { field: "count", eq: { param: "n" } }, { n: [1] }],
    ["parameters-mismatch", { field: "kind", in: { param: "n" } }, { n: "s|c" }],
    ["parameters-mismatch", { field: "count", eq: { param: "toString" } }, { tostring: 1 }],
  ])("%s: %j with %j", (code, condition, parameters) => {
    expect(refusal(condition, { parameters })).toBe(code)
  })

  it.each([
    ["field-unknown", { field: "rumour", eq: 1 }],
    ["field-unknown", { field: "count", atLeast: { field: "rumour" } }],
    ["field-unknown", { field: "kind", sameAs: "rumour" }],
    ["field-unknown", { field: "count.first", eq: 1 }],
    ["operator-not-allowed", { field: "kind", atLeast: "s|c" }],
    ["operator-not-allowed", { field: "kind", between: ["s|a", "s|c"] }],
    ["operator-not-allowed", { field: "note", eq: "x" }],
    ["operator-not-allowed", { field: "note", in: ["x"] }],
    ["operator-not-allowed", { field: "note", sameAs: "note" }],
    ["operator-not-allowed", { field: "count", in: { valueSet: "long/1" } }],
    ["operator-not-allowed", { field: "born", in: ["1980-01-01"] }],
    ["operator-not-allowed", { field: "born", sameAs: "born" }],
    ["operator-not-allowed", { field: "count", atLeast: { field: "takenOn" } }],
    ["operator-not-allowed", { field: "value", atLeast: { field: "plain" } }],
    ["operator-not-allowed", { field: "kind", atLeast: { field: "other" } }],
    ["unit-missing", { field: "value", atLeast: "1" }],
    ["unit-missing", { field: "value", atLeast: { field: "high", plus: 1 } }],
    ["unit-mismatch", { field: "value", atLeast: "1", unit: "http://unitsofmeasure.org|mg/dL" }],
    ["unit-mismatch", { field: "count", atLeast: 1, unit: MMOL }],
    ["value-out-of-range", { field: "count", eq: 1001 }],
    ["value-out-of-range", { field: "value", atMost: "200.5", unit: MMOL }],
    ["precision-exceeded", { field: "value", atMost: "1.0001", unit: MMOL }],
    ["value-malformed", { field: "value", atMost: 1, unit: MMOL }],
    ["value-malformed", { field: "count", eq: "1" }],
    ["value-malformed", { field: "kind", eq: "no-bar" }],
    ["value-malformed", { field: "takenOn", eq: "2022-02-30" }],
    ["value-malformed", { field: "takenOn", eq: "now-PT72H" }],
    ["value-malformed", { field: "takenOn", atLeast: "today-P" }],
    ["value-malformed", { field: "takenOn", atLeast: "today-PT1H" }],
    ["value-malformed", { field: "takenOn", atLeast: "today-P1.5D" }],
    ["value-malformed", { field: "takenOn", atLeast: "Today" }],
    ["value-malformed", { field: "takenAt", atLeast: "today" }],
    ["value-malformed", { field: "takenAt", atLeast: "now-P1M" }],
    ["value-malformed", { field: "born", atMost: "1980" }],
    ["value-set-unknown", { field: "kind", in: { valueSet: "rumour/1" } }],
    ["list-too-long", { field: "kind", in: LONG_SET.codes.slice(0, 17) }],
    ["statement-empty", { all: [] }],
    ["statement-empty", { any: [] }],
    ["statement-empty", { all: [{ any: [] }] }],
    ["statement-empty", { field: "kind", in: [] }],
    ["statement-empty", { field: "count", between: [3, 2] }],
    ["statement-empty", { field: "takenOn", between: ["today", "today-P1D"] }],
    ["not-over-value-set", { not: { field: "kind", in: { valueSet: "long/1" } } }],
    ["statement-too-wide", { any: Array.from({ length: 7 }, (_, i) => count(i)) }],
    [
      "statement-too-wide",
      { any: Array.from({ length: 7 }, (_, i) => ({ all: [count(i), count(i + 10)] })) },
    ],
  ])("%s: %j", (code, condition) => {
    expect(refusal(condition)).toBe(code)
  })

  it("schema-mismatch, for another schema or subject", () => {
    expect(refusal(count(1), { schema: { ...EVERY_TYPE, version: 2 } })).toBe("schema-mismatch")
    expect(refusal(count(1), { schema: { ...EVERY_TYPE, subject: "ward" } })).toBe("schema-mismatch")
  })

  it("statement-too-wide, for more than eight parts", () => {
    const wide = (n: number): Where => ({
      all: Array.from({ length: n }, (_, i) => ({
        any: Array.from({ length: 6 }, (__, j) => count(10 * i + j)),
      })),
    })
    expect(parts(wide(8))).toHaveLength(8)
    expect(refusal(wide(9))).toBe("statement-too-wide")
  })
})

describe("slots", () => {
  it("carry field, second field, op and not in twelve bits", () => {
    expect(slotCode(makeSlot({ field: 15, field2: 14, op: OP.inSet, not: true }))).toBe(
      15n + 14n * 16n + 7n * 256n + 2048n,
    )
  })

  it("are zero where the op does not look", () => {
    expect(clauses({ field: "other", present: false })).toEqual([
      [{ field: 1, op: OP.present, field2: 0, not: true, lo: 0n, hi: 0n, list: [], valueSetId: null }],
    ])
  })

  it("have 0 and 2^64 - 1 for no bound, and the opposite comparison for a negated one", () => {
    const between = (lo: bigint, hi: bigint) => [[makeSlot({ field: 2, op: OP.between, lo, hi })]]
    expect(clauses({ field: "count", atMost: 5 })).toEqual(between(0n, big(5)))
    expect(clauses({ field: "count", atLeast: 5 })).toEqual(between(big(5), LARGEST_BOUND))
    expect(clauses({ not: { field: "count", atMost: 5 } })).toEqual(between(big(6), LARGEST_BOUND))
    expect(clauses({ not: { field: "count", atLeast: 5 } })).toEqual(between(0n, big(4)))
    expect(clauses({ not: { not: { field: "count", atMost: 5 } } })).toEqual(between(0n, big(5)))
  })

  it("bias differences by 2^63, offsets in the unit's own scale", () => {
    const bias = 1n << 63n
    expect(clauses({ field: "count", atLeast: { field: "total", plus: -2 } })).toEqual([
      [makeSlot({ field: 2, op: OP.difference, field2: 3, lo: bias - 2n, hi: LARGEST_BOUND })],
    ])
    expect(clauses({ not: { field: "count", atLeast: { field: "total" } } })).toEqual([
      [makeSlot({ field: 2, op: OP.difference, field2: 3, lo: 0n, hi: bias - 1n })],
    ])
    expect(clauses({ field: "value", atMost: { field: "high", plus: 2 }, unit: MMOL })).toEqual([
      [makeSlot({ field: 4, op: OP.difference, field2: 5, lo: 0n, hi: bias + 2000n })],
    ])
  })

  it("sort lists, drop duplicates and repeat the last value up to sixteen", () => {
    const [[slot] = []] = clauses({ field: "kind", in: ["s|03", "s|01", "s|02", "s|01"] })
    const list = slot?.list ?? []
    expect(list).toHaveLength(16)
    expect(new Set(list).size).toBe(3)
    expect(list).toEqual([...list].sort((a, b) => (a < b ? -1 : 1)))
    expect(list.slice(2).every((value) => value === list[2])).toBe(true)
    expect(clauses({ field: "kind", in: ["s|02", "s|03", "s|01"] })).toEqual([[slot]])
  })

  it("take a set of more than sixteen codes as op 7 and keep its id", () => {
    const [part] = parts({ field: "kind", in: { valueSet: "long/1" } })
    expect(part?.valueSetId).toBe("long/1")
    expect(part?.slots.map(({ op }) => op)).toEqual([OP.inSet])
  })

  it("order literals by field, op, field2, not, lo, hi, list", () => {
    const slots = [
      makeSlot({ field: 1, op: OP.equal, lo: 9n }),
      makeSlot({ field: 1, op: OP.between, lo: 1n, hi: 2n }),
      makeSlot({ field: 1, op: OP.between, lo: 1n, hi: 3n }),
      makeSlot({ field: 1, op: OP.between, not: true, lo: 0n, hi: 1n }),
      makeSlot({ field: 1, op: OP.in, list: [1n, 2n] }),
      makeSlot({ field: 1, op: OP.in, list: [1n, 3n] }),
      makeSlot({ field: 2, op: OP.equal }),
      makeSlot({ field: 2, op: OP.same, field2: 1, not: true }),
      makeSlot({ field: 2, op: OP.same, field2: 3 }),
    ]
    expect([...slots].reverse().sort(compareSlots)).toEqual(slots)
  })
})

describe("normal form", () => {
  it("takes equal literals and equal clauses once", () => {
    expect(clauses({ all: [count(1), { any: [count(1), count(1)] }] })).toEqual(clauses(count(1)))
  })

  it("lets presence absorb every other condition on the field, but not absence", () => {
    const present: Where = { field: "other", present: true }
    expect(
      clauses({ any: [present, { field: "other", eq: "s|01" }, { field: "kind", sameAs: "other" }] }),
    ).toEqual(clauses(present))
    expect(clauses({ any: [present, { field: "other", present: false }] })[0]).toHaveLength(2)
  })

  it("drops a clause that another implies, by equality or by presence", () => {
    expect(clauses({ all: [count(1), { any: [count(1), count(2)] }] })).toEqual(clauses(count(1)))
    expect(
      clauses({
        all: [
          { field: "other", eq: "s|01" },
          { field: "other", present: true },
        ],
      }),
    ).toEqual(clauses({ field: "other", eq: "s|01" }))
  })

  it("joins no intervals", () => {
    expect(
      clauses({
        all: [
          { field: "count", atLeast: 1 },
          { field: "count", atMost: 5 },
        ],
      }),
    ).toHaveLength(2)
  })

  it("distributes OR over AND", () => {
    const [a, b, c] = [count(1), { field: "total", eq: 2 }, { field: "kind", eq: "s|01" }] as const
    expect(clauses({ any: [{ all: [a, b] }, c] })).toEqual(
      clauses({ all: [{ any: [a, c] }, { any: [b, c] }] }),
    )
  })

  it("stops at 64 clauses on the way", () => {
    const pairs = (n: number): Where => ({
      any: Array.from({ length: n }, (_, i) => ({ all: [count(2 * i), count(2 * i + 1)] })),
    })
    expect(clauses(pairs(6))).toHaveLength(64)
    expect(refusal(pairs(7))).toBe("statement-too-wide")
  })
})

describe("parts", () => {
  const mask = (part: { clauses: bigint } | undefined) =>
    Array.from({ length: 6 }, (_, c) => Number(((part?.clauses ?? 0n) >> BigInt(6 * c)) & 63n))

  it("put slot k of clause c at bit 6c + k, ascending, the first repeated", () => {
    const [part] = parts({ all: [count(1), { any: [count(2), { field: "kind", eq: "s|01" }] }] })
    expect(part?.slots.map(({ field, lo }) => [field, lo])).toEqual([
      [0, part?.slots[0]?.lo],
      [2, big(1)],
      [2, big(2)],
    ])
    expect(mask(part)).toEqual([2, 5, 2, 2, 2, 2])
  })

  it("use all 36 bits without falling off 32", () => {
    const [part, more] = parts({ all: Array.from({ length: 6 }, (_, i) => count(i)) })
    expect(more).toBeUndefined()
    expect(mask(part)).toEqual([1, 2, 4, 8, 16, 32])
    expect(part?.clauses).toBeGreaterThan(1n << 35n)
  })

  it("split at seven clauses", () => {
    const split = parts({ all: Array.from({ length: 7 }, (_, i) => count(i)) })
    expect(split.map(({ slots }) => slots.length)).toEqual([6, 1])
  })

  it("are packed first-fit: a later clause fills an earlier part", () => {
    const any = (from: number, n: number): Where => ({
      any: Array.from({ length: n }, (_, i) => count(from + i)),
    })
    const split = parts({ all: [any(0, 4), any(10, 4), any(20, 2)] })
    expect(split.map(({ slots }) => slots.length)).toEqual([6, 4])
  })

  it("hold one value set", () => {
    const other = { ...LONG_SET, id: "other/1" }
    const input = inputOf({
      all: [
        { field: "kind", in: { valueSet: "long/1" } },
        { field: "other", in: { valueSet: other.id } },
      ],
    })
    const valueSets: StatementInput["valueSets"] = (id) => {
      const set = input.valueSets("long/1")
      return set === null ? null : { ...set, id }
    }
    expect(compileStatement({ ...input, valueSets }).map(({ valueSetId }) => valueSetId)).toEqual([
      "long/1",
      "other/1",
    ])
  })

  it("never ask one proof for two members of a set", () => {
    const inSet = (field: string): Where => ({ field, in: { valueSet: "long/1" } })
    expect(parts({ all: [inSet("kind"), inSet("other")] })).toHaveLength(2)
    expect(parts({ any: [inSet("kind"), inSet("other")] })).toHaveLength(1)
    expect(parts({ all: [inSet("kind"), count(1)] })).toHaveLength(1)
  })
})
