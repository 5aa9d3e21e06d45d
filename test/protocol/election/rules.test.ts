import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bitOf, brokenRule, compileRules, countValidMarks } from "../../../src/protocol/election/rules.ts"
import type { PlacedTerms } from "../../../src/protocol/election/rules.ts"
import { BALLOT_CIRCUITS } from "../../../src/protocol/election/ballot-signals.ts"
import type { ElectionRule } from "../../../src/protocol/wire/election-definition.ts"

const termsOf = (
  choices: number,
  rules: readonly Omit<ElectionRule, "label">[],
  id: "ballot8" | "ballot16" = "ballot8",
  ballotType = "approval",
): PlacedTerms => ({
  ballotType,
  choices: Array.from({ length: choices }, (_, i) => ({ id: `c${i}`, label: `C${i}` })),
  rules: rules.map((rule, i) => ({ ...rule, label: `R${i}` })),
  circuit: { id },
})

/** A rule over random sides, in random bounds. */
const ruleOver = (choices: number) =>
  fc
    .tuple(
      fc.array(fc.constantFrom("plus", "minus", "none"), { minLength: choices, maxLength: choices }),
      fc.nat(choices),
      fc.nat(choices),
    )
    .map(([sides, a, b]) => ({
      plus: sides.flatMap((side, i) => (side === "plus" ? [i] : [])),
      minus: sides.flatMap((side, i) => (side === "minus" ? [i] : [])),
      min: Math.min(a, b),
      max: Math.max(a, b),
    }))

describe("rules", () => {
  it("are compiled to plus-bits below and minus-bits above, the rest of the circuit's rules all zero", () => {
    const compiled = compileRules(termsOf(3, [{ plus: [0, 2], minus: [1], min: 0, max: 1 }]))
    expect(compiled).toEqual({
      choiceMask: 0b111n,
      ruleCoefficients: [0b00000010_00000101n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
      ruleMin: Array(8).fill(0n),
      ruleMax: [1n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
    })
  })

  it("of a weighted election stand on even bits, and no odd choice exists", () => {
    const terms = termsOf(
      4,
      [{ plus: [0, 1, 2, 3], minus: [], min: 1, max: 1 }],
      "ballot8",
      "weighted-single-choice",
    )
    expect(compileRules(terms)).toMatchObject({
      choiceMask: 0b01010101n,
      ruleCoefficients: [0b01010101n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
    })
    expect([0, 1, 2, 3].map((position) => bitOf(terms, position))).toEqual([0, 2, 4, 6])
  })

  it.each([
    ["a ninth choice", termsOf(9, [])],
    ["a fifth weighted choice", termsOf(5, [], "ballot8", "weighted-approval")],
    ["a ninth rule", termsOf(2, Array(9).fill({ plus: [0], minus: [], min: 0, max: 1 }))],
  ])("are not compiled with %s cut off", (_, terms) => {
    expect(() => compileRules(terms)).toThrow(RangeError)
  })

  it("are broken exactly when the circuit's sums leave their bounds", () => {
    const terms = fc
      .integer({ min: 2, max: 8 })
      .chain((n) => fc.tuple(fc.constant(n), fc.array(ruleOver(n), { maxLength: 8 }), fc.nat(2 ** n - 1)))
    fc.assert(
      fc.property(terms, ([n, rules, marks]) => {
        const { ruleCoefficients, ruleMin, ruleMax } = compileRules(termsOf(n, rules))
        const bits = BALLOT_CIRCUITS.ballot8.choices
        const isKept = ruleCoefficients.every((coefficients, g) => {
          let sum = 0n
          for (let j = 0; j < bits; j++) {
            if ((marks >> j) & 1)
              sum += ((coefficients >> BigInt(j)) & 1n) - ((coefficients >> BigInt(bits + j)) & 1n)
          }
          return ruleMin[g]! <= sum && sum <= ruleMax[g]!
        })
        const marked = new Set(Array.from({ length: n }, (_, j) => j).filter((j) => (marks >> j) & 1))
        expect(brokenRule(termsOf(n, rules), marked) === null).toBe(isKept)
      }),
    )
  })

  it("leave as many markings as trying each of them finds", () => {
    const terms = fc
      .integer({ min: 2, max: 10 })
      .chain((n) => fc.tuple(fc.constant(n), fc.array(ruleOver(n), { maxLength: 4 })))
    fc.assert(
      fc.property(terms, ([n, rules]) => {
        const tried = termsOf(n, rules, "ballot16")
        let valid = 0
        for (let marks = 0; marks < 2 ** n; marks++) {
          const marked = new Set(Array.from({ length: n }, (_, j) => j).filter((j) => (marks >> j) & 1))
          if (brokenRule(tried, marked) === null) valid++
        }
        expect(countValidMarks(tried, 2 ** 16)).toBe(valid)
        expect(countValidMarks(tried, 2)).toBe(Math.min(valid, 2))
      }),
      { numRuns: 30 },
    )
  })

  it("are counted over all sixteen choices", () => {
    const all = Array.from({ length: 16 }, (_, i) => i)
    const rule = { plus: all, minus: [], min: 8, max: 8 }
    expect(countValidMarks(termsOf(16, Array(20).fill(rule), "ballot16"), 2 ** 16)).toBe(12_870) // 16 over 8
  })
})
