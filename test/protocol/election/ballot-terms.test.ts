import { describe, expect, it } from "vitest"
import { checkTerms } from "../../../src/protocol/election/ballot-terms.ts"
import type { PlacedTerms } from "../../../src/protocol/election/rules.ts"

const choices = ["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))
const rule = { plus: [0, 1, 2], minus: [] as number[], min: 0, max: 1, label: "Who?" }
const refusal = (change: Partial<PlacedTerms>): string => {
  const verdict = checkTerms({
    ballotType: "any",
    choices,
    rules: [rule],
    circuit: { id: "ballot8" },
    ...change,
  })
  return verdict.ok ? "accepted" : (verdict.at ?? "")
}
const eight = Array.from("abcdefgh").map((id) => ({ id, label: id }))

describe("terms of any type", () => {
  it.each<[string, string, Partial<PlacedTerms>]>([
    ["as they are", "accepted", {}],
    ["without a rule", "accepted", { rules: [] }],
    ["with a rule that subtracts", "accepted", { rules: [{ ...rule, plus: [0, 2], minus: [1] }] }],
    ["with bounds as wide as the circuit", "accepted", { rules: [{ ...rule, max: 8 }] }],
    ["with eight choices", "accepted", { choices: eight }],
    ["with nine choices", "choices", { choices: [...eight, { id: "i", label: "i" }] }],
    ["with one choice", "choices", { choices: choices.slice(0, 1) }],
    [
      "with nine rules",
      "rules",
      { rules: Array.from({ length: 9 }, (_, i) => ({ ...rule, label: `${i}` })) },
    ],
    [
      "with two choices of one id",
      "choices.2",
      { choices: [...choices.slice(0, 2), { id: "a", label: "D" }] },
    ],
    [
      "with two choices of one label",
      "choices.2",
      { choices: [...choices.slice(0, 2), { id: "d", label: "A" }] },
    ],
    ["with two rules of one label", "rules.1", { rules: [rule, { ...rule, max: 2 }] }],
    ["with a choice on both sides", "rules.0", { rules: [{ ...rule, minus: [2] }] }],
    ["with a choice named twice", "rules.0", { rules: [{ ...rule, plus: [0, 0, 1] }] }],
    ["with positions that fall", "rules.0", { rules: [{ ...rule, plus: [1, 0] }] }],
    [
      "with positions that fall on the other side",
      "rules.0",
      { rules: [{ ...rule, plus: [2], minus: [1, 0] }] },
    ],
    ["with a position that no choice has", "rules.0", { rules: [{ ...rule, plus: [0, 3] }] }],
    ["with bounds turned round", "rules.0", { rules: [{ ...rule, min: 2, max: 1 }] }],
    ["with a bound that the circuit cannot hold", "rules.0", { rules: [{ ...rule, max: 9 }] }],
    ["that leave one marking", "rules", { rules: [{ ...rule, max: 0 }] }],
    ["that leave none", "rules", { rules: [{ ...rule, min: 4, max: 5 }] }],
  ])("%s: %s", (_, at, change) => {
    expect(refusal(change)).toBe(at)
  })
})
