// The shipped instances: size, order of their signals, and what comes out, against circomlibjs.
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { BALLOT_SHAPES, BallotBuilder, CENSUS_LEVELS } from "../../support/circuit-ballot.ts"
import type { BallotOptions } from "../../support/circuit-ballot.ts"
import { compileCircuit, PROJECT_ROOT } from "../../support/circuit-compile.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { listedCircuit, shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER, type Oracle } from "../../support/circuit-oracle.ts"

interface Manifest {
  readonly circuits: Record<
    string,
    {
      readonly constraints: number
      readonly publicSignals: number
      readonly domainLog2: number
      readonly r1cs: { readonly sha256: string }
      readonly wasm: { readonly sha256: string }
    }
  >
}
const SIZES = {
  ballot8: { constraints: 14_699, publicSignals: 47, domainLog2: 14, privateInputs: 60 },
  ballot16: { constraints: 24_795, publicSignals: 99, domainLog2: 15, privateInputs: 68 },
} as const
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

const indexed = (name: string, ...sizes: number[]): string[] =>
  sizes.reduce<string[]>(
    (prefixes, size) =>
      prefixes.flatMap((prefix) => Array.from({ length: size }, (_, i) => `${prefix}[${i}]`)),
    [name],
  )

describe.each(["ballot8", "ballot16"] as const)("the shipped %s", (id) => {
  const { constraints, publicSignals, domainLog2, privateInputs } = SIZES[id]
  const { choices, rules, sumBits } = BALLOT_SHAPES[id]
  const pairs = choices / 2
  let circuit: Circuit
  let builder: BallotBuilder
  beforeAll(async () => {
    circuit = await openCircuit(shipped(id))
    builder = new BallotBuilder(oracle, BALLOT_SHAPES[id])
  })

  test("has its exact number of constraints, all quadratic, within its domain", () => {
    const { r1cs } = circuit
    expect(r1cs.constraints).toHaveLength(constraints)
    expect(r1cs.constraints.filter(({ a, b }) => a.length === 0 || b.length === 0)).toHaveLength(0)
    expect(r1cs.outputs + r1cs.publicInputs).toBe(publicSignals)
    expect(r1cs.privateInputs).toBe(privateInputs)
    expect(constraints + publicSignals + 1).toBeLessThanOrEqual(2 ** domainLog2)
    expect(constraints + publicSignals + 1).toBeGreaterThan(2 ** (domainLog2 - 1))
  })

  test("costs what the formula of its parameters says", () => {
    const perRule = 3 * choices + 2 * sumBits
    const formula = 1_627 + 302 * CENSUS_LEVELS + 2_294 * pairs + 2 * choices + rules * perRule
    expect(formula).toBe(constraints)
  })

  test("is what circuits/artifacts.json pins, byte for byte", async () => {
    const path = join(PROJECT_ROOT, "circuits/artifacts.json")
    const pinned = (JSON.parse(await readFile(path, "utf8")) as Manifest).circuits[id]
    const { r1cs, wasm } = await compileCircuit(shipped(id))
    const [r1csSha256, wasmSha256] = await Promise.all([r1cs, wasm].map(sha256Of))
    expect(pinned).toMatchObject({ constraints, publicSignals, domainLog2 })
    expect([pinned?.r1cs.sha256, pinned?.wasm.sha256]).toEqual([r1csSha256, wasmSha256])
  })

  test("numbers its public and private signals in the order of the specification", () => {
    const order = [
      ...["censusRoot", "nullifier", ...indexed("R", 2), ...indexed("C", pairs, 2)],
      ...["electionId", "sequence", "choiceMask", ...indexed("ruleCoefficients", rules)],
      ...[...indexed("ruleMin", rules), ...indexed("ruleMax", rules), ...indexed("electionKeys", pairs, 2)],
      ...["voterSecret", "weight", "leafIndex", ...indexed("children", CENSUS_LEVELS, 4)],
      ...[...indexed("marks", choices), "randomness"],
    ]
    expect(order).toHaveLength(publicSignals + privateInputs)
    expect(order.map((name) => circuit.symbols.wireOf.get(name))).toEqual(order.map((_, index) => index + 1))
  })

  test("lists its public inputs in circuits.json in the order of its wires", () => {
    const first = (name: string): number =>
      [name, `${name}[0]`, `${name}[0][0]`]
        .map((each) => circuit.symbols.wireOf.get(each))
        .find((wire) => wire !== undefined) ?? -1
    const wires = listedCircuit(id).public.map(first)
    expect(wires).toEqual([...wires].sort((a, b) => a - b))
    expect(wires).not.toContain(-1)
  })

  const every = Array.from({ length: choices }, () => 1n)
  test.each<[string, BallotOptions]>([
    ["an ordinary ballot", {}],
    ["no mark", { marks: [], rules: [] }],
    ["every mark, every rule empty", { marks: every, rules: [] }],
    ["every second mark with the largest weight", { marks: every.map((_, j) => BigInt(j % 2)), weight: (1n << 32n) - 1n, rules: [] }],
    ["every mark with the largest weight", { marks: every, weight: (1n << 32n) - 1n, rules: [] }],
    ["weight 0, which no census has", { weight: 0n }],
    ["the first leaf and randomness 1", { index: 0, randomness: 1n }],
    ["the last leaf and the widest randomness", { index: 4 ** 12 - 1, randomness: (1n << 251n) - 1n }],
    ["randomness l - 1", { randomness: SUBGROUP_ORDER - 1n }],
    ["a sequence that fills the field", { sequence: -1n }],
  ])("gives root, nullifier, R and every C of %s as circomlibjs does", (_, options) => {
    const witness = circuit.witness(builder.input(options))
    expect(witness.values.slice(1, 1 + 4 + 2 * pairs)).toEqual(builder.outputs(options))
  }) // prettier-ignore
})

