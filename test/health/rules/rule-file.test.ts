// Rule folders come from anybody: a wrong one is refused by a code, and nothing else ever escapes.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkCase } from "../../../src/health/rules/check-case.ts"
import { summariseRule } from "../../../src/health/rules/check-rule.ts"
import { parseRuleFile, parseValueSetFile } from "../../../src/health/rules/rule-file.ts"
import { RulesError } from "../../../src/health/rules/rules-error.ts"
import { codeOf } from "../../support/code-of.ts"
import { makeRemembering } from "../../support/eu-rules.ts"

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const RULE = { Identifier: "VR-XX-0001", CertificateType: "Vaccination", Logic: true }
const CASE = { payload: { v: [{ dn: 1 }] }, external: {}, valueSets: "none", expected: true }
const prepare = makeRemembering()

it("reads a rule with as little as it needs, and cases without name, external or value sets", () => {
  const [read] = parseRuleFile(bytes([{ rule: RULE, cases: [{ name: null, payload: {}, expected: false }] }]))
  expect(read?.rule).toMatchObject({ identifier: "VR-XX-0001", version: "1", description: "" })
  expect(read?.cases).toEqual([{ name: "", payload: {}, external: {}, valueSets: "", expected: false }])
  expect(parseRuleFile(bytes([]))).toEqual([])
})

it.each([
  ["malformed-json", new Uint8Array([0xff])],
  ["malformed-json", new TextEncoder().encode("[")],
  ["malformed-json", new Uint8Array()],
  ["malformed-rules", bytes(null)],
  ["malformed-rules", bytes({})],
  ["malformed-rules", bytes([null])],
  ["malformed-rules", bytes([{ rule: RULE }])],
  ["malformed-rules", bytes([{ rule: { ...RULE, Logic: undefined }, cases: [] }])],
  ["malformed-rules", bytes([{ rule: { ...RULE, CertificateType: "Passport" }, cases: [] }])],
  ["malformed-rules", bytes([{ rule: { ...RULE, Identifier: "" }, cases: [] }])],
  ["malformed-rules", bytes([{ rule: { ...RULE, Description: [null] }, cases: [] }])],
  ["malformed-rules", bytes([{ rule: RULE, cases: [{ ...CASE, expected: "true" }] }])],
  ["malformed-rules", bytes([{ rule: RULE, cases: [{ ...CASE, payload: [] }] }])],
  ["malformed-rules", bytes([{ rule: RULE, cases: [{ ...CASE, payload: null }] }])],
  ["malformed-rules", new TextEncoder().encode(`[{"rule":${"[".repeat(500)}${"]".repeat(500)}}]`)],
  ["malformed-rules", new TextEncoder().encode(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)],
  ["too-large", new Uint8Array(4 * 1024 * 1024 + 1)],
])("refuses a file by %s (%#)", (code, file) => {
  expect(codeOf(() => parseRuleFile(file))).toBe(code)
})

it.each([
  ["malformed-value-sets", bytes([])],
  ["malformed-value-sets", bytes({ a: [] })],
  ["malformed-value-sets", bytes({ a: { b: "c" } })],
  ["malformed-value-sets", bytes({ a: { b: [1] } })],
  ["malformed-json", bytes(undefined)],
])("refuses value sets by %s (%#)", (code, file) => {
  expect(codeOf(() => parseValueSetFile(file))).toBe(code)
})

it("names the place and never the text that stands there", () => {
  expect(() => parseRuleFile(bytes([{ rule: { ...RULE, Identifier: 7 }, cases: [] }]))).toThrow(
    "malformed at $[0].rule.Identifier",
  )
})

