import { describe, expect, it } from "vitest"
import { SelectionError } from "../../../src/protocol/election/ballot-family.ts"
import type { Selection } from "../../../src/protocol/election/ballot-family.ts"
import { BALLOT_CIRCUITS } from "../../../src/protocol/election/ballot-signals.ts"
import { checkBallot, composeBallot, marksOf } from "../../../src/protocol/election/ballot-types.ts"
import type { BallotDescription } from "../../../src/protocol/election/ballot-types.ts"
import { compileRules, countValidMarks } from "../../../src/protocol/election/rules.ts"
import type { BallotTerms } from "../../../src/protocol/election/rules.ts"
import type { ElectionRule } from "../../../src/protocol/wire/election-definition.ts"
import { codeOf } from "../../support/code-of.ts"
import { EVERY_BALLOT, options } from "../../support/ballot-descriptions.ts"

const placed = (description: BallotDescription) => {
  const { circuitId, ...terms } = composeBallot(description)
  return { ...terms, circuit: { id: circuitId } }
}
const named = ({ circuit, description }: (typeof EVERY_BALLOT)[number]) =>
  [`${description.type} on ${circuit}`, circuit, description] as const

describe("every type at its largest", () => {
  it.each(EVERY_BALLOT.map((one) => [...named(one), one.selections] as const))(
    "%s: valid selections are exactly the markings that its rules allow",
    (_, circuit, description, selections) => {
      const terms = placed(description)
      expect(terms.circuit.id).toBe(circuit)
      expect(checkBallot(terms)).toEqual({ ok: true, value: true })
      const marked = new Set(selections.map((selection) => marksOf(terms, selection).map(Number).join("")))
      expect(marked.size).toBe(selections.length)
      expect(countValidMarks(terms, 2 ** 17)).toBe(selections.length)
    },
  )

  it.each(EVERY_BALLOT.map((one) => [...named(one), one.selections] as const))(
    "%s: what it marks, the circuit counts within its rules",
    (_, circuit, description, selections) => {
      const terms = placed(description)
      const { choiceMask, ruleCoefficients, ruleMin, ruleMax } = compileRules(terms)
      const bits = BALLOT_CIRCUITS[circuit].choices
      for (const selection of selections) {
        const marks = marksOf(terms, selection)
        expect(marks).toHaveLength(bits)
        expect(marks.every((mark, j) => !mark || ((choiceMask >> BigInt(j)) & 1n) === 1n)).toBe(true)
        for (const [g, coefficients] of ruleCoefficients.entries()) {
          const sum = marks.reduce((all, mark, j) => {
            const [plus, minus] = [(coefficients >> BigInt(j)) & 1n, (coefficients >> BigInt(bits + j)) & 1n]
            return mark ? all + plus - minus : all
          }, 0n)
          expect(ruleMin[g]! <= sum && sum <= ruleMax[g]!).toBe(true)
        }
      }
    },
  )

  it.each<[string, BallotDescription]>([
    [
      "17 options",
      { type: "approval", label: "Which?", options: options("abcdefghijklmnopq"), min: 0, max: 17 },
    ],
    [
      "9 weighted options",
      { type: "weighted-approval", label: "Which?", options: options("abcdefghi"), min: 0, max: 9 },
    ],
    ["one option", { type: "single-choice", label: "Who?", options: options("a"), mayAbstain: true }],
    ["nothing to decide", { type: "approval", label: "Which?", options: options("ab"), min: 2, max: 2 }],
    ["more than there are", { type: "approval", label: "Which?", options: options("ab"), min: 0, max: 3 }],
    [
      "one question",
      { type: "questions", questions: [{ label: "Q", options: options("ab"), min: 0, max: 1 }] },
    ],
    ["5 items to rank", { type: "borda", items: options("abcde") }],
    ["7 items to compare", { type: "pairwise", items: options("abcdefg") }],
    ["6 items of 4 grades", { type: "grades", items: options("abcdef"), grades: ["0", "1", "2", "3"] }],
    ["one grade", { type: "grades", items: options("abcd"), grades: ["0"] }],
    [
      "an item with a dot",
      { type: "grades", items: [{ id: "a.b", label: "AB" }, ...options("c")], grades: ["0", "1"] },
    ],
    ["two items of one name", { type: "borda", items: [...options("ab"), { id: "c", label: "A" }] }],
  ])("refuses a description with %s", (_, description) => {
    expect(codeOf(() => composeBallot(description))).toBe("definition-invalid")
  })

  it.each(["quadratic", "stv", "irv", "write-in", "plurality", "toString"])("has no %s", (type) => {
    const description = { type, label: "Who?", options: options("ab") } as unknown as BallotDescription
    expect(codeOf(() => composeBallot(description))).toBe("ballot-type-unknown")
  })

  it("keeps the labels of answers apart where questions share them", () => {
    const { choices } = composeBallot(EVERY_BALLOT[2]!.description)
    expect(choices.map(({ label }) => label).slice(0, 5)).toEqual([
      "Adopt the budget?: Yes",
      "Adopt the budget?: No",
      "Adopt the statute?: Yes",
      "Adopt the statute?: No",
      "X",
    ])
  })
})

