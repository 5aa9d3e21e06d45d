// Made rules: what each becomes, and every reason for which one becomes nothing.
import { expect, it } from "vitest"
import { completeRecord, readEvent } from "../../../src/health/rules/attested-event.ts"
import { holdsCertificate, statementInputOf, translateRule } from "../../../src/health/rules/translate.ts"
import type { RuleContext } from "../../../src/health/rules/translate.ts"
import { compileStatement } from "../../../src/protocol/credential/slots.ts"
import { evaluateStatement } from "../../../src/protocol/credential/statement.ts"

const CLOCK = Date.parse("2021-03-31T12:00:00Z") / 1000
const context: RuleContext = { event: "v", valueSets: {}, clockUnixSeconds: CLOCK }
const v = (member: string): unknown => ({ var: `payload.v.0.${member}` })
const clock = { plusTime: [{ var: "external.validationClock" }, 0, "day"] }
const plus = (member: unknown, amount: number, unit: string): unknown => ({
  plusTime: [member, amount, unit],
})

function translate(logic: unknown, changed: Partial<RuleContext> = {}, description = "Made") {
  const rule = { identifier: "VR-XX-0001", version: "1.0.0", country: "XX", description, logic }
  return translateRule({ ...rule, certificateType: "Vaccination" }, { ...context, ...changed })
}

function whereOf(logic: unknown, changed: Partial<RuleContext> = {}): unknown {
  const found = translate(logic, changed)
  return found.outcome === "statement" ? found.statement.where : found
}

it.each([
  [
    "a code",
    { "===": [v("mp"), "EU/1/20/1528"] },
    { field: "vaccine", eq: "urn:eu:dcc:vaccines-covid-19-names|EU/1/20/1528" },
  ],
  [
    "a prophylaxis of either system",
    { in: [v("vp"), ["J07BX03", "1119349007"]] },
    { field: "prophylaxis", in: ["http://snomed.info/sct|1119349007", "http://www.whocc.no/atc|J07BX03"] },
  ],
  ["doses", { ">=": [v("dn"), v("sd")] }, { field: "doseNumber", atLeast: { field: "seriesDoses" } }],
  [
    "doses the other way round",
    { "<=": [v("sd"), v("dn")] },
    { field: "doseNumber", atLeast: { field: "seriesDoses" } },
  ],
  [
    "days since",
    { "not-after": [plus(v("dt"), 14, "day"), clock] },
    { field: "occurredOn", atMost: "now-P14D" },
  ],
  [
    "hours",
    { before: [clock, plus(v("dt"), 36, "hour")] },
    { field: "occurredOn", atLeast: "now-P1DT11H59M59S" },
  ],
  [
    "a window",
    { "not-before": [plus(v("dt"), 270, "day"), clock, plus(v("dt"), 14, "day")] },
    { field: "occurredOn", between: ["now-P270D", "now-P14D"] },
  ],
  [
    "a day",
    { after: [plus(v("dt"), 0, "day"), plus("2021-01-31", 0, "day")] },
    { field: "occurredOn", atLeast: "2021-02-01" },
  ],
])("says %s in the statement's own words", (_, logic, where) => {
  expect(whereOf(logic)).toEqual(where)
})

it("asks an optional member whether it is there, since CertLogic lets the negation of an absent one pass", () => {
  const where = whereOf({ "!": [{ in: [{ var: "payload.t.0.ma" }, ["1232"]] }] }, { event: "t" })
  expect(where).toEqual({
    any: [
      { not: { field: "device", eq: "urn:eu:dcc:covid-19-lab-test-manufacturer-and-name|1232" } },
      { field: "device", present: false },
    ],
  })
})

it("fails where a member is absent, also a comparison that every value passes", () => {
  const dob = (amount: number): unknown => plus({ var: "payload.dob" }, amount, "hour")
  expect(whereOf({ after: [dob(0), dob(-1)] })).toEqual({ field: "birthDate", present: true })
  expect(whereOf({ after: [dob(0), plus("0001-01-01", -1, "day")] })).toEqual({
    field: "birthDate",
    present: true,
  })
  expect(translate({ after: [dob(-1), dob(0)] })).toMatchObject({ outcome: "constant", value: false })
})

