import { beforeAll, describe, expect, test } from "vitest"
import { chooseValues, mixingBit } from "../../support/circuit-attacks.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { openOracle, type Oracle } from "../../support/circuit-oracle.ts"

const LEVELS = 2
const VALUES = [500n, 600n, 700n]
let circuit: Circuit
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
  circuit = await openCircuit(part("credential/value-set.circom", "ValueSet", LEVELS))
})
const leafOf = (value: bigint): bigint => oracle.hash(1009n, value)
const treeOf = (values: readonly bigint[]) =>
  oracle.tree(new Map(values.map((value, index) => [index, leafOf(value)])), LEVELS)
const input = (member: bigint, index: number, values: readonly bigint[] = VALUES) => {
  const tree = treeOf(values)
  return { member, setRoot: tree.root, memberIndex: BigInt(index), memberChildren: tree.path(index & 15) }
}

test("accepts each member at its index, and 0 in the set of the single value 0", () => {
  VALUES.forEach((value, index) => {
    expect(circuit.refusal(input(value, index))).toBeUndefined()
  })
  expect(circuit.refusal(input(0n, 0, [0n]))).toBeUndefined()
})

test.each([
  ["a value that is no member", 501n, 0],
  ["a member at another index", 500n, 1],
  ["0 at an empty leaf: a leaf 0 has no preimage", 0n, 7],
  ["an index beyond the tree", 500n, 16],
  ["a leaf shown as a value", -1n, 0],
])("refuses %s on rule (13)", (_, member, index) => {
  const shown = member === -1n ? leafOf(500n) : member
  expect(circuit.refusal(input(shown, index))?.rule).toBe(13)
})

describe("a dishonest witness", () => {
  test("that mixes two members into a third breaks the booleanity of the index bit and nothing else", () => {
    const stranger = circuit.witness(input(666n, 0, [666n, 600n]))
    const children = treeOf(VALUES).path(0)[0] ?? []
    const bit = mixingBit(children, leafOf(666n))
    const [, , , , left = 0n, right = 0n] = chooseValues(children, [bit, 0n])
    const forged = circuit
      .witness(input(500n, 0))
      .graft(stranger, "Poseidon#0.")
      .edit({
        ...{ member: 666n, leaf: leafOf(666n), memberIndex: bit, "indexBits[0]": bit },
        ...{ "MerklePath#0.Choose#0[0].left[4]": left, "MerklePath#0.Choose#0[0].left[5]": right },
      })
    const broken = forged.broken()
    expect(broken).toHaveLength(1)
    expect(names(broken, ["indexBits[0]"])).toBe(true)
  })

  test.each(["setRoot", "member", "leaf", "memberIndex", "memberChildren[0][3]"])(
    "with another %s fails",
    (signal) => {
      const honest = circuit.witness(input(600n, 1))
      expect(names(honest.edit({ [signal]: honest.get(signal) + 1n }).broken(), [signal])).toBe(true)
    },
  )
})
