import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Selection } from "../../../src/protocol/election/ballot-family.ts"
import { composeBallot, marksOf } from "../../../src/protocol/election/ballot-types.ts"
import type { BallotDescription } from "../../../src/protocol/election/ballot-types.ts"
import { describeResult } from "../../../src/protocol/election/describe-result.ts"
import type { ElectionOutcome } from "../../../src/protocol/election/describe-result.ts"
import { compareMajority, medianGrade } from "../../../src/protocol/election/majority-judgment.ts"
import { bitOf } from "../../../src/protocol/election/rules.ts"
import { options } from "../../support/ballot-descriptions.ts"

/** The outcome of ballots as their ciphertexts would add up. */
function outcomeOf<K extends ElectionOutcome["kind"]>(
  kind: K,
  description: BallotDescription,
  ballots: readonly Selection[],
  weightOf: (i: number) => number = () => 1,
): Extract<ElectionOutcome, { kind: K }> {
  const { circuitId, ...terms } = composeBallot(description)
  const marked = ballots.map((ballot) => marksOf({ ...terms, circuit: { id: circuitId } }, ballot))
  const counts = terms.choices.map((_, position) =>
    marked.reduce((sum, marks, i) => sum + (marks[bitOf(terms, position)] === true ? weightOf(i) : 0), 0),
  )
  const outcome = describeResult(terms, { counts, counted: ballots.length })
  expect(outcome.kind).toBe(kind)
  return outcome as Extract<ElectionOutcome, { kind: K }>
}
const times = (n: number, selection: Selection): Selection[] => Array<Selection>(n).fill(selection)

describe("choices", () => {
  const who: BallotDescription = {
    type: "single-choice",
    label: "Who?",
    options: options("abc"),
    mayAbstain: true,
  }

  it("are counted, blank ballots too, and ties lead together", () => {
    const ballots = [
      ...times(3, { chosen: ["a"] }),
      ...times(3, { chosen: ["c"] }),
      ...times(2, { chosen: [] }),
    ]
    expect(outcomeOf("choices", who, ballots).questions).toEqual([
      {
        label: "Who?",
        options: [
          { id: "a", total: 3 },
          { id: "b", total: 0 },
          { id: "c", total: 3 },
        ],
        blank: 2,
        leading: ["a", "c"],
      },
    ])
  })

  it("that nobody made have no leader", () => {
    expect(outcomeOf("choices", who, times(3, { chosen: [] })).questions[0]).toMatchObject({
      blank: 3,
      leading: [],
    })
  })

  it("do not say how many were blank where a ballot may have several marks, or must have one", () => {
    const many: BallotDescription = {
      type: "approval",
      label: "Which?",
      options: options("abc"),
      min: 0,
      max: 2,
    }
    expect(outcomeOf("choices", many, times(3, { chosen: ["a", "b"] })).questions[0]?.blank).toBeNull()
    const must = outcomeOf("choices", { ...who, mayAbstain: false }, times(3, { chosen: ["a"] }))
    expect(must.questions[0]?.blank).toBeNull()
  })

  it("of several questions are told apart", () => {
    const two: BallotDescription = {
      type: "questions",
      questions: [
        { label: "First", options: options("ab"), min: 0, max: 1 },
        { label: "Second", options: options("xy"), min: 1, max: 1 },
      ],
    }
    const result = outcomeOf("choices", two, [
      { chosen: ["a", "y"] },
      { chosen: ["y"] },
      { chosen: ["b", "y"] },
    ])
    expect(result.questions.map(({ label, blank, leading }) => [label, blank, leading])).toEqual([
      ["First", 1, ["a", "b"]],
      ["Second", null, ["y"]],
    ])
  })

  it("are sums of weights in a weighted election, and blank weight stays unknown", () => {
    const weighted: BallotDescription = { ...who, type: "weighted-single-choice" }
    const result = outcomeOf(
      "choices",
      weighted,
      [{ chosen: ["b"] }, { chosen: ["b"] }, { chosen: [] }],
      (i) => 10 ** i,
    )
    expect(result).toMatchObject({ weighted: true, questions: [{ blank: null, leading: ["b"] }] })
    expect(result.questions[0]?.options).toContainEqual({ id: "b", total: 11 })
  })
})