it("makes months exact where they are not monotone: 30 and 31 January plus a month come after 1 February's", () => {
  const days = [
    "2021-01-28",
    "2021-01-29",
    "2021-01-30",
    "2021-01-31",
    "2021-02-01",
    "2021-02-02",
    "2021-02-03",
  ]
  const found = translate({ "not-after": [plus(v("dt"), 1, "month"), plus("2021-03-01", 0, "day")] })
  if (found.outcome !== "statement") throw new Error(found.outcome)
  const passes = days.filter((dt) => {
    const event = readEvent({ v: [{ dt }] })
    if (typeof event === "string") throw new Error(event)
    return evaluateStatement(statementInputOf(found.statement, [], context), completeRecord(event))
  })
  expect(passes).toEqual(["2021-01-28", "2021-01-29", "2021-02-01"])
})

it("turns more than sixteen codes into a value set that is named by its list and its digest", () => {
  const codes = Array.from({ length: 17 }, (_, i) => `EU/1/99/${100 + i}`)
  const logic = { in: [v("mp"), { var: "external.valueSets.Some List" }] }
  const found = translate(logic, { valueSets: { "Some List": codes } })
  if (found.outcome !== "statement") throw new Error(found.outcome)
  const [set] = found.valueSets
  expect(set?.id).toMatch(/^eu-dcc-some-list\/[0-9a-f]{32}$/)
  expect(set?.codes).toEqual(codes.map((code) => `urn:eu:dcc:vaccines-covid-19-names|${code}`))
  expect(found.statement.where).toEqual({ field: "vaccine", in: { valueSet: set?.id } })
  const other = translate(logic, { valueSets: { "Some List": [...codes, "another"] } })
  if (other.outcome !== "statement") throw new Error(other.outcome)
  expect(other.valueSets[0]?.id).not.toBe(set?.id)
})

it("says that a code is in none of a long list with lists, since no proof shows that a set lacks it", () => {
  const codes = Array.from({ length: 40 }, (_, i) => `made-${i}`)
  const found = translate({ "!": [{ in: [v("mp"), codes] }] })
  if (found.outcome !== "statement") throw new Error(found.outcome)
  expect(found.valueSets).toEqual([])
  expect(found.statement.where).toMatchObject({ all: [{ not: {} }, { not: {} }, { not: {} }] })
})

it("is constant where every certificate of the kind gives the same, and asks then for a certificate", () => {
  const others = { if: [{ var: "payload.t.0" }, { in: [{ var: "payload.t.0.tt" }, []] }, true] }
  expect(translate(others)).toMatchObject({ outcome: "constant", value: true })
  expect(translate(others, { event: "t" })).toMatchObject({ outcome: "constant", value: false })
  expect(translate({ ">": [v("dn"), 0] })).toMatchObject({
    outcome: "constant",
    value: true,
    uses: { attributes: ["doseNumber"] },
  })
  const input = statementInputOf(holdsCertificate("r"), [], { ...context, event: "r" })
  expect(compileStatement(input)).toHaveLength(1)
})

it("is made for one clock only where the clock is moved by months, or compared with a fixed day", () => {
  const timeOf = (logic: unknown) => {
    const found = translate(logic)
    return found.outcome === "refused" ? null : found.uses.time
  }
  expect(timeOf({ after: [plus(v("dt"), 1, "day"), clock] })).toBe("relative")
  expect(timeOf({ after: [plus(v("dt"), 1, "day"), plus("2021-01-01", 0, "day")] })).toBe("none")
  expect(timeOf({ after: [plus(v("dt"), 1, "month"), clock] })).toBe("fixed")
  expect(timeOf({ after: [plus("2021-01-01", 0, "day"), clock] })).toBe("fixed")
})