describe("cases that describe no record", () => {
  const check = (logic: unknown, given: object, sets?: Record<string, string[]>) => {
    const [read] = parseRuleFile(bytes([{ rule: { ...RULE, Logic: logic }, cases: [{ ...CASE, ...given }] }]))
    if (read?.cases[0] === undefined) throw new Error("no case")
    return checkCase(read.rule, read.cases[0], sets, prepare)
  }
  const dose = { ">": [{ var: "payload.v.0.dn" }, 1] }
  const time = {
    after: [
      { plusTime: [{ var: "payload.v.0.dt" }, 1, "day"] },
      { plusTime: [{ var: "external.validationClock" }, 0, "day"] },
    ],
  }
  const dt = { payload: { v: [{ dt: "2021-07-01" }] } }
  it.each([
    ["no-event", true, { payload: {} }],
    ["no-event", true, { payload: { v: [], t: null, r: "none" } }],
    ["several-events", true, { payload: { v: [{}], t: [{}] } }],
    ["several-events", true, { payload: { v: [{}, {}] } }],
    ["value-malformed", true, { payload: { v: [null] } }],
    ["value-malformed", dose, { payload: { v: [{ dn: 0 }] } }],
    ["value-malformed", dose, { payload: { v: [{ dn: "1" }] } }],
    ["value-malformed", true, { payload: { v: [{ mp: " EU/1/20/1528" }] } }],
    ["value-malformed", true, { payload: { v: [{ mp: "a|b" }] } }],
    ["value-malformed", true, { payload: { v: [{ dt: "2021-02-30" }] } }],
    ["value-malformed", true, { payload: { v: [{ dt: "2021-07-01T10:00:00Z" }] } }],
    ["value-malformed", true, { payload: { v: [{}], dob: "1980-13" } }],
    ["field-missing", dose, { payload: { v: [{ sd: 2 }] } }],
    ["field-missing", { if: [{ var: "payload.v.0.is" }, true, false] }, { payload: { v: [{ sd: 2 }] } }],
    ["clock-missing", time, dt],
    ["clock-missing", time, { ...dt, external: { validationClock: "tomorrow" } }],
    ["clock-missing", time, { ...dt, external: { validationClock: "1066-10-14T09:00:00Z" } }],
    [
      "value-sets-missing",
      { in: [{ var: "payload.v.0.mp" }, { var: "external.valueSets.x" }] },
      { payload: { v: [{ mp: "x" }] } },
    ],
  ])("are left out: %s (%#)", (reason, logic, given) => {
    expect(check(logic, given)).toEqual({ outcome: "excluded", reason })
  })

  it("are no others: a midnight is its day, an empty member is none, a list that a collection lacks fails its rule", () => {
    const midnight = {
      payload: { v: [{ dt: "2021-07-01T00:00:00Z" }] },
      external: { validationClock: "2021-07-01T23:00:00Z" },
    }
    expect(check(time, midnight)).toMatchObject({ outcome: "checked", isProvable: true })
    const inList = { in: [{ var: "payload.v.0.mp" }, { var: "external.valueSets.x" }] }
    expect(check(inList, { payload: { v: [{ mp: "x" }] } }, {})).toEqual({
      outcome: "checked",
      isProvable: false,
      claim: null,
    })
    const device = { "!": [{ var: "payload.t.0.ma" }] }
    expect(check(device, { payload: { t: [{ ma: "" }] } })).toMatchObject({
      outcome: "checked",
      isProvable: true,
    })
  })
})

it("says of a rule whose lists are not in the folder that it is not translated", () => {
  const inList = { in: [{ var: "payload.v.0.mp" }, { var: "external.valueSets.x" }] }
  const [read] = parseRuleFile(bytes([{ rule: { ...RULE, Logic: inList }, cases: [CASE] }]))
  if (read === undefined) throw new Error("no rule")
  expect(summariseRule(read, {}, prepare).refusals.map(({ reason }) => reason)).toContain(
    "value-sets-missing",
  )
  expect(summariseRule(read, { none: { x: ["y"] } }, prepare).refusals).toEqual([])
})

it("lets nothing but its own error out, whatever a file holds", () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.jsonValue().map((value) =>
      bytes([
        {
          rule: { ...RULE, Logic: value },
          cases: [CASE, { ...CASE, payload: { v: [value] } }, { ...CASE, payload: value }],
        },
      ]),
    ),
    fc.jsonValue().map((value) => bytes([{ rule: value, cases: value }])),
  )
  const check = (file: Uint8Array): void => {
    for (const one of parseRuleFile(file)) {
      summariseRule(one, {}, prepare)
      for (const given of one.cases) checkCase(one.rule, given, {}, prepare)
    }
  }
  fc.assert(
    fc.property(anything, (file) => {
      try {
        check(file)
      } catch (error) {
        expect(error).toBeInstanceOf(RulesError)
      }
    }),
    { numRuns: 500 },
  )
})

it("refuses logic that is made of operators and nonsense by a reason, and throws nothing", () => {
  const operators = [
    "if",
    "and",
    "!",
    "===",
    "in",
    "+",
    ">",
    "after",
    "plusTime",
    "reduce",
    "extractFromUVCI",
    "dccDateOfBirth",
  ]
  const paths = [
    "payload",
    "payload.v",
    "payload.v.0",
    "payload.v.0.dt",
    "payload.v.0.dn",
    "external",
    "external.valueSets",
    "external.validationClock",
    "accumulator",
    "current.0",
    "",
    ".",
    "0",
    "payload.v.0.mp.0",
  ]
  const { logic } = fc.letrec<{ logic: unknown }>((tie) => ({
    logic: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...paths).map((path) => ({ var: path })),
      fc.oneof(
        fc.integer(),
        fc.boolean(),
        fc.constantFrom("", "2021-07-01", "day", "EU/1/20/1528"),
        fc.constant(null),
      ),
      fc.array(tie("logic"), { maxLength: 3 }),
      fc
        .tuple(fc.constantFrom(...operators), fc.array(tie("logic"), { maxLength: 4 }))
        .map(([name, of]) => ({ [name]: of })),
    ),
  }))
  fc.assert(
    fc.property(logic, (made) => {
      const [read] = parseRuleFile(bytes([{ rule: { ...RULE, Logic: made }, cases: [CASE] }]))
      if (read !== undefined) summariseRule(read, { none: {} }, prepare)
    }),
    { numRuns: 3000 },
  )
})
