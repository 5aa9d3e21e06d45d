// What the wallet builds is what the shipped circuits take; what has no proof is refused before a proof is started.
import { beforeAll, describe, expect, test } from "vitest"
import { buildBallotInput, type BallotSecrets } from "../../../src/protocol/election/ballot-input.ts"
import { BALLOT_CIRCUITS, type BallotConstants } from "../../../src/protocol/election/ballot-signals.ts"
import type { EncodedPoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { BALLOT_SHAPES, BallotBuilder, CENSUS_LEVELS, IDENTITY } from "../../support/circuit-ballot.ts"
import { openCircuit } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { EXCEPTIONAL_LOW_BITS } from "../../support/circuit-multiples.ts"
import { openOracle, SUBGROUP_ORDER, type Oracle, type PlainPoint } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"

const SECRET = 123456789012345678901234567890123456789012n
const INDEX = 16_000_001
const encoded = (point: PlainPoint): EncodedPoint => [encodeFr(point[0]), encodeFr(point[1])]
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

describe.each(["ballot8", "ballot16"] as const)("%s", (id) => {
  const { choices, rules } = BALLOT_CIRCUITS[id]
  const all = (1n << BigInt(choices)) - 1n
  let builder: BallotBuilder
  let constants: BallotConstants
  let secrets: BallotSecrets
  beforeAll(() => {
    builder = new BallotBuilder(oracle, BALLOT_SHAPES[id])
    const voter = { secret: SECRET, weight: 3n, index: INDEX }
    const census = builder.census(voter)
    constants = {
      ...{ electionId: encodeFr(77n), censusRoot: encodeFr(census.root), choiceMask: all >> 1n },
      ruleCoefficients: Array.from({ length: rules }, (_, g) => (g === 0 ? all : 0n)),
      ruleMin: Array.from({ length: rules }, (_, g) => (g === 0 ? 1n : 0n)),
      ruleMax: Array.from({ length: rules }, (_, g) => (g === 0 ? 2n : 0n)),
      electionKeys: builder.keys.map(encoded),
    }
    secrets = {
      ...{ voterSecret: SECRET, weight: 3, leafIndex: INDEX, path: census.path(INDEX) },
      marks: Array.from({ length: choices }, (_, j) => j === 0 || j === choices - 2),
      randomness: 987654321987654321987654321n,
    }
  })

  test("the input has a witness, and its public signals are the ones announced", async () => {
    const { input, varying, expected } = buildBallotInput(id, constants, 9, secrets)
    const witness = (await openCircuit(shipped(id))).witness(input)
    expect(witness.values.slice(1, 1 + expected.length).map(encodeFr)).toEqual(expected)
    expect(varying.sequence).toBe(9)
    expect(varying.nullifier).toBe(oracle.hash(2002n, SECRET, 77n).toString())
  })

  test.each<[string, () => Partial<BallotSecrets>]>([
    ["another secret", () => ({ voterSecret: SECRET + 1n })],
    ["another weight", () => ({ weight: 4 })],
    ["another place", () => ({ leafIndex: INDEX - 1 })],
    ["a place beyond the tree that points at the same leaf", () => ({ leafIndex: INDEX + 4 ** CENSUS_LEVELS })],
    ["a path of eleven levels", () => ({ path: secrets.path.slice(1) })],
    ["a path whose first level has five children", () => ({ path: [[...(secrets.path[0] ?? []), 0n], ...secrets.path.slice(1)] })],
    ["a mark of a choice that does not exist", () => ({ marks: secrets.marks.map((_, j) => j === choices - 1) })],
    ["no mark where a rule asks for one", () => ({ marks: secrets.marks.map(() => false) })],
    ["three marks where two are allowed", () => ({ marks: secrets.marks.map((_, j) => j < 3) })],
    ["too few marks", () => ({ marks: secrets.marks.slice(1) })],
    ["randomness 0", () => ({ randomness: 0n })],
    ["randomness without a witness", () => ({ randomness: EXCEPTIONAL_LOW_BITS })],
    ["randomness of l", () => ({ randomness: SUBGROUP_ORDER })],
    ["a secret below 2^128", () => ({ voterSecret: 5n })],
  ])("refuses %s, without a value in the message", (_, changed) => {
    const build = () => buildBallotInput(id, constants, 9, { ...secrets, ...changed() })
    expect(build).toThrow(RangeError)
    expect(build).not.toThrow(/\d{6}/)
  }) // prettier-ignore

  test.each<[string, () => PlainPoint]>([
    ["the identity", () => IDENTITY],
    ["of order 2", () => [0n, FIELD_ORDER - 1n]],
    ["of order 8", () => oracle.torsion(1n)],
    ["with a torsion part", () => oracle.add(oracle.multiply(5n), oracle.torsion(4n))],
    ["off the curve", () => [3n, 4n]],
  ])("refuses a key that is %s: the circuit would prove, and the vote would show", (_, key) => {
    const electionKeys = [...constants.electionKeys.slice(1), encoded(key())]
    expect(() => buildBallotInput(id, { ...constants, electionKeys }, 9, secrets)).toThrow(
      expect.objectContaining({ code: "point-refused" }),
    )
  })
})
