// W8 against brute force: a question is bisecting when some selection of the other answers, as if one record had given
// all of them, leaves too little.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { bisectedSubjects } from "../../../src/parties/wallet/bisecting.ts"
import type { GivenAnswer } from "../../../src/parties/wallet/consent-receipt.ts"
import { countOf, encodeSet, intersect, range, union } from "../../../src/parties/wallet/intervals.ts"
import type { IntegerSet } from "../../../src/parties/wallet/intervals.ts"
import type { Remainder } from "../../../src/parties/wallet/narrow-question.ts"

const WIDTH = 5n
const OPERATORS = ["a", "b", "c", "d", "e"]
const isNarrow = (set: IntegerSet): boolean => countOf(set) < WIDTH
const remainder = (set: IntegerSet, isCertain = false, subject = "day"): Remainder => ({
  ...{ subject, set, isCertain },
  isNarrow,
})
type Told = Pick<GivenAnswer, "operators" | "left">
const told = (set: IntegerSet, isCertain = false, operators = OPERATORS, subject = "day"): Told => ({
  operators,
  left: [{ subject, intervals: encodeSet(set), isCertain }],
})
const ask = (set: IntegerSet, others: readonly Told[], k = 5): readonly string[] =>
  bisectedSubjects({ remainders: [remainder(set)], operators: OPERATORS }, others, k)

const interval = fc
  .tuple(fc.bigInt({ min: 0n, max: 30n }), fc.bigInt({ min: 4n, max: 20n }))
  .map(([lo, width]) => range(lo, lo + width))
const set = fc.array(interval, { minLength: 1, maxLength: 3 }).map((parts) => union(parts))

describe("a question beside others", () => {
  test("is narrowed down exactly when some selection of them leaves too little but not nothing", () => {
    fc.assert(
      fc.property(set, fc.array(set, { maxLength: 6 }), (own, others) => {
        const selections = Array.from({ length: 1 << others.length }, (_, mask) =>
          others
            .filter((_other, i) => (mask >> i) & 1)
            .reduce((joint, other) => intersect(joint, other), own),
        )
        const expected = selections.some((joint) => joint.length > 0 && isNarrow(joint))
        const found = ask(
          own,
          others.map((other) => told(other)),
        )
        expect(found).toEqual(expected && !isNarrow(own) ? ["day"] : [])
      }),
    )
  })

  test("does not depend on their order", () => {
    fc.assert(
      fc.property(set, fc.array(set, { maxLength: 6 }), (own, others) => {
        const answers = others.map((other) => told(other))
        expect(ask(own, [...answers].reverse())).toEqual(ask(own, answers))
      }),
    )
  })

  test("is refused, not searched for ever, when a verifier asked many different things", () => {
    // Thirty sets that each leave out another pair of two hundred values: 2^30 joint sets, all of them wide.
    const many = Array.from({ length: 30 }, (_, i) =>
      told(union([range(0n, BigInt(6 * i)), range(BigInt(6 * i + 3), 200n)])),
    )
    const started = performance.now()
    expect(ask(range(0n, 200n), many)).toEqual(["day"])
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test("counts operators over all of them, and says nothing when the crowd was small before", () => {
    const fewer = told(range(0n, 100n), false, ["a", "b", "c", "x", "y"])
    expect(ask(range(0n, 100n), [fewer])).toEqual(["3 operators in common with other answers"])
    expect(ask(range(0n, 100n), [fewer], 3)).toEqual([])
    expect(ask(range(0n, 100n), [fewer], 6)).toEqual([])
  })

  test("leaves out what another record certainly answered, and only if both values are certain", () => {
    const other: Told = {
      operators: ["a"],
      left: [
        { subject: "disease", intervals: encodeSet(range(1n, 1n)), isCertain: true },
        { subject: "day", intervals: encodeSet(range(8n, 30n)), isCertain: true },
      ],
    }
    const question = (isCertain: boolean, disease: IntegerSet) => ({
      remainders: [remainder(range(0n, 10n)), remainder(disease, isCertain, "disease")],
      operators: OPERATORS,
    })
    const found = ["day", "1 operators in common with other answers"]
    expect(bisectedSubjects(question(true, range(2n, 20n)), [other], 5)).toEqual([])
    expect(bisectedSubjects(question(false, range(2n, 20n)), [other], 5)).toEqual(found)
    expect(bisectedSubjects(question(true, range(1n, 20n)), [other], 5)).toEqual([
      ...found.slice(0, 1),
      "disease",
      found[1],
    ])
  })

  test("is not excused by two attributes that are both said to be absent", () => {
    const absent: Told = {
      operators: OPERATORS,
      left: [
        { subject: "lot", intervals: [], isCertain: true },
        { subject: "day", intervals: encodeSet(range(8n, 30n)), isCertain: true },
      ],
    }
    const question = {
      remainders: [remainder(range(0n, 10n)), remainder([], true, "lot")],
      operators: OPERATORS,
    }
    expect(bisectedSubjects(question, [absent], 5)).toEqual(["day"])
  })
})
