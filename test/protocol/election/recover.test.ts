import { describe, expect, it } from "vitest"
import { emptyAggregate, excludeBallot, includeBallot } from "../../../src/protocol/election/aggregate.ts"
import { combineShares } from "../../../src/protocol/election/combine.ts"
import {
  areCountsOf,
  countRecoverySteps,
  MAX_TOTAL_WEIGHT,
  recoverCounts,
} from "../../../src/protocol/election/recover.ts"
import type { CounterBounds } from "../../../src/protocol/election/recover.ts"
import {
  BASE8,
  IDENTITY,
  PACKING_POINT,
  parsePointOnCurve,
  SUBGROUP_ORDER,
} from "../../../src/protocol/primitives/babyjubjub.ts"
import { packCounters } from "../../../src/protocol/primitives/elgamal.ts"
import type { Ciphertexts } from "../../../src/protocol/primitives/elgamal.ts"
import { castBallots, expectedCounts } from "../../support/counted-ballots.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { shareKeys } from "../../support/shared-keys.ts"

// The generator of the whole group of 8*l points, ERC-2494.
const FULL_GENERATOR = parsePointOnCurve([
  "995203441582195749578291179787384436505546430278305826713579947235728471134",
  "5472060717959818805561601436314318772137091100104008585924551046643952123905",
])
const noSolution = { ok: false, reason: "no-solution" }
const upTo = (counted: number): CounterBounds => ({ weighted: false, counted })
const weighing = (totalWeight: number): CounterBounds => ({ weighted: true, totalWeight })

describe("recoverCounts", () => {
  it("finds the counters of several sums, zero and the bound included", () => {
    const openings = [
      packCounters(0n, 0n),
      packCounters(50n, 0n),
      packCounters(0n, 50n),
      packCounters(50n, 50n),
    ]
    expect(recoverCounts(openings, upTo(50))).toEqual({ ok: true, value: [0, 0, 50, 0, 0, 50, 50, 50] })
    expect(recoverCounts([IDENTITY], upTo(0))).toEqual({ ok: true, value: [0, 0] })
  })

  it("finds sums of weights far above the number of ballots", () => {
    const totals = [0, 1, 2 ** 20 - 1, 2 ** 20, 123_456_789]
    const openings = totals.map((total) => packCounters(BigInt(total), 0n))
    const expected = totals.flatMap((total) => [total, 0])
    expect(recoverCounts(openings, weighing(123_456_789))).toEqual({ ok: true, value: expected })
  })

  it("tells how far it is, up to the number it announced", () => {
    const seen: [number, number][] = []
    recoverCounts([packCounters(1n, 1001n)], upTo(1000), (compared, most) => seen.push([compared, most]))
    expect(seen.at(-1)).toEqual([2002, 2002])
    expect(seen.length).toBeGreaterThan(5)
    expect(seen.every(([compared], i) => i === 0 || compared > (seen[i - 1]?.[0] ?? 0))).toBe(true)
  })
})

describe("A15: sums outside their range", () => {
  it.each([
    ["one more than was counted", packCounters(11n, 0n)],
    ["one more in the odd counter", packCounters(0n, 11n)],
    ["an even counter that reached 2^32 and reads as an odd one", packCounters((1n << 32n) * 11n, 0n)],
    ["minus one", BASE8.negate()],
    ["an odd counter of minus one", packCounters(3n, 0n).subtract(PACKING_POINT)],
    ["a weight in an unweighted election", packCounters(1n << 31n, 0n)],
  ])("%s has no solution", (_, opening) => {
    expect(recoverCounts([opening], upTo(10))).toEqual(noSolution)
  })

  it("a ballot taken out of the sum that was never in it has no solution", () => {
    const election = shareKeys(2, 3, 1)
    const [ballot, stranger] = castBallots(election, 2, seededBytes("negative"), () => [true, false])
    const sum: Ciphertexts = excludeBallot(
      includeBallot(
        emptyAggregate(1),
        castBallots(election, 1, seededBytes("none"), () => [false, false])[0]!.ciphertexts,
      ),
      stranger!.ciphertexts,
    )
    const open = (of: Ciphertexts) => {
      const shares = election.trustees.map(({ index, secrets }) => ({
        trustee: index,
        deltas: secrets.map((secret) => of.R.multiply(secret)),
      }))
      const combined = combineShares(of, shares, election)
      return combined.ok ? recoverCounts(combined.value.openings, upTo(5)) : combined
    }
    expect(open(includeBallot(emptyAggregate(1), ballot!.ciphertexts))).toEqual({ ok: true, value: [1, 0] })
    expect(open(sum)).toEqual(noSolution)
  })

  it("a weighted total above the census's, or one on an odd choice, has no solution", () => {
    expect(recoverCounts([packCounters(1000n, 0n)], weighing(1000))).toEqual({ ok: true, value: [1000, 0] })
    expect(recoverCounts([packCounters(1001n, 0n)], weighing(1000))).toEqual(noSolution)
    expect(recoverCounts([packCounters(0n, 1n)], weighing(1000))).toEqual(noSolution)
    expect(recoverCounts([BASE8.negate()], weighing(1000))).toEqual(noSolution)
  })

  it("a total within the last giant step but above the census's weight has no solution", () => {
    const totalWeight = 1000 // 32 rows and 32 steps reach 1023
    expect(countRecoverySteps(1, weighing(totalWeight))).toBe(32 + 32)
    for (const above of [1001, 1010, 1023, 1024])
      expect(recoverCounts([packCounters(BigInt(above), 0n)], weighing(totalWeight))).toEqual(noSolution)
  })

  it("a total weight above 2^40 is refused before any search", () => {
    expect(countRecoverySteps(8, weighing(MAX_TOTAL_WEIGHT))).toBe(2 ** 20 + 8 * (2 ** 20 + 1))
    for (const weight of [MAX_TOTAL_WEIGHT + 1, 0])
      expect(() => recoverCounts([IDENTITY], weighing(weight))).toThrow(RangeError)
  })
})

