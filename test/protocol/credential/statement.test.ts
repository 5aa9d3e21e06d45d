import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import { StatementError } from "../../../src/protocol/credential/credential-error.ts"
import type { CompiledPart } from "../../../src/protocol/credential/parts.ts"
import { compileStatement } from "../../../src/protocol/credential/slots.ts"
import { chooseMember, evaluatePart, evaluateStatement } from "../../../src/protocol/credential/statement.ts"
import type { StatementInput } from "../../../src/protocol/credential/statement-conditions.ts"
import type { Attributes } from "../../../src/protocol/wire/credential.ts"
import type { Where } from "../../../src/protocol/wire/statement.ts"
import { EVERY_TYPE, MMOL } from "../../support/every-type.ts"
import { inputOf, madeRecord, madeWhere } from "../../support/made-statements.ts"

const LEAST: Attributes = { kind: "s|01", count: 1, value: "5.0", takenOn: "2022-10-01" }
const means = (condition: Where, record: Attributes) =>
  evaluateStatement(inputOf(condition), { ...LEAST, ...record })

function proves(input: StatementInput, parts: readonly CompiledPart[], record: Attributes): boolean {
  const attrs = encodeAttributes(EVERY_TYPE, record)
  return parts.every((part) => {
    const members = part.valueSetId === null ? [0n] : (input.valueSets(part.valueSetId)?.members ?? [])
    return evaluatePart(part, attrs, chooseMember(part, attrs, members).member)
  })
}

/** Null where the statement has no compiled form; every such reason is one of the two that random statements meet. */
function compiled(input: StatementInput): readonly CompiledPart[] | null {
  try {
    return compileStatement(input)
  } catch (error) {
    if (error instanceof StatementError && ["not-over-value-set", "statement-too-wide"].includes(error.code))
      return null
    throw error
  }
}

describe("the compiled statement", () => {
  it("holds exactly when the reference says so", () => {
    let seen = 0
    fc.assert(
      fc.property(madeWhere, fc.array(madeRecord, { minLength: 12, maxLength: 12 }), (where, records) => {
        const input = inputOf(where)
        const parts = compiled(input)
        if (parts === null) return
        for (const record of records) {
          seen++
          expect(proves(input, parts, record)).toBe(evaluateStatement(input, record))
        }
      }),
      { numRuns: 600 },
    )
    expect(seen).toBeGreaterThan(3000)
  })

  it("is one form for one meaning: order and repetition of conditions do not matter", () => {
    fc.assert(
      fc.property(fc.array(madeWhere, { minLength: 1, maxLength: 3 }), (conditions) => {
        const forward = compiled(inputOf({ all: conditions }))
        expect(compiled(inputOf({ all: [...conditions].reverse() }))).toEqual(forward)
        expect(compiled(inputOf({ all: [...conditions, ...conditions] }))).toEqual(forward)
      }),
    )
  })
})

describe("absence", () => {
  const high: Where = { field: "high", atLeast: "1.0", unit: MMOL }

  it("satisfies neither a condition nor its negation", () => {
    expect(means(high, {})).toBe(false)
    expect(means({ not: high }, {})).toBe(false)
    expect(means({ any: [high, { not: high }] }, {})).toBe(false)
    expect(means({ any: [high, { field: "high", present: false }] }, {})).toBe(true)
    expect(means({ field: "other", sameAs: "kind" }, {})).toBe(false)
    expect(means({ not: { field: "kind", sameAs: "other" } }, {})).toBe(false)
  })

  it("leaves a true literal of the same clause true", () => {
    expect(means({ any: [high, { field: "count", eq: 1 }] }, {})).toBe(true)
  })

  it("is not an open end: no limit is later than every day", () => {
    expect(means({ field: "until", atLeast: "9999-12-31" }, {})).toBe(true)
    expect(means({ field: "from", atMost: "0001-01-01" }, {})).toBe(true)
  })
})

describe("an uncertain birth date", () => {
  it.each([
    ["2004", false],
    ["2004-10", false],
    ["2004-10-15", true],
    ["2004-10-16", false],
    ["2004-09", true],
    ["2003", true],
  ])("%s is %s for age 18 on 2022-10-15", (born, expected) => {
    expect(means({ field: "born", atMost: "today-P18Y" }, { born })).toBe(expected)
  })

  it("never helps: neither a bound nor its negation holds when the date may lie on both sides", () => {
    const bound: Where = { field: "born", atMost: "2004-06-30" }
    const interval: Where = { field: "born", between: ["2004-06-01", "2004-06-30"] }
    for (const condition of [bound, interval, { field: "born", eq: "2004-06-15" } as const]) {
      expect(means(condition, { born: "2004" })).toBe(false)
      expect(means({ not: condition }, { born: "2004" })).toBe(false)
      expect(means({ not: condition }, { born: "2005" })).toBe(true)
    }
  })
})

describe("times", () => {
  const takenOn =
    (condition: object, zone = "Z") =>
    (day: string) =>
      evaluateStatement(inputOf({ field: "takenOn", ...condition } as Where, { zone }), {
        ...LEAST,
        takenOn: day,
      })

  it("count calendar days at the request's zone", () => {
    expect(takenOn({ atMost: "today-P14D" })("2022-10-01")).toBe(true)
    expect(takenOn({ atMost: "today-P14D" })("2022-10-02")).toBe(false)
    expect(takenOn({ atMost: "today-P14D" }, "+12:00")("2022-10-02")).toBe(true)
    expect(takenOn({ atLeast: "today" }, "-12:00")("2022-10-15")).toBe(true)
    expect(takenOn({ atLeast: "today" }, "+14:00")("2022-10-15")).toBe(false)
  })

  it("round an instant on a date field so that it never helps", () => {
    // AS_OF is 12:00: three days before, the 12th is half over.
    expect(takenOn({ atLeast: "now-PT72H" })("2022-10-12")).toBe(false)
    expect(takenOn({ atLeast: "now-PT72H" })("2022-10-13")).toBe(true)
    expect(takenOn({ atMost: "now-PT72H" })("2022-10-12")).toBe(true)
    expect(takenOn({ atMost: "now-PT72H" })("2022-10-13")).toBe(false)
  })

  it("clip month ends", () => {
    const on = (asOf: string, text: string, day: string) =>
      evaluateStatement(
        inputOf({ field: "takenOn", eq: text }, { asOfUnixSeconds: Date.parse(`${asOf}T12:00:00Z`) / 1000 }),
        { ...LEAST, takenOn: day },
      )
    expect(on("2024-02-29", "today-P1Y", "2023-02-28")).toBe(true)
    expect(on("2024-02-29", "today-P18Y", "2006-02-28")).toBe(true)
    expect(on("2022-03-31", "today-P1M", "2022-02-28")).toBe(true)
    expect(on("2022-03-31", "today-P1M1D", "2022-02-27")).toBe(true)
    expect(on("2022-03-31", "today-P2W", "2022-03-17")).toBe(true)
    expect(on("2022-03-31", "today+P1M", "2022-04-30")).toBe(true)
  })

  it("compare instants to the second", () => {
    const at = (takenAt: string) => means({ field: "takenAt", atLeast: "now-PT72H" }, { takenAt })
    expect(at("2022-10-12T12:00:00Z")).toBe(true)
    expect(at("2022-10-12T13:59:59+02:00")).toBe(false)
  })
})
