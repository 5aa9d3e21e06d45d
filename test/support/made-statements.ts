// Random statements and records over EVERY_TYPE, in narrow ranges so that conditions are true about half of the time.
import fc from "fast-check"
import { prepareValueSet } from "../../src/protocol/credential/value-set.ts"
import type { StatementInput } from "../../src/protocol/credential/statement-conditions.ts"
import type { Attributes } from "../../src/protocol/wire/credential.ts"
import type { Condition, ValueSet, Where } from "../../src/protocol/wire/statement.ts"
import { EVERY_TYPE, MMOL, where } from "./every-type.ts"
import { AS_OF } from "./one-credential.ts"

/** 20 codes, more than a list holds; "s|00" to "s|19". */
export const LONG_SET: ValueSet = {
  type: "sotto/value-set/1",
  id: "long/1",
  codes: Array.from({ length: 20 }, (_, i) => `s|${String(i).padStart(2, "0")}`),
}
const PREPARED = prepareValueSet(LONG_SET)

/** What compiling a condition over EVERY_TYPE takes, at AS_OF. */
export const inputOf = (condition: Where, more: Partial<StatementInput> = {}): StatementInput => ({
  statement: where(condition),
  parameters: {},
  schema: EVERY_TYPE,
  valueSets: (id) => (id === LONG_SET.id ? PREPARED : null),
  asOfUnixSeconds: AS_OF,
  zone: "Z",
  ...more,
})

const number = fc.integer({ min: 0, max: 6 })
const code = fc.integer({ min: 0, max: 23 }).map((n) => `s|${String(n).padStart(2, "0")}`)
const decimal = number.map((n) => `${n}.5`)
const day = fc.integer({ min: 1, max: 9 }).map((n) => `2022-10-0${n}`)
const time = fc.oneof(day, fc.constantFrom("today-P10D", "today-P14D", "now-PT72H", "now-PT300H"))
const instant = fc.oneof(
  day.map((text) => `${text}T12:00:00Z`),
  fc.constantFrom("now", "now-PT200H"),
)
const partial = fc.oneof(day, fc.constantFrom("2022", "2022-10", "2022-09"))

const pair = <T>(value: fc.Arbitrary<T>, ascending: (a: T, b: T) => boolean) =>
  fc.tuple(value, value).map(([a, b]): [T, T] => (ascending(a, b) ? [a, b] : [b, a]))
const ordered = (
  field: string,
  value: fc.Arbitrary<string | number>,
  unit?: string,
): fc.Arbitrary<Condition> => {
  const named = unit === undefined ? { field } : { field, unit }
  return fc.oneof(
    value.map((eq) => ({ ...named, eq })),
    value.map((atLeast) => ({ ...named, atLeast })),
    value.map((atMost) => ({ ...named, atMost })),
  )
}

const condition: fc.Arbitrary<Condition> = fc.oneof(
  code.map((eq) => ({ field: "kind", eq })),
  fc.array(code, { minLength: 1, maxLength: 16 }).map((list) => ({ field: "other", in: list })),
  fc.constantFrom("kind", "other").map((field) => ({ field, in: { valueSet: LONG_SET.id } })),
  fc.constant({ field: "kind", sameAs: "other" }),
  fc.constant({ field: "count", sameAs: "total" }),
  ordered("count", number),
  ordered("value", decimal, MMOL),
  pair(number, (a, b) => a <= b).map((between) => ({ field: "total", between })),
  pair(day, (a, b) => a <= b).map((between) => ({ field: "born", between })),
  ordered("plain", decimal),
  fc.constantFrom("takenOn", "from", "until").chain((field) =>
    fc.oneof(
      time.map((atLeast) => ({ field, atLeast })),
      time.map((atMost) => ({ field, atMost })),
    ),
  ),
  ordered("born", day),
  ordered("takenAt", instant),
  fc
    .tuple(fc.constantFrom("atLeast" as const, "atMost" as const), fc.integer({ min: -2, max: 2 }))
    .map(([op, plus]) => ({ field: "count", [op]: { field: "total", plus } }) as Condition),
  fc
    .constantFrom("atLeast" as const, "atMost" as const)
    .map((op) => ({ field: "value", unit: MMOL, [op]: { field: "high", plus: 1 } }) as Condition),
  fc
    .constantFrom("atLeast" as const, "atMost" as const)
    .map((op) => ({ field: "born", [op]: { field: "parentBorn", plus: 2 } }) as Condition),
  fc
    .constantFrom("atLeast" as const, "atMost" as const)
    .map((op) => ({ field: "takenOn", [op]: { field: "until", plus: -3 } }) as Condition),
  fc
    .tuple(fc.constantFrom("other", "total", "born", "takenAt", "note"), fc.boolean())
    .map(([field, present]) => ({ field, present })),
)

/** AND, OR, NOT over conditions, three deep. */
export const madeWhere: fc.Arbitrary<Where> = fc.letrec<{ where: Where }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 3, depthSize: "small", withCrossShrink: true },
    condition,
    fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("where"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie("where").map((not) => ({ not })),
  ),
})).where

/** Records in which optional attributes are often absent. */
export const madeRecord: fc.Arbitrary<Attributes> = fc
  .record(
    {
      kind: code,
      count: number,
      value: decimal,
      takenOn: day,
      other: code,
      total: number,
      high: decimal,
      plain: decimal,
      from: day,
      until: day,
      born: partial,
      parentBorn: partial,
      takenAt: day.map((text) => `${text}T12:00:00Z`),
      note: fc.constant("x"),
    },
    { requiredKeys: ["kind", "count", "value", "takenOn"], noNullPrototype: true },
  )
  .map((record) => record as Attributes)
