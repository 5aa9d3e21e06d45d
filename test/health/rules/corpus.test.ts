// The whole EU corpus against the publishers' expected results, every outcome fixed by name.
import { describe, expect, it } from "vitest"
import { checkCase } from "../../../src/health/rules/check-case.ts"
import type { CheckedCase } from "../../../src/health/rules/check-case.ts"
import { summariseRule } from "../../../src/health/rules/check-rule.ts"
import { EVENT_KINDS } from "../../../src/health/rules/rule.ts"
import { findRuleFolder, makeRemembering, readCorpus } from "../../support/eu-rules.ts"
import { OUTCOMES } from "../../support/eu-rules-outcomes.ts"

const folder = findRuleFolder()
const prepare = makeRemembering()

const LETTERS = {
  "no-event": "n",
  "several-events": "s",
  "field-missing": "m",
  "value-malformed": "v",
  "clock-missing": "c",
  "value-sets-missing": "l",
} as const

function letterOf(checked: CheckedCase, expected: boolean): string {
  if (checked.outcome === "excluded") return LETTERS[checked.reason]
  if (checked.outcome === "not-translated") return "x"
  if (checked.isProvable !== expected) return "!"
  return expected ? "T" : "F"
}

describe.skipIf(folder === null)("the EU rule corpus", () => {
  const { files, collections } = readCorpus(folder)
  const rows = [...files].flatMap(([file, rules]) =>
    rules.map((one) => {
      const { kinds, refusals } = summariseRule(one, collections, prepare)
      const proofs = EVENT_KINDS.map((event) => {
        if (refusals.some((refusal) => refusal.event === event)) return "x"
        const found = kinds[event]
        return found === "always" ? "*" : found === "never" ? "0" : String(found)
      })
      const letters = one.cases.map((given) =>
        letterOf(checkCase(one.rule, given, collections[given.valueSets], prepare), given.expected),
      )
      return `${file.slice(0, 2)} ${one.rule.identifier} ${proofs.join("")} ${letters.join("")}`
    }),
  )

  it("has every outcome that is written down, rule by rule and case by case", () => {
    expect(rows).toEqual(OUTCOMES.trim().split("\n"))
  })

  it("agrees in every case that describes one certificate, and leaves out the others by their reasons", () => {
    const letters = rows.map((row) => row.split(" ")[3] ?? "").join("")
    const count = (letter: string): number => letters.split(letter).length - 1
    expect({ agreed: count("T") + count("F"), disagreed: count("!"), cases: letters.length }).toEqual({
      ...{ agreed: 565, disagreed: 0, cases: 931 },
    })
    expect({ n: count("n"), s: count("s"), m: count("m"), v: count("v"), x: count("x") }).toEqual({
      ...{ n: 281, s: 48, m: 27, v: 10, x: 0 },
    })
  })

  it("translates every rule, most of them to one proof", () => {
    const kinds = rows.map((row) => row.split(" ")[2] ?? "")
    expect(kinds.length).toBe(132)
    expect(kinds.filter((kind) => kind.includes("x"))).toEqual([])
    expect(kinds.filter((kind) => /^[*0]+$/.test(kind)).length).toBe(21)
    expect(
      rows.filter((row) => /[2-9]/.test(row.split(" ")[2] ?? "")).map((row) => row.slice(3, 17)),
    ).toEqual(["VR-DE-0003 2**", "VR-FI-0004 3**"])
    expect(rows.filter((row) => row.split(" ")[2]?.includes("0")).map((row) => row.slice(3, 17))).toEqual([
      "GR-FR-0000 **0",
    ])
  })
})
