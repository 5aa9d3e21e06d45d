// Who votes with which weight is what the census says: depth, arity and widths leave no other reading.
import { beforeAll, describe, expect, test } from "vitest"
import { chooseValues, mixingBit } from "../../support/circuit-attacks.ts"
import { BALLOT_SHAPES, BallotBuilder, CENSUS_LEVELS } from "../../support/circuit-ballot.ts"
import { bitEdits, names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { named, shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"

const INDEX = 4_242_424 // in base 4, its lowest digit is 0
let ballot: Circuit
let full: Circuit
let builder: BallotBuilder
beforeAll(async () => {
  builder = new BallotBuilder(await openOracle(), BALLOT_SHAPES.ballot8)
  ballot = await openCircuit(shipped("ballot8"))
  full = await openCircuit(named("ballot8"))
})
const rule = (signals: Record<string, bigint | bigint[][]>) =>
  ballot.refusal(builder.input({ signals }))?.rule
const path = (): bigint[][] => builder.census().path(INDEX)

describe("refuses on rule (2)", () => {
  test("a voter of no leaf, at an empty place and at another's", () => {
    expect(rule({ voterSecret: 5n })).toBe(2)
    expect(rule({ voterSecret: 5n, leafIndex: 7n, children: builder.census().path(7) })).toBe(2)
    expect(rule({ leafIndex: BigInt(INDEX ^ 1) })).toBe(2)
  })

  test("the leaf with another weight, up, down and to 0", () => {
    for (const weight of [2n, 0n, (1n << 32n) - 1n]) expect(rule({ weight })).toBe(2)
  })

  test("children in another order, a level of another path, two levels swapped", () => {
    const swapped = path()
    const [first, second] = [swapped[0] ?? [], swapped[1] ?? []]
    expect(rule({ children: [[...first].reverse(), ...swapped.slice(1)] })).toBe(2)
    expect(
      rule({
        children: swapped.with(
          4,
          builder
            .census()
            .path(7)[4]
            ?.map((n) => n + 1n) ?? [],
        ),
      }),
    ).toBe(2)
    expect(rule({ children: [second, first, ...swapped.slice(2)] })).toBe(2)
  })

  test("an index of 25 bits that points at the same leaf", () => {
    expect(rule({ leafIndex: BigInt(INDEX) + (1n << 24n) })).toBe(2)
    expect(rule({ leafIndex: -1n })).toBe(2)
  })
})

test("refuses a weight of 33 bits on rule (1), in the census or not", () => {
  expect(rule({ weight: 1n + (1n << 32n) })).toBe(1)
  expect(ballot.refusal(builder.input({ weight: 1n << 32n }))?.rule).toBe(1)
  expect(ballot.refusal(builder.input({ weight: -1n }))?.rule).toBe(1)
})

describe("a node as a leaf", () => {
  test("has no path of its own: eleven levels are not an input, and a twelfth above the root leads elsewhere", () => {
    const above = path().slice(1)
    expect(() => rule({ children: above })).toThrow("signal children takes 48 values, got 44")
    const { root } = builder.census()
    expect(rule({ children: [...above, [root, 0n, 0n, 0n]], leafIndex: BigInt(INDEX >> 2) })).toBe(2)
  })

  test("put into the leaf's wire with the path above it, breaks the leaf's hash", () => {
    const node = builder.oracle.hash(...(path()[0] ?? []))
    const broken = full.witness(builder.input()).edit({ leaf: node }).broken()
    const isHashed = (name: string): boolean => name.startsWith("Poseidon#1.")
    expect(broken.some(({ signals }) => signals.includes("leaf") && signals.some(isHashed))).toBe(true)
    expect(node).not.toBe(builder.leaf())
  })
})

describe("a dishonest witness", () => {
  test("with another weight, its bits and its multiple taken from an honest ballot, breaks the hash of the leaf", () => {
    const heavy = full.witness(builder.input({ weight: 1000n }))
    const forged = full
      .witness(builder.input())
      .graft(heavy, "EncryptedChoices#0.")
      .graft(heavy, "C[")
      .edit({ weight: 1000n, ...bitEdits("weightBits", 1000n, 32) })
      .broken()
    expect(forged.length).toBeGreaterThan(0)
    expect(names(forged, ["weight"])).toBe(true)
    expect(forged.flatMap(({ signals }) => signals).some((name) => name.startsWith("EncryptedChoices"))).toBe(
      false,
    )
  })

  test("that mixes two children into the leaf of a stranger breaks the booleanity of the index bit and nothing else", () => {
    const stranger = { secret: 5n }
    const other = full.witness(builder.input(stranger))
    const children = path()[0] ?? []
    const bit = mixingBit(children, builder.leaf(stranger))
    const [, , , , left = 0n, right = 0n] = chooseValues(children, [bit, 0n])
    const honest = full.witness(builder.input())
    const level = "MerklePath#0.Choose#0[0].left"
    const forged = honest
      .graft(other, "Poseidon#0.")
      .graft(other, "Poseidon#1.")
      .graft(other, "Poseidon#2.")
      .edit({
        ...{ voterSecret: 5n, commitment: other.get("commitment"), leaf: other.get("leaf") },
        ...{ nullifier: other.get("nullifier"), leafIndex: BigInt(INDEX) + bit, "indexBits[0]": bit },
        ...{ [`${level}[4]`]: left, [`${level}[5]`]: right },
      })
    const broken = forged.broken()
    expect(broken).toHaveLength(1)
    expect(names(broken, ["indexBits[0]"])).toBe(true)
  })
})

test("the census has twelve levels, so 16,777,216 places", () => {
  expect(4 ** CENSUS_LEVELS).toBe(16_777_216)
  expect(ballot.refusal(builder.input({ index: 4 ** CENSUS_LEVELS - 1 }))).toBeUndefined()
})