describe("grades", () => {
  const graded: BallotDescription = { type: "grades", items: options("ab"), grades: ["poor", "fair", "good"] }

  it("give histogram, sum, mean and median; what is not graded has grade 0", () => {
    const ballots = [
      { grades: { a: 2, b: 1 } },
      { grades: { a: 2 } },
      { grades: { b: 1 } },
      { grades: { a: 1, b: 1 } },
    ]
    expect(outcomeOf("grades", graded, ballots)).toEqual({
      kind: "grades",
      items: [
        { id: "a", histogram: [1, 1, 2], sum: 5, mean: 1.25, median: 1 },
        { id: "b", histogram: [1, 3, 0], sum: 3, mean: 0.75, median: 1 },
      ],
      byMajority: [["a"], ["b"]],
      bySum: [["a"], ["b"]],
    })
  })

  it("of nobody are all zero and tie", () => {
    expect(outcomeOf("grades", graded, [])).toMatchObject({
      items: [{ histogram: [0, 0, 0], mean: 0, median: 0 }, {}],
      byMajority: [["a", "b"]],
    })
  })

  it("may rank otherwise by median than by sum", () => {
    const ballots = [...times(5, { grades: { a: 1, b: 2 } }), ...times(6, { grades: { a: 1, b: 0 } })]
    const { byMajority, bySum } = outcomeOf("grades", graded, [...ballots, { grades: { a: 0, b: 2 } }])
    expect(byMajority).toEqual([["a"], ["b"]])
    expect(bySum).toEqual([["b"], ["a"]])
  })

  it("compare as their ballots sorted and emptied from the middle do", () => {
    // By definition: the median of what is left, taken away one by one.
    const medians = (grades: readonly number[]): number[] => {
      const left = [...grades].sort((x, y) => x - y)
      return grades.map(() => left.splice(Math.ceil(left.length / 2) - 1, 1)[0]!)
    }
    const histogramOf = (grades: readonly number[]): number[] =>
      [0, 1, 2, 3].map((grade) => grades.filter((one) => one === grade).length)
    const lists = fc
      .integer({ min: 1, max: 15 })
      .chain((n) => fc.tuple(...[0, 1].map(() => fc.array(fc.nat(3), { minLength: n, maxLength: n }))))
    fc.assert(
      fc.property(lists, ([a, b]) => {
        const [x, y] = [medians(a!), medians(b!)]
        const at = x.findIndex((grade, i) => grade !== y[i])
        const expected = at < 0 ? 0 : Math.sign(x[at]! - y[at]!)
        expect(Math.sign(compareMajority(histogramOf(a!), histogramOf(b!)))).toBe(expected)
        expect(medianGrade(histogramOf(a!))).toBe(x[0])
      }),
    )
  })
})

describe("rankings", () => {
  it("give ballots by rank and Borda points", () => {
    const borda: BallotDescription = { type: "borda", items: options("abc") }
    const ballots = [...times(3, { order: ["a", "b", "c"] }), ...times(2, { order: ["b", "c", "a"] })]
    expect(outcomeOf("borda", borda, ballots)).toEqual({
      kind: "borda",
      items: [
        { id: "a", ranks: [3, 0, 2], points: 6 },
        { id: "b", ranks: [2, 3, 0], points: 7 },
        { id: "c", ranks: [0, 2, 3], points: 2 },
      ],
      leading: ["b"],
    })
  })
})

describe("comparisons", () => {
  const compared: BallotDescription = { type: "pairwise", items: options("abcd") }

  it("give the matrix that counting orders gives", () => {
    const order = fc.shuffledSubarray(["a", "b", "c", "d"], { minLength: 4 })
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 9 }), (orders) => {
        const { items, matrix } = outcomeOf(
          "pairwise",
          compared,
          orders.map((one) => ({ order: one })),
        )
        for (const [i, a] of items.entries()) {
          for (const [j, b] of items.entries()) {
            const before = orders.filter((one) => one.indexOf(a) < one.indexOf(b)).length
            expect(matrix[i]![j]).toBe(before)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it("name who beats everybody", () => {
    const ballots = [...times(2, { order: ["b", "a", "c", "d"] }), { order: ["a", "b", "c", "d"] }]
    expect(outcomeOf("pairwise", compared, ballots)).toMatchObject({ winner: "b", smithSet: ["b"] })
  })

  it("name a cycle where nobody does", () => {
    const cycle = [
      ["a", "b", "c", "d"],
      ["b", "c", "a", "d"],
      ["c", "a", "b", "d"],
    ].map((order) => ({ order }))
    expect(outcomeOf("pairwise", compared, cycle)).toMatchObject({ winner: null, smithSet: ["a", "b", "c"] })
  })

  it("keep ties inside the set", () => {
    const tied = [{ order: ["a", "b", "c", "d"] }, { order: ["b", "a", "c", "d"] }]
    expect(outcomeOf("pairwise", compared, tied)).toMatchObject({ winner: null, smithSet: ["a", "b"] })
  })
})

it("refuses totals that are not one a choice", () => {
  const { circuitId: _, ...terms } = composeBallot({ type: "borda", items: options("abc") })
  expect(() => describeResult(terms, { counts: [1, 2], counted: 2 })).toThrow(RangeError)
})
