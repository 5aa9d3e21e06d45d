import { describe, expect, it } from "vitest"
import { emptyAggregate, excludeBallot, includeBallot } from "../../../src/protocol/election/aggregate.ts"
import { BASE8, isIdentity } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { Ciphertexts } from "../../../src/protocol/primitives/elgamal.ts"
import { castBallots } from "../../support/counted-ballots.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { shareKeys } from "../../support/shared-keys.ts"

const keys = shareKeys(2, 3, 2)
const ballots = castBallots(keys, 5, seededBytes("aggregate"), (i) => [true, i > 2, false, i % 2 === 0])
const sumOf = (of: typeof ballots): Ciphertexts =>
  of.reduce((sum, { ciphertexts }) => includeBallot(sum, ciphertexts), emptyAggregate(2))
const isSame = (left: Ciphertexts, right: Ciphertexts): boolean =>
  left.R.equals(right.R) && left.C.every((C, c) => C.equals(right.C[c] ?? BASE8))

describe("the aggregate", () => {
  it("of no ballots is O everywhere", () => {
    const { R, C } = emptyAggregate(4)
    expect([R, ...C].every(isIdentity)).toBe(true)
    expect(C).toHaveLength(4)
  })

  it("does not depend on the order of ballots", () => {
    expect(isSame(sumOf(ballots), sumOf([...ballots].reverse()))).toBe(true)
    expect(isSame(sumOf(ballots), sumOf(ballots.slice(1)))).toBe(false)
  })

  it("without a superseded ballot is the sum of the others", () => {
    const [first, ...others] = ballots
    expect(isSame(excludeBallot(sumOf(ballots), first!.ciphertexts), sumOf(others))).toBe(true)
  })

  it("takes no ballot of another number of ciphertexts", () => {
    expect(() => includeBallot(emptyAggregate(4), ballots[0]!.ciphertexts)).toThrow(RangeError)
    expect(() => excludeBallot(emptyAggregate(1), ballots[0]!.ciphertexts)).toThrow(RangeError)
  })
})
