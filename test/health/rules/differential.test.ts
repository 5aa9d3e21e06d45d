// The translation against certlogic-js: a statement is provable exactly when the publisher's interpreter is satisfied.
import fc from "fast-check"
import type { Arbitrary } from "fast-check"
import { describe, expect, it } from "vitest"
import { completeRecord, readEvent } from "../../../src/health/rules/attested-event.ts"
import { EVENT_KINDS } from "../../../src/health/rules/rule.ts"
import type { Rule } from "../../../src/health/rules/rule.ts"
import { statementInputOf, translateRule } from "../../../src/health/rules/translate.ts"
import type { Translation } from "../../../src/health/rules/translate.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import { compileStatement } from "../../../src/protocol/credential/slots.ts"
import { chooseMember, evaluatePart, evaluateStatement } from "../../../src/protocol/credential/statement.ts"
import { isSatisfied } from "../../support/certlogic-oracle.ts"
import { findRuleFolder, makeRemembering, randomPayload, readCorpus } from "../../support/eu-rules.ts"
import type { RandomPayload } from "../../support/eu-rules.ts"
import { randomLogic } from "../../support/random-logic.ts"

const FULL = process.env["SOTTO_FULL"] === "1"
const folder = findRuleFolder()
const prepare = makeRemembering()
type ValueSets = Readonly<Record<string, readonly string[]>>

describe.skipIf(folder === null)("every rule of the corpus", () => {
  const { files, collections } = readCorpus(folder)
  const valueSets = collections["bf683fc4b68d"] ?? {}
  for (const [file, rules] of files) {
    it(`of ${file} is provable exactly when it is satisfied`, () => {
      for (const { rule } of rules) {
        for (const event of EVENT_KINDS) {
          const runs = { numRuns: FULL ? 300 : 8 }
          fc.assert(
            fc.property(randomPayload(event), (made) => void agrees(rule, made, valueSets)),
            runs,
          )
        }
      }
    })
  }
})

describe("random rules", () => {
  const valueSets = {
    "vaccines-covid-19-names": ["EU/1/20/1528", "EU/1/20/1507"],
    long: ["EU/1/20/1528", ...Array.from({ length: 20 }, (_, i) => `made-${i}`)],
    none: [],
  }
  const made: Arbitrary<readonly [unknown, RandomPayload]> = fc
    .constantFrom(...EVENT_KINDS)
    .chain((event) => fc.tuple(randomLogic(event), randomPayload(event)))
  it("are provable exactly when they are satisfied, unless they are refused by name", () => {
    let translated = 0
    fc.assert(
      fc.property(made, ([logic, random]) => {
        const rule = { ...NAMED, logic }
        if (agrees(rule, random, valueSets)) translated++
      }),
      { numRuns: FULL ? 20_000 : 1000 },
    )
    // Random rules that nearly all were refused would have shown nothing.
    expect(translated).toBeGreaterThan(FULL ? 12_000 : 600)
  })
})

const NAMED = {
  identifier: "XX-00-0000",
  version: "1.0.0",
  country: "XX",
  certificateType: "General",
  description: "",
} as const

/** True when the rule was translated and agreed; false when it was refused; fails when it disagrees. */
function agrees(
  rule: Rule,
  { event, payload, clockUnixSeconds }: RandomPayload,
  valueSets: ValueSets,
): boolean {
  const context = { event, valueSets, clockUnixSeconds, prepare }
  const translation = translateRule(rule, context)
  if (translation.outcome === "refused") return false
  const attested = readEvent(payload)
  if (typeof attested === "string") throw new Error(`the payload is ${attested}`)
  const satisfied = isSatisfied(rule.logic, payload, clockUnixSeconds, valueSets)
  expect(
    {
      rule: JSON.stringify(rule.logic),
      provable: isProvable(translation, completeRecord(attested), context),
    },
    JSON.stringify({ payload, clock: new Date(clockUnixSeconds * 1000), translation }),
  ).toEqual({ rule: JSON.stringify(rule.logic), provable: satisfied })
  // What names times relative to the clock is one statement at every clock.
  const later = translateRule(rule, { ...context, clockUnixSeconds: clockUnixSeconds + 12_345_678 })
  if (translation.uses.time !== "fixed") expect(later).toEqual(translation)
  return true
}

function isProvable(
  translation: Exclude<Translation, { outcome: "refused" }>,
  attributes: ReturnType<typeof completeRecord>,
  context: Parameters<typeof statementInputOf>[2],
): boolean {
  if (translation.outcome === "constant") return translation.value
  const input = statementInputOf(translation.statement, translation.valueSets, context)
  const attrs = encodeAttributes(input.schema, attributes)
  const isTrue = evaluateStatement(input, attributes)
  const parts = compileStatement(input).map((part) => {
    const set = part.valueSetId === null ? null : input.valueSets(part.valueSetId)
    return evaluatePart(part, attrs, chooseMember(part, attrs, set?.members ?? [0n]).member)
  })
  expect(parts.every(Boolean)).toBe(isTrue)
  return isTrue
}