describe("A16: an undecryptable sum ends the search", () => {
  it("after the stated number of points, which is 2 * (counted + 1) for one sum", () => {
    const elsewhere = BASE8.multiply(1n << 222n)
    let [compared, most] = [0, 0]
    expect(
      recoverCounts(
        [elsewhere, packCounters(1n, 1n)],
        upTo(700),
        (now, atMost) => ([compared, most] = [now, atMost]),
      ),
    ).toEqual(noSolution)
    expect(countRecoverySteps(1, upTo(700))).toBe(2 * 701)
    expect([compared, most]).toEqual([2 * 701, 3 * 701])
  })
})

describe("A3: a key with a torsion part", () => {
  it("takes ballots and makes their sum undecryptable, hence the check of l*PK = O", () => {
    const honest = shareKeys(2, 3, 1)
    const torsion = FULL_GENERATOR.multiplyUnsafe(SUBGROUP_ORDER - 1n).add(FULL_GENERATOR) // of order 8
    const posed = { ...honest, keys: honest.keys.map((key) => key.add(torsion)) }
    const open = (election: typeof honest) => {
      const ballots = castBallots(election, 4, seededBytes("torsion"), () => [true, false])
      const sum = ballots.reduce(
        (total, ballot) => includeBallot(total, ballot.ciphertexts),
        emptyAggregate(1),
      )
      const shares = election.trustees.map(({ index, secrets }) => ({
        trustee: index,
        deltas: secrets.map((secret) => sum.R.multiply(secret)),
      }))
      const combined = combineShares(sum, shares, election)
      return combined.ok ? recoverCounts(combined.value.openings, upTo(4)) : combined
    }
    // Unless the randomness of all ballots sums to 0 modulo 8, as it does for this seed with three ballots.
    expect(open(honest)).toEqual({ ok: true, value: [4, 0] })
    expect(open(posed)).toEqual(noSolution)
  })
})

describe("areCountsOf", () => {
  const openings = [packCounters(3n, 4n), packCounters(0n, 9n)]

  it("needs no search, so nobody need trust one", () => {
    expect(areCountsOf(openings, [3, 4, 0, 9])).toBe(true)
    for (const wrong of [
      [3, 4, 9, 0],
      [3, 4, 0, 8],
      [4, 3, 0, 9],
      [3, 4],
      [3, 4, 0, 9, 0, 0],
    ])
      expect(areCountsOf(openings, wrong)).toBe(false)
  })
})

describe("a small election", () => {
  it("counts weights on even choices", () => {
    const election = shareKeys(2, 3, 2)
    const ballots = castBallots(
      election,
      8,
      seededBytes("weights"),
      (i) => [i % 2 === 0, false, i % 2 === 1, false],
      (i) => 10 ** i,
    )
    const sum = ballots.reduce((total, ballot) => includeBallot(total, ballot.ciphertexts), emptyAggregate(2))
    const shares = election.trustees.slice(1).map(({ index, secrets }) => ({
      trustee: index,
      deltas: secrets.map((secret) => sum.R.multiply(secret)),
    }))
    const combined = combineShares(sum, shares, election)
    const counts = combined.ok ? recoverCounts(combined.value.openings, weighing(11_111_111)) : combined
    expect(counts).toEqual({ ok: true, value: expectedCounts(ballots) })
    expect(expectedCounts(ballots)).toEqual([1_010_101, 0, 10_101_010, 0])
  })
})