test("the values of the specification come out: secret 1, weight 1, election 7, randomness 5, first key 11 G", async () => {
  const builder = new BallotBuilder(oracle, BALLOT_SHAPES.ballot8)
  const { hash, tree, multiply } = oracle
  const commitment = hash(2001n, 1n)
  const leaf = hash(2003n, commitment, 1n)
  const census = tree(new Map([[0, leaf]]), CENSUS_LEVELS)
  expect([commitment, leaf, tree(new Map(), CENSUS_LEVELS).root]).toEqual([
    8357274914101761223646627006872368545940130251089132849341207037589995462520n,
    15700894610028091471322054567252739125571156553248201695742296403805718907513n,
    5502479177772891194542009540012941542204094004749813714118505924674776464255n,
  ])
  const circuit = await openCircuit(shipped("ballot8"))
  const witness = circuit.witness(
    builder.input({
      ...{ secret: 1n, weight: 1n, index: 0, electionId: 7n, randomness: 5n, marks: [1n, 1n], rules: [] },
      keys: [multiply(11n), ...builder.keys.slice(1)],
      signals: { children: census.path(0) },
    }),
  )
  expect(witness.values.slice(1, 7)).toEqual([
    4264392626169905898714335511224030142965347496650149250684864371920885659607n,
    5501027765066547833121205027156480966852292659327004135463427865349778864508n,
    11480966271046430430613841218147196773252373073876138147006741179837832100836n,
    15148236048131954717802795400425086368006776860859772698778589175317365693546n,
    21271478335589038795688567091397387152724986080738934799181954062827559031098n,
    9112955434270505094156466659600471487769972037158841283830448798859816416430n,
  ])
})

test("nullifiers of one voter in two elections, and of two voters in one, are three values", async () => {
  const circuit = await openCircuit(shipped("ballot8"))
  const builder = new BallotBuilder(oracle, BALLOT_SHAPES.ballot8)
  const nullifier = (options: BallotOptions) => circuit.witness(builder.input(options)).get("nullifier")
  const seen = [{}, { electionId: 8n }, { secret: 5n }].map(nullifier)
  expect(new Set(seen).size).toBe(3)
  expect(nullifier({ weight: 9n, sequence: 77n, marks: [1n], randomness: 3n })).toBe(seen[0])
})

async function sha256Of(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
}