describe("a type means something", () => {
  const misfit = (description: BallotDescription, edit: (terms: BallotTerms) => Partial<BallotTerms>) => {
    const terms = placed(description)
    const verdict = checkBallot({ ...terms, ...edit(terms) })
    return verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at}`
  }
  const [single, , questions, , , grades, , borda, pairwise] = EVERY_BALLOT.map(
    ({ description }) => description,
  )
  const editRule = (at: number, edit: Partial<ElectionRule>) => (terms: BallotTerms) => ({
    rules: terms.rules.map((rule, g) => (g === at ? { ...rule, ...edit } : rule)),
  })
  const editId = (at: number, id: string) => (terms: BallotTerms) => ({
    choices: terms.choices.map((choice, i) => (i === at ? { ...choice, id } : choice)),
  })
  const withRule = (plus: number[]) => (terms: BallotTerms) => ({
    rules: [...terms.rules, { plus, minus: [], min: 0, max: 2, label: "one more" }],
  })
  const withoutMark = (at: number) => (terms: BallotTerms) => ({
    choices: terms.choices.filter((_, i) => i !== at),
    rules: terms.rules.map((rule) => ({ ...rule, plus: rule.plus.filter((i) => i !== at) })),
  })
  const withoutRule = (terms: BallotTerms) => ({ rules: terms.rules.slice(1) })

  it.each<[string, BallotDescription, (terms: BallotTerms) => Partial<BallotTerms>, string]>([
    ["a single choice of two", single!, editRule(0, { max: 2 }), "rules.0.max"],
    ["a single choice among some", single!, editRule(0, { plus: [0, 1, 2] }), "rules.0"],
    ["a single choice against some", single!, editRule(0, { plus: [0, 1, 2], minus: [3] }), "rules.0"],
    ["a choice without a rule", single!, () => ({ rules: [] }), "rules"],
    ["a question twice asked", questions!, editRule(1, { plus: [1, 2, 3] }), "choices.1"],
    ["a choice that no question has", questions!, editRule(2, { plus: [4, 5], max: 1 }), "choices.6"],
    ["a question against another", questions!, editRule(2, { minus: [0] }), "rules.2"],
    ["a grade that must be given", grades!, editRule(0, { min: 1 }), "rules"],
    ["a grade without a rule", grades!, withoutRule, "rules"],
    ["a rule beside those of the items", grades!, withRule([0, 2]), "rules"],
    ["a rule over two items", grades!, editRule(0, { plus: [0, 2] }), "rules"],
    ["a grade 3 of 2", grades!, editId(1, "a.3"), "choices"],
    ["a grade 0", grades!, editId(1, "a.0"), "choices.1.id"],
    ["a grade with a leading zero", grades!, editId(1, "a.02"), "choices.1.id"],
    ["a grade without an item", grades!, editId(1, "2"), "choices.1.id"],
    ["a rank that may stay free", borda!, editRule(5, { min: 0 }), "rules"],
    ["an item that may be ranked twice", borda!, editRule(0, { max: 2 }), "rules"],
    ["a rule beside rows and columns", borda!, withRule([0, 5]), "rules"],
    ["a mark that is missing", borda!, withoutMark(15), "choices"],
    ["a rank 5 of 4", borda!, editId(3, "a.5"), "choices"],
    ["a comparison without its triple", pairwise!, withoutRule, "rules"],
    ["a rule beside the triples", pairwise!, withRule([0, 5]), "rules"],
    ["a triple that allows a cycle", pairwise!, editRule(0, { max: 2 }), "rules"],
    ["a triple with its signs turned", pairwise!, editRule(0, { plus: [1], minus: [0, 3] }), "rules"],
    ["a comparison twice", pairwise!, editId(5, "d.c"), "choices"],
    ["a comparison with three items", pairwise!, editId(5, "c.d.e"), "choices.5.id"],
  ])("refuses %s", (_, description, edit, at) => {
    expect(misfit(description, edit)).toBe(`definition-invalid ${at}`)
  })

  it("says the same of choices and rules in another order", () => {
    const reordered = (terms: BallotTerms): Partial<BallotTerms> => ({ rules: [...terms.rules].reverse() })
    for (const description of [questions!, grades!, borda!, pairwise!]) {
      expect(misfit(description, reordered)).toBe("accepted")
    }
  })

  it("refuses all 40 cyclic votes over four items", () => {
    const terms = placed(pairwise!)
    expect(2 ** terms.choices.length - countValidMarks(terms, 2 ** 7)).toBe(40)
  })
})

describe("a selection that the ballot does not allow", () => {
  const [single, approval, questions, , , grades, , borda, pairwise] = EVERY_BALLOT.map(
    ({ description }) => description,
  )

  it.each<[string, BallotDescription, Selection]>([
    ["selection-mismatch", single!, { order: ["a"] }],
    ["selection-mismatch", grades!, { chosen: ["a.1"] }],
    ["selection-mismatch", borda!, { chosen: ["a.1"] }],
    ["selection-mismatch", pairwise!, { grades: { a: 1 } }],
    ["choice-unknown", single!, { chosen: ["z"] }],
    ["choice-unknown", grades!, { grades: { z: 1 } }],
    ["choice-unknown", borda!, { order: ["a", "b", "c", "z"] }],
    ["choice-repeated", approval!, { chosen: ["a", "a"] }],
    ["choice-repeated", pairwise!, { order: ["a", "a", "b", "c"] }],
    ["grade-out-of-range", grades!, { grades: { a: 3 } }],
    ["grade-out-of-range", grades!, { grades: { a: -1 } }],
    ["grade-out-of-range", grades!, { grades: { a: 0.5 } }],
    ["order-incomplete", borda!, { order: ["a", "b", "c"] }],
    ["order-incomplete", pairwise!, { order: [] }],
    ["rule-broken", single!, { chosen: ["a", "b"] }],
    ["rule-broken", approval!, { chosen: ["a"] }],
    ["rule-broken", approval!, { chosen: ["a", "b", "c", "d"] }],
    ["rule-broken", questions!, { chosen: [] }],
  ])("%s", (code, description, selection) => {
    expect(codeOf(() => marksOf(placed(description), selection))).toBe(code)
  })

  it("names the broken rule by its label, apart from the message", () => {
    try {
      marksOf(placed(questions!), { chosen: ["budget.yes", "statute.yes", "statute.no"] })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(SelectionError)
      expect((error as SelectionError).rule).toBe("Adopt the statute?")
      expect((error as SelectionError).message).not.toContain("statute")
    }
  })
})
