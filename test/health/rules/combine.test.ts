// A publisher's rules as one statement: what is left out is said, and nothing else is left out.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { completeRecord, readEvent } from "../../../src/health/rules/attested-event.ts"
import { combineRules, isAbout } from "../../../src/health/rules/combine.ts"
import type { CombinedRules } from "../../../src/health/rules/combine.ts"
import { EVENT_KINDS } from "../../../src/health/rules/rule.ts"
import type { Rule } from "../../../src/health/rules/rule.ts"
import { statementInputOf } from "../../../src/health/rules/translate.ts"
import type { RuleContext } from "../../../src/health/rules/translate.ts"
import { LABELS } from "../../../src/protocol/catalogue/labels.ts"
import { compileStatement } from "../../../src/protocol/credential/slots.ts"
import { evaluateStatement } from "../../../src/protocol/credential/statement.ts"
import { describeStatement } from "../../../src/protocol/credential/words.ts"
import { isSatisfied } from "../../support/certlogic-oracle.ts"
import { findRuleFolder, makeRemembering, randomPayload, readCorpus } from "../../support/eu-rules.ts"

const HEAD = { id: "eu-xx-vaccination/1", title: "Entry rules of XX for vaccinations" }
const context: RuleContext = { event: "v", valueSets: {}, clockUnixSeconds: 1_625_140_800 }
const rule = (
  identifier: string,
  logic: unknown,
  certificateType: Rule["certificateType"] = "Vaccination",
): Rule => ({
  ...{ identifier, version: "1.0.0", country: "XX", certificateType, description: "", logic },
})
const doses = rule("VR-XX-0001", { ">=": [{ var: "payload.v.0.dn" }, { var: "payload.v.0.sd" }] })
const text = rule("GR-XX-0002", { "===": [{ var: "payload.v.0.is" }, "x"] }, "General")
const never = rule("VR-XX-0003", false)
const always = rule("VR-XX-0004", true)

function combined(rules: readonly Rule[], changed: Partial<RuleContext> = {}): CombinedRules {
  const found = combineRules(HEAD, rules, { ...context, ...changed })
  if ("reason" in found) throw new Error(found.reason)
  return found
}

it("names in the statement itself every rule that it leaves out, and in the words that the holder reads", () => {
  const { statement, includes, omitted } = combined([doses, text, never, always])
  expect(statement.omits).toEqual(["GR-XX-0002", "VR-XX-0003"])
  expect(omitted.map(({ rule: name, reason }) => [name, reason])).toEqual([
    ["GR-XX-0002", "text-compared"],
    ["VR-XX-0003", "never-satisfied"],
  ])
  expect(includes).toEqual(["VR-XX-0001", "VR-XX-0004"])
  const { willNotLearn } = describeStatement(statementInputOf(statement, [], context), LABELS)
  expect(willNotLearn.at(-1)).toMatch(/GR-XX-0002.*VR-XX-0003.*out/)
})

it("says nothing of omissions where there are none", () => {
  const { statement } = combined([doses, always])
  expect("omits" in statement).toBe(false)
  expect(
    describeStatement(statementInputOf(statement, [], context), LABELS).willNotLearn.join(),
  ).not.toContain("keep")
})

it("asks for a certificate where every rule is satisfied by all, and still names what it leaves out", () => {
  expect(combined([always]).statement).toEqual(
    expect.objectContaining({ ...HEAD, title: { en: HEAD.title } }),
  )
  expect(combined([always, text]).statement).toMatchObject({
    where: { field: "disease", present: true },
    omits: ["GR-XX-0002"],
  })
})

it("refuses a set as a whole rather than drop a rule from it", () => {
  const few = rule("VR-XX-0005", { "<": [{ var: "payload.v.0.dn" }, 2] })
  const many = rule("VR-XX-0006", { ">": [{ var: "payload.v.0.dn" }, 1] })
  expect(combineRules(HEAD, [few, many], context)).toMatchObject({ reason: "never-satisfied", rule: HEAD.id })
  // 50 clauses of two literals each, no two alike: more than one answer holds.
  const wide = Array.from({ length: 50 }, (_, i) =>
    rule(`VR-XX-1${i}`, {
      if: [
        { "===": [{ var: "payload.v.0.mp" }, `made-${i}`] },
        { ">": [{ var: "payload.v.0.dn" }, 1 + (i % 9)] },
        true,
      ],
    }),
  )
  expect(combineRules(HEAD, wide, context)).toMatchObject({ reason: "statement-too-wide", rule: HEAD.id })
})

const folder = findRuleFolder()
describe.skipIf(folder === null)("the rules of a country", () => {
  const { files, collections } = readCorpus(folder)
  const valueSets = collections["bf683fc4b68d"] ?? {}
  const prepare = makeRemembering()
  for (const [file, given] of files) {
    const rules = given.map((one) => one.rule)
    it(`of ${file} fit one answer, which says of each whether it is asked`, () => {
      for (const event of EVENT_KINDS) {
        const found = combined(rules, { event, valueSets, prepare })
        const about = rules.filter((one) => isAbout(one, event)).map(({ identifier }) => identifier)
        const said = [...found.includes, ...(found.statement.omits ?? [])]
        expect(said.toSorted()).toEqual(about.toSorted())
        const input = statementInputOf(found.statement, found.valueSets, { ...context, event, prepare })
        expect(compileStatement(input).length).toBeLessThanOrEqual(8)
      }
    })

    it(`of ${file} are provable together exactly when each that is asked is satisfied`, () => {
      for (const event of EVENT_KINDS) {
        const check = fc.property(randomPayload(event), ({ payload, clockUnixSeconds }) => {
          const at = { event, valueSets, clockUnixSeconds, prepare }
          const { statement, valueSets: sets, includes } = combined(rules, at)
          const asked = rules.filter(({ identifier }) => includes.includes(identifier))
          const attested = readEvent(payload)
          if (typeof attested === "string") throw new Error(attested)
          const provable = evaluateStatement(statementInputOf(statement, sets, at), completeRecord(attested))
          expect(provable).toBe(
            asked.every(({ logic }) => isSatisfied(logic, payload, clockUnixSeconds, valueSets)),
          )
        })
        fc.assert(check, { numRuns: 10 })
      }
    })
  }
})
