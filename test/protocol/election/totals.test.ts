import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkTotals } from "../../../src/protocol/election/totals.ts"
import type { MarkRule, TotalBounds } from "../../../src/protocol/election/totals.ts"

const oneHot: MarkRule = { plus: [0, 1, 2], minus: [], min: 1, max: 1 }
const bounds: TotalBounds = { choices: 3, rules: [oneHot], counted: 10, totalWeight: null }

describe("checkTotals, unweighted", () => {
  it("keeps what one-hot ballots can sum to", () => {
    expect(checkTotals([4, 6, 0, 0], bounds)).toBeNull()
    expect(checkTotals([10, 0, 0, 0], bounds)).toBeNull()
  })

  it.each([
    ["more than was counted", [11, 0, 0, 0], "total-out-of-range"],
    ["less than nothing", [-1, 6, 5, 0], "total-out-of-range"],
    ["no whole number", [4.5, 5.5, 0, 0], "total-out-of-range"],
    ["votes for a choice that does not exist", [4, 6, 0, 1], "total-of-no-choice"],
    ["one vote too few for the rule", [4, 5, 0, 0], "total-against-rule"],
    ["one vote too many for the rule", [4, 6, 1, 0], "total-against-rule"],
  ])("refuses %s", (_, counts, reason) => {
    expect(checkTotals(counts, bounds)).toBe(reason)
  })

  it("adds what a rule counts against", () => {
    const preference: MarkRule = { plus: [0, 1], minus: [2], min: 0, max: 1 } // one triple of a pairwise ballot
    const pairwise = { ...bounds, rules: [preference] }
    expect(checkTotals([5, 5, 5, 0], pairwise)).toBeNull()
    expect(checkTotals([1, 1, 3, 0], pairwise)).toBe("total-against-rule")
    expect(checkTotals([9, 9, 5, 0], pairwise)).toBe("total-against-rule")
  })

  it("keeps every sum of valid ballots", () => {
    const approval: MarkRule = { plus: [0, 1, 2], minus: [], min: 1, max: 2 }
    const ballot = fc.constantFrom([1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1])
    fc.assert(
      fc.property(fc.array(ballot), (ballots) => {
        const counts = [0, 1, 2, 3].map((j) => ballots.reduce((sum, marks) => sum + (marks[j] ?? 0), 0))
        expect(checkTotals(counts, { ...bounds, rules: [approval], counted: ballots.length })).toBeNull()
      }),
    )
  })
})

describe("checkTotals, weighted", () => {
  const weighted: TotalBounds = { ...bounds, totalWeight: 1000 }

  it("bounds by the census's weight from above and by nothing but 0 from below", () => {
    expect(checkTotals([400, 0, 600, 0, 0, 0], weighted)).toBeNull()
    expect(checkTotals([0, 0, 0, 0, 0, 0], weighted)).toBeNull()
    expect(checkTotals([400, 0, 601, 0, 0, 0], weighted)).toBe("total-against-rule")
    expect(checkTotals([1001, 0, 0, 0, 0, 0], weighted)).toBe("total-out-of-range")
  })

  it("has no odd choices", () => {
    expect(checkTotals([400, 1, 0, 0, 0, 0], weighted)).toBe("total-of-no-choice")
  })
})