it("is one statement at every clock where the bounds of a day could cross at some of them", () => {
  const midnight = 1_637_366_400
  const now = { var: "external.validationClock" }
  const within = (from: number, to: number) => ({
    "not-after": [plus(now, from, "hour"), plus(v("dt"), 0, "day"), plus(now, to, "hour")],
  })
  const whereOf = (logic: unknown, clockUnixSeconds: number) => {
    const found = translate(logic, { clockUnixSeconds })
    if (found.outcome !== "statement") throw new Error(found.outcome)
    return found.statement.where
  }
  for (const [from, to, form] of [
    [0, 0, "all"],
    [-23, 0, "all"],
    [-24, 0, "between"],
  ] as const) {
    const logic = within(from, to)
    expect(whereOf(logic, midnight)).toHaveProperty(form)
    expect(whereOf(logic, midnight + 1)).toEqual(whereOf(logic, midnight))
  }
})

const LITERALS = [
  { "===": [v("mp"), "a"] },
  { "===": [v("ma"), "a"] },
  { "===": [v("vp"), "A1"] },
  { "===": [v("co"), "AT"] },
  { "===": [v("tg"), "1"] },
  { ">": [v("dn"), 2] },
  { ">": [v("sd"), 2] },
]
const orOf = (of: readonly unknown[]): unknown => ({ in: [true, of] })

it("refuses seven literals in one clause by name, and takes six", () => {
  expect(translate(orOf(LITERALS.slice(0, 6))).outcome).toBe("statement")
  expect(translate(orOf(LITERALS))).toEqual({
    outcome: "refused",
    refusal: {
      ...{ rule: "VR-XX-0001", event: "v", reason: "statement-too-wide" },
      detail: "statement-too-wide: a clause of 7 literals",
    },
  })
})

it.each([
  ["operator-unknown", { or: [true, false] }],
  ["operator-unknown", { toString: [1] }],
  ["offset-not-days", { after: [plus(v("dt"), 1, "month"), plus({ var: "payload.dob" }, 0, "day")] }],
  ["extract-from-uvci", { "===": [{ extractFromUVCI: [v("ci"), 0] }, "01"] }],
  ["text-compared", { "===": [v("is"), "A Ministry"] }],
  ["text-compared", { in: [v("is"), ["a", "b"]] }],
  ["field-unknown", { "===": [{ var: "payload.nam.fnt" }, "MUSTERMANN"] }],
  ["field-unknown", { "===": [v("xx"), "1"] }],
  ["field-unknown", { "===": [v("__proto__"), "1"] }],
  ["field-unknown", { "!": [v("dob")] }],
  ["values-not-comparable", { "===": [v("mp"), v("ma")] }],
  ["values-not-comparable", { "===": [{ var: "external.validationClock" }, "2021-01-01T00:00:00Z"] }],
  ["values-not-comparable", { ">": [{ "+": [v("dn"), v("sd")] }, 3] }],
  ["reduce-not-constant", { reduce: [Array.from({ length: 65 }, () => 1), true, 0] }],
  ["logic-malformed", null],
  ["logic-malformed", 1.5],
  ["logic-malformed", {}],
  ["logic-malformed", { "!": [], and: [] }],
  ["logic-malformed", { and: [true] }],
  ["logic-malformed", { var: 1 }],
  ["logic-malformed", { plusTime: [v("dt"), "1", "day"] }],
  ["logic-malformed", { plusTime: [v("dt"), 1, "week"] }],
  [
    "statement-too-wide",
    { "===": [orOf(LITERALS), { "===": [orOf(LITERALS.slice(1)), orOf(LITERALS.slice(2))] }] },
  ],
])("refuses by name: %s", (reason, logic) => {
  expect(translate(logic)).toMatchObject({
    outcome: "refused",
    refusal: { rule: "VR-XX-0001", event: "v", reason },
  })
})

it("does not evaluate a branch that no certificate takes, whatever it holds", () => {
  expect(translate({ if: [{ var: "payload.t.0" }, { nonsense: [1] }, true] })).toMatchObject({
    outcome: "constant",
    value: true,
  })
  expect(translate({ and: [false, { nonsense: [1] }] })).toMatchObject({ outcome: "constant", value: false })
})

it("keeps a title within its length without cutting a character in two", () => {
  const found = translate(LITERALS[0], {}, "\u{1f489}".repeat(300))
  if (found.outcome !== "statement") throw new Error(found.outcome)
  expect(found.statement.title.en.length).toBeLessThanOrEqual(200)
  expect(found.statement.title.en.isWellFormed()).toBe(true)
})
