import { beforeAll, expect, test } from "vitest"
import { divide } from "../../support/circuit-attacks.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { openOracle, type Oracle } from "../../support/circuit-oracle.ts"

const LEVELS = 2
const leaves = new Map(Array.from({ length: 16 }, (_, i): [number, bigint] => [i, 7000n + BigInt(i * i)]))
let path: Circuit
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
  path = await openCircuit(part("lib/merkle-path.circom", "MerklePath", LEVELS))
})
const spelled = (n: number): bigint[] => Array.from({ length: 2 * LEVELS }, (_, b) => BigInt((n >> b) & 1))
const input = (index: number, leaf = leaves.get(index) ?? 0n) => ({
  ...{ leaf, bits: spelled(index), children: oracle.tree(leaves, LEVELS).path(index) },
})

test("gives the root of the tree from every position", () => {
  for (const index of leaves.keys()) {
    expect(path.witness(input(index)).get("root")).toBe(oracle.tree(leaves, LEVELS).root)
  }
})

test("refuses a leaf of another position and a leaf of no tree", () => {
  expect(path.refusal(input(3, leaves.get(4)))?.line).toMatch(/^lib\/merkle-path\.circom:/)
  expect(path.refusal(input(3, 1n))?.line).toMatch(/^lib\/merkle-path\.circom:/)
})

test("refuses a node that poses as a leaf one level up", () => {
  const tree = oracle.tree(leaves, LEVELS)
  const [low, high] = tree.path(5)
  const node = oracle.hash(...(low ?? []))
  expect(path.refusal({ leaf: node, bits: spelled(5), children: [high ?? [], high ?? []] })).toBeDefined()
})

test("takes a bit that is none for an affine mix of children, which is why callers decompose the index themselves", () => {
  const { children } = input(0)
  const [first = 0n, second = 0n] = children[0] ?? []
  const mixed = divide(1n - first, second - first) // first + mixed * (second - first) = 1
  expect(path.refusal({ leaf: 1n, bits: [mixed, 0n, 0n, 0n], children })).toBeUndefined()
  expect(mixed).toBeGreaterThan(1n)
})

test.each(["root", "leaf", "below[1]", "Choose#0[0].left[4]"])(
  "a dishonest witness with another %s fails",
  (signal) => {
    const honest = path.witness(input(9))
    expect(names(honest.edit({ [signal]: honest.get(signal) + 1n }).broken(), [signal])).toBe(true)
  },
)
