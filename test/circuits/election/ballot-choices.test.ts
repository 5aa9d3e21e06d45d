import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { ballotRule, type BallotRule } from "../../support/circuit-ballot.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"

const CHOICES = 8
const RULES = 8
const SUM_BITS = 4
let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(
    part("election/ballot-choices.circom", "BallotChoices", CHOICES, RULES, SUM_BITS),
  )
})

interface Ballot {
  readonly mask?: bigint
  readonly marks: readonly bigint[]
  readonly rules: readonly BallotRule[]
}
const places = (choices: readonly number[], from = 0): bigint =>
  choices.reduce((all, choice) => all | (1n << BigInt(from + choice)), 0n)
const input = ({ mask = 255n, marks, rules }: Ballot) => ({
  choiceMask: mask,
  marks: Array.from({ length: CHOICES }, (_, j) => marks[j] ?? 0n),
  ruleCoefficients: Array.from({ length: RULES }, (_, g) => places(rules[g]?.plus ?? []) | places(rules[g]?.minus ?? [], CHOICES)),
  ruleMin: Array.from({ length: RULES }, (_, g) => rules[g]?.min ?? 0n),
  ruleMax: Array.from({ length: RULES }, (_, g) => rules[g]?.max ?? 0n),
}) // prettier-ignore
const sumOf = (marks: readonly bigint[], { plus, minus = [] }: BallotRule): bigint =>
  plus.reduce((sum, j) => sum + (marks[j] ?? 0n), 0n) - minus.reduce((sum, j) => sum + (marks[j] ?? 0n), 0n)

test("accepts exactly the marks that the definition allows, and names the first rule that refuses the others", () => {
  const choices = fc.uniqueArray(fc.nat(CHOICES - 1), { maxLength: CHOICES })
  const rule = fc
    .record({
      all: choices,
      split: fc.nat(CHOICES),
      bounds: fc.uniqueArray(fc.nat(CHOICES), { minLength: 1, maxLength: 2 }),
    })
    .map(({ all, split, bounds }) =>
      ballotRule(all.slice(0, split), Math.min(...bounds), Math.max(...bounds), all.slice(split)),
    )
  const marks = fc.array(fc.bigInt(0n, 1n), { minLength: CHOICES, maxLength: CHOICES })
  fc.assert(
    fc.property(marks, fc.bigInt(0n, 255n), fc.array(rule, { maxLength: 2 }), fc.boolean(), (drawn, mask, rules, keepsMask) => {
      const voted = keepsMask ? drawn.map((mark, j) => mark & (mask >> BigInt(j))) : drawn
      const exists = voted.every((mark, j) => mark === 0n || ((mask >> BigInt(j)) & 1n) === 1n)
      const isKept = rules.every((each) => each.min <= sumOf(voted, each) && sumOf(voted, each) <= each.max)
      const expected = !exists ? 5 : isKept ? undefined : 6
      expect(circuit.refusal(input({ mask, marks: voted, rules }))?.rule).toBe(expected)
    }),
    { numRuns: 400 },
  ) // prettier-ignore
})

test.each<[string, Ballot, number | undefined]>([
  ["every choice marked, exactly CHOICES allowed", { marks: Array.from({ length: 8 }, () => 1n), rules: [ballotRule([0, 1, 2, 3, 4, 5, 6, 7], 8, 8)] }, undefined],
  ["nothing marked, nothing allowed", { marks: [], rules: [] }, undefined],
  ["a sum at ruleMin", { marks: [1n], rules: [ballotRule([0, 1, 2], 1, 3)] }, undefined],
  ["a sum below ruleMin", { marks: [], rules: [ballotRule([0, 1, 2], 1, 3)] }, 6],
  ["a sum at ruleMax", { marks: [1n, 1n], rules: [ballotRule([0, 1, 2], 0, 2)] }, undefined],
  ["a sum above ruleMax", { marks: [1n, 1n, 1n], rules: [ballotRule([0, 1, 2], 0, 2)] }, 6],
  ["a sum below 0", { marks: [0n, 1n], rules: [ballotRule([0], 0, 8, [1])] }, 6],
  ["plus and minus that cancel", { marks: [1n, 1n], rules: [ballotRule([0], 0, 0, [1])] }, undefined],
  ["the eighth rule broken alone", { marks: [1n], rules: [...Array.from({ length: 7 }, () => ballotRule([0], 0, 1)), ballotRule([0], 0, 0)] }, 6],
  ["mask 0", { mask: 0n, marks: [], rules: [] }, undefined],
  ["mask 2^8", { mask: 256n, marks: [], rules: [] }, 4],
  ["mask -1", { mask: -1n, marks: [], rules: [] }, 4],
])("%s", (_, ballot, rule) => {
  expect(circuit.refusal(input(ballot))?.rule).toBe(rule)
}) // prettier-ignore

test("four rules over the six pairs of four items accept exactly the 24 rankings of the 64 answers", () => {
  const pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]] as const // prettier-ignore
  const before = (i: number, j: number): number => pairs.findIndex(([a, b]) => a === i && b === j)
  const triples = [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]] as const // prettier-ignore
  const rules = triples.map(([i, j, k]) => ballotRule([before(i, j), before(j, k)], 0, 1, [before(i, k)]))
  let accepted = 0
  for (let answer = 0; answer < 64; answer++) {
    const marks = pairs.map((_, place) => BigInt((answer >> place) & 1))
    const wins = [0, 1, 2, 3].map((item) =>
      pairs.reduce((sum, [a, b], place) => {
        const isBefore = marks[place] === 1n
        return sum + (a === item && isBefore ? 1 : 0) + (b === item && !isBefore ? 1 : 0)
      }, 0),
    )
    const isRanking = wins.toSorted().join() === "0,1,2,3"
    expect(circuit.refusal(input({ mask: 63n, marks, rules })) === undefined).toBe(isRanking)
    if (isRanking) accepted++
  }
  expect(accepted).toBe(24)
})

describe("a dishonest witness", () => {
  test.each<[string, Record<string, bigint>, string[]]>([
    ["a mark that is none, hidden in a mask bit that is none", { "marks[0]": 2n, "mask[0]": 2n, "mask[1]": 2n, choiceMask: 258n }, ["mask[0]"]],
    ["a coefficient bit cleared", { "sides[0][0]": 0n, "terms[0][0]": 0n }, ["ruleCoefficients[0]", "sides[0][0]"]],
    ["a minus-bit set", { "sides[0][8]": 1n, "terms[0][0]": 0n }, ["ruleCoefficients[0]", "sides[0][8]"]],
    ["a term that is no product", { "terms[0][3]": -1n }, ["terms[0][3]", "marks[3]"]],
    ["distance bits that are no bits but spell the distance", { "FitsBits#0[0].bits[0]": 3n, "FitsBits#0[0].bits[1]": -1n }, ["FitsBits#0[0].bits[0]"]],
    ["mask bits that are no bits but spell the mask", { "mask[3]": 3n, "mask[4]": 0n }, ["mask[3]"]],
  ])("with %s fails", (_, edits, speaking) => {
    const honest = circuit.witness(input({ marks: [1n, 1n], rules: [ballotRule([0, 1, 2, 3], 1, 3)] }))
    expect(honest.broken()).toEqual([])
    expect(names(honest.edit(edits).broken(), speaking)).toBe(true)
  }) // prettier-ignore
})
