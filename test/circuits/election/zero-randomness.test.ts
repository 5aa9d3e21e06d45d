// Randomness 0: the circuit proves it, and the ciphertexts are the votes. R = O gives it away, so every reader refuses that.
import { beforeAll, expect, test } from "vitest"
import { isUsableRandomness } from "../../../src/protocol/primitives/ballot-randomness.ts"
import { BALLOT_SHAPES, BallotBuilder, IDENTITY } from "../../support/circuit-ballot.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER } from "../../support/circuit-oracle.ts"

let ballot: Circuit
let builder: BallotBuilder
beforeAll(async () => {
  builder = new BallotBuilder(await openOracle(), BALLOT_SHAPES.ballot8)
  ballot = await openCircuit(shipped("ballot8"))
})

test.each([0n, SUBGROUP_ORDER])("%d gives R = O, and each C is its message", (randomness) => {
  const witness = ballot.witness(builder.input({ randomness }))
  const [, , ...points] = witness.values.slice(1, 13)
  const messages = [0, 1, 2, 3].flatMap((c) => builder.message(c))
  expect(points).toEqual([...IDENTITY, ...messages])
})

test("the smallest and the largest usable randomness give R of order l, and the client draws 0 again", () => {
  for (const randomness of [1n, SUBGROUP_ORDER - 1n]) {
    const witness = ballot.witness(builder.input({ randomness }))
    expect([witness.get("R[0]"), witness.get("R[1]")]).toEqual(builder.oracle.multiply(randomness))
    expect(isUsableRandomness(randomness)).toBe(true)
  }
  expect(isUsableRandomness(0n)).toBe(false)
})
