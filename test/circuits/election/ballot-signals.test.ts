// The encoder of src/ against the wires of both shipped instances: nobody else writes a position of a public signal.
import { beforeAll, describe, expect, test } from "vitest"
import {
  BALLOT_CIRCUITS,
  ballotSignalNames,
  constantSignals,
  encodeBallotSignals,
  varyingSignals,
} from "../../../src/protocol/election/ballot-signals.ts"
import type { BallotConstants, BallotVarying } from "../../../src/protocol/election/ballot-signals.ts"
import type { EncodedPoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { encodeFr, type Fr, type Nullifier } from "../../../src/protocol/primitives/field.ts"
import { BALLOT_SHAPES, BallotBuilder } from "../../support/circuit-ballot.ts"
import { openCircuit, type Circuit, type Witness } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { openOracle, type Oracle } from "../../support/circuit-oracle.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

describe.each([
  ["ballot8", 47, 12],
  ["ballot16", 99, 20],
] as const)("%s", (id, count, varyingCount) => {
  const { choices, pairs, rules, sumBits } = BALLOT_CIRCUITS[id]
  let circuit: Circuit
  let witness: Witness
  let signals: readonly Fr[]
  let constants: BallotConstants
  let varying: BallotVarying
  beforeAll(async () => {
    circuit = await openCircuit(shipped(id))
    witness = circuit.witness(new BallotBuilder(oracle, BALLOT_SHAPES[id]).input())
    signals = witness.values.slice(1, 1 + count).map(encodeFr)
    const fr = (name: string): Fr => encodeFr(witness.get(name))
    const each = <T>(length: number, value: (i: number) => T): T[] =>
      Array.from({ length }, (_, i) => value(i))
    const point = (name: string): EncodedPoint => [fr(`${name}[0]`), fr(`${name}[1]`)]
    constants = {
      ...{
        electionId: fr("electionId"),
        censusRoot: fr("censusRoot"),
        choiceMask: witness.get("choiceMask"),
      },
      ruleCoefficients: each(rules, (g) => witness.get(`ruleCoefficients[${g}]`)),
      ruleMin: each(rules, (g) => witness.get(`ruleMin[${g}]`)),
      ruleMax: each(rules, (g) => witness.get(`ruleMax[${g}]`)),
      electionKeys: each(pairs, (c) => point(`electionKeys[${c}]`)),
    }
    varying = {
      ...{
        nullifier: fr("nullifier") as Nullifier,
        sequence: Number(witness.get("sequence")),
        R: point("R"),
      },
      C: each(pairs, (c) => point(`C[${c}]`)),
    }
  })

  test("the table of shapes is the specification's", () => {
    expect({ choices, rules, sumBits }).toEqual(BALLOT_SHAPES[id])
    expect(2 * pairs).toBe(choices)
  })

  test("the encoder's names stand at the first wires in its order", () => {
    const names = ballotSignalNames(id)
    expect(names).toHaveLength(count)
    expect(names.map((name) => circuit.symbols.wireOf.get(name))).toEqual(names.map((_, index) => index + 1))
  })

  test("the encoder gives the public signals of an honest witness", () => {
    expect(encodeBallotSignals(id, constants, varying)).toEqual(signals)
  })

  test("constant and varying signals are all of them, each at its own place", () => {
    const placed = constantSignals(id, constants)
    const isConstant = new Set(placed.map(({ index }) => index))
    expect(placed.map(({ index }) => signals[index])).toEqual(placed.map(({ value }) => value))
    expect(isConstant.size).toBe(count - varyingCount)
    expect(varyingSignals(id, varying)).toEqual(signals.filter((_, index) => !isConstant.has(index)))
    const left = ballotSignalNames(id).filter((_, index) => !isConstant.has(index))
    expect(new Set(left.map((name) => name.split("[")[0]))).toEqual(
      new Set(["nullifier", "R", "C", "sequence"]),
    )
  })

  test("a list of another length is refused instead of shifting the signals behind it", () => {
    const shorter: Partial<BallotConstants>[] = [
      { ruleCoefficients: [] },
      { ruleMin: constants.ruleMin.slice(1) },
      { ruleMax: [...constants.ruleMax, 0n] },
      { electionKeys: constants.electionKeys.slice(1) },
    ]
    for (const changed of shorter) {
      expect(() => encodeBallotSignals(id, { ...constants, ...changed }, varying)).toThrow(RangeError)
      expect(() => constantSignals(id, { ...constants, ...changed })).toThrow(RangeError)
    }
    const oneLess = { ...varying, C: varying.C.slice(1) }
    expect(() => encodeBallotSignals(id, constants, oneLess)).toThrow(RangeError)
    expect(() => varyingSignals(id, oneLess)).toThrow(RangeError)
    expect(() => encodeBallotSignals(id, { ...constants, choiceMask: -1n }, varying)).toThrow(RangeError)
  })
})
