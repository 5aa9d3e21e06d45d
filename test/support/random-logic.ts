// Random CertLogic over one event: mostly well typed, so that what is generated is translated rather than refused.
import fc from "fast-check"
import type { Arbitrary } from "fast-check"
import type { EventKind } from "../../src/health/eu-dcc/codes.ts"

type Logic = unknown

const MEMBERS: Readonly<Record<EventKind, Readonly<Record<"codes" | "dates" | "ints", readonly string[]>>>> =
  {
    v: { codes: ["mp", "tg", "vp"], dates: ["dt"], ints: ["dn", "sd"] },
    t: { codes: ["tt", "ma", "tr"], dates: ["sc"], ints: [] },
    r: { codes: ["tg", "co"], dates: ["fr", "df", "du"], ints: [] },
  }
const CODES = ["EU/1/20/1528", "EU/1/20/1525", "840539006", "J07BX03", "LP6464-4", "1232", "260415000", "AT"]
const path = (text: string): Logic => ({ var: text })

/** An expression that is a condition. */
export function randomLogic(event: EventKind): Arbitrary<Logic> {
  const { codes, dates, ints } = MEMBERS[event]
  const member = (names: readonly string[]): Arbitrary<Logic> =>
    fc.constantFrom(...names).map((name) => path(`payload.${event}.0.${name}`))
  const integer = fc.oneof(
    ...(ints.length === 0 ? [] : [member(ints), member(ints)]),
    fc.integer({ min: -1, max: 5 }),
    ...(ints.length === 0
      ? []
      : [fc.tuple(member(ints), fc.integer({ min: -2, max: 2 })).map((both) => ({ "+": both }))]),
  )
  const amount = fc.oneof(
    fc.tuple(fc.integer({ min: -400, max: 400 }), fc.constant("day")),
    fc.tuple(fc.integer({ min: -100, max: 100 }), fc.constant("hour")),
    fc.tuple(fc.integer({ min: -20, max: 20 }), fc.constant("month")),
    fc.tuple(fc.integer({ min: -20, max: 3 }), fc.constant("year")),
  )
  const start = fc.oneof(
    member(dates),
    member(dates),
    fc.constant(path("external.validationClock")),
    fc.constant(path("payload.dob")),
    fc.constantFrom("2021-07-01", "2021-02-28T23:59:59+02:00", "2021-01"),
  )
  const moved = fc.tuple(start, amount).map(([from, [n, unit]]) => ({ plusTime: [from, n, unit] }))
  const time = fc.oneof(
    { weight: 6, arbitrary: moved },
    { weight: 1, arbitrary: fc.constant({ dccDateOfBirth: [path("payload.dob")] }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("after", "before", "not-after", "not-before"), moved, moved, fc.boolean())
        .map(([operator, x, y, isSwapped]) => ({
          if: [{ [operator]: [x, y] }, ...(isSwapped ? [y, x] : [x, y])],
        })),
    },
  )
  const twoOrThree = <T>(one: Arbitrary<T>): Arbitrary<T[]> =>
    fc.oneof(fc.array(one, { minLength: 2, maxLength: 2 }), fc.array(one, { minLength: 3, maxLength: 3 }))
  const list = fc.oneof(
    fc.array(fc.constantFrom(...CODES), { maxLength: 4 }),
    fc
      .constantFrom("vaccines-covid-19-names", "long", "none", "absent")
      .map((id) => path(`external.valueSets.${id}`)),
  )
  const { condition } = fc.letrec<{ condition: Logic }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      fc.tuple(member(codes), fc.constantFrom(...CODES)).map((both) => ({ "===": both })),
      fc.boolean(),
      fc.tuple(member(codes), list).map((both) => ({ in: both })),
      fc.tuple(fc.constantFrom(">", "<", ">=", "<="), twoOrThree(integer)).map(([op, of]) => ({ [op]: of })),
      fc.tuple(integer, integer).map((both) => ({ "===": both })),
      fc
        .tuple(fc.constantFrom("after", "before", "not-after", "not-before"), twoOrThree(time))
        .map(([op, of]) => ({ [op]: of })),
      fc
        .constantFrom(
          "payload.dob",
          `payload.${event}.0`,
          `payload.${event}.1`,
          "payload.v",
          `payload.${event}.0.ma`,
        )
        .map(path),
      fc.tuple(tie("condition"), tie("condition"), tie("condition")).map((all) => ({ if: all })),
      fc.array(tie("condition"), { minLength: 2, maxLength: 4 }).map((all) => ({ and: all })),
      tie("condition").map((one) => ({ "!": [one] })),
      fc
        .tuple(fc.boolean(), fc.array(tie("condition"), { maxLength: 3 }))
        .map(([wanted, of]) => ({ in: [wanted, of] })),
      fc.tuple(tie("condition"), tie("condition")).map((both) => ({ "===": both })),
      fc
        .tuple(fc.array(tie("condition"), { maxLength: 3 }), fc.integer({ min: 0, max: 3 }))
        .map(([of, n]) => ({ ">=": [count(of), n] })),
    ),
  }))
  return condition
}

// How many of the conditions hold, as the corpus counts events.
const count = (of: readonly Logic[]): Logic => ({
  reduce: [of, { "+": [path("accumulator"), { if: [path("current"), 1, 0] }] }, 0],
})
