// What a voter can choose: nothing beyond the private inputs, shown wire by wire.
import { beforeAll, describe, expect, test } from "vitest"
import { BALLOT_SHAPES, BallotBuilder, ballotRule, PACKING_POINT } from "../../support/circuit-ballot.ts"
import type { BallotOptions } from "../../support/circuit-ballot.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { named, part, shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER, type Oracle, type PlainPoint } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"
import { freeWires, undetermined } from "../../support/circuit-sweeps.ts"

let oracle: Oracle
let builder: BallotBuilder
let full: Circuit
beforeAll(async () => {
  oracle = await openOracle()
  builder = new BallotBuilder(oracle, BALLOT_SHAPES.ballot8)
  full = await openCircuit(named("ballot8"))
})
const fourOf = (point: PlainPoint): BallotOptions => ({ keys: [point, point, point, point] })
const negated = ([x, y]: PlainPoint): PlainPoint => [FIELD_ORDER - x, y]

describe("inputs alone determine every wire", () => {
  // Where a slope could be free: small numbers, the edges of l and of the widths, keys that are constants of the circuit.
  test.each<[string, () => BallotOptions]>([
    ["an ordinary ballot", () => ({ weight: 7n, randomness: SUBGROUP_ORDER / 3n })],
    ["no mark", () => ({ marks: [], rules: [] })],
    ["randomness 1, key -G", () => ({ randomness: 1n, ...fourOf(negated(oracle.multiply(1n))) })],
    ["randomness 2, key G", () => ({ randomness: 2n, ...fourOf(oracle.multiply(1n)) })],
    ["randomness l - 1, key J", () => ({ randomness: SUBGROUP_ORDER - 1n, ...fourOf(PACKING_POINT) })],
    ["randomness l + 5, weight 2^31", () => ({ randomness: SUBGROUP_ORDER + 5n, weight: 1n << 31n })],
    [
      "the widest numbers",
      () => ({ randomness: (1n << 251n) - 1n, weight: (1n << 32n) - 1n, index: 4 ** 12 - 1 }),
    ],
  ])("of %s", (_, options) => {
    const witness = full.witness(builder.input(options()))
    expect(undetermined(witness, () => false)).toEqual([])
  })

  test("and the check sees what a free slope leaves: MontgomeryAdd, fed one point twice", async () => {
    const adder = await openCircuit(
      part("../node_modules/circomlib/circuits/montgomery.circom", "MontgomeryAdd"),
    )
    const [u, v] = [9n, 4n]
    expect(undetermined(adder.witness({ in1: [u, v], in2: [5n, 6n] }), () => false)).toEqual([])
    const twice = adder.witness({ in1: [u, v], in2: [u, v] })
    expect(undetermined(twice, () => false).toSorted()).toEqual(["lamda", "out[0]", "out[1]"])
  })
})

/** Constants that say what is allowed: where they may differ, the same ballot is allowed by another election too. */
const ALLOWING = ["choiceMask", "ruleCoefficients", "ruleMin", "ruleMax"]

test.each(["ballot8", "ballot16"] as const)(
  "no wire of the shipped %s can move alone, but the number it carries and what another election would allow",
  async (id) => {
    const circuit = await openCircuit(shipped(id))
    const rules = [ballotRule([0, 1, 2, 6, 7], 1, 4, [3])]
    const witness = circuit.witness(new BallotBuilder(oracle, BALLOT_SHAPES[id]).input({ weight: 7n, rules }))
    expect(witness.broken()).toEqual([])
    const { outputs, publicInputs } = circuit.r1cs
    const free = freeWires(witness).map(({ wire }) => {
      expect(wire > outputs && wire <= outputs + publicInputs).toBe(true)
      return circuit.symbols.namesOf.get(wire)?.[0]?.split("[")[0] ?? ""
    })
    const unexplained = free.filter((name) => !ALLOWING.includes(name) && name !== "sequence")
    expect(unexplained).toEqual([])
    expect(free).toContain("sequence") // its square is a wire of its own: the voter may number a ballot at will
  },
)
