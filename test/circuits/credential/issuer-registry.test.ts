import { beforeAll, describe, expect, test } from "vitest"
import { chooseValues, mixingBit } from "../../support/circuit-attacks.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { openOracle, type Oracle } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

const LEVELS = 2 // 16 leaves keep this part quick; the shipped depth is tested on the shipped instance
interface Entry {
  readonly Ax: bigint
  readonly Ay: bigint
  readonly schemaId: bigint
  readonly statusRoot: bigint
}
const LISTED: Entry = { Ax: 11n, Ay: 12n, schemaId: 42n, statusRoot: 99n }
const NEIGHBOUR: Entry = { Ax: 21n, Ay: 22n, schemaId: 42n, statusRoot: 98n }
const STRANGER: Entry = { Ax: 666n, Ay: 667n, schemaId: 42n, statusRoot: 97n }

let registry: Circuit
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
  registry = await openCircuit(part("credential/issuer-registry.circom", "IssuerRegistry", LEVELS))
})
const leafOf = ({ Ax, Ay, schemaId, statusRoot }: Entry): bigint =>
  oracle.hash(1003n, Ax, Ay, schemaId, statusRoot)
const treeOf = (...entries: readonly Entry[]) =>
  oracle.tree(new Map(entries.map((entry, index) => [index, leafOf(entry)])), LEVELS)
const input = (entry: Entry, index: number, listed: readonly Entry[] = [LISTED, NEIGHBOUR]) => {
  const tree = treeOf(...listed)
  return {
    ...entry,
    registryRoot: tree.root,
    issuerIndex: BigInt(index),
    issuerChildren: tree.path(index & 15),
  }
}

test("accepts what is listed, at its own index", () => {
  expect(registry.refusal(input(LISTED, 0))).toBeUndefined()
  expect(registry.refusal(input(NEIGHBOUR, 1))).toBeUndefined()
})

describe("refuses on rule (9)", () => {
  test.each([
    ["an issuer that is not listed", STRANGER, 0],
    ["an issuer at another's index", LISTED, 1],
    ["an issuer at an empty leaf", LISTED, 5],
    ["an index beyond the tree that points at the same leaf", LISTED, 16],
    ["the key under another schema", { ...LISTED, schemaId: 43n }, 0],
    ["the key with another status list", { ...LISTED, statusRoot: 98n }, 0],
  ])("%s", (_, entry, index) => {
    expect(registry.refusal(input(entry, index))?.rule).toBe(9)
  })

  test("the root of another epoch, and a negative index", () => {
    expect(registry.refusal({ ...input(LISTED, 0), registryRoot: treeOf(LISTED).root })?.rule).toBe(9)
    expect(registry.refusal({ ...input(LISTED, 0), issuerIndex: R - 1n })?.rule).toBe(9)
  })
})

describe("a dishonest witness", () => {
  test("that mixes two children into an unlisted leaf breaks the booleanity of the index bit and nothing else", () => {
    const stranger = registry.witness(input(STRANGER, 0, [STRANGER, NEIGHBOUR]))
    const children = treeOf(LISTED, NEIGHBOUR).path(0)[0] ?? []
    const bit = mixingBit(children, leafOf(STRANGER))
    const [, , , , left = 0n, right = 0n] = chooseValues(children, [bit, 0n])
    const forged = registry
      .witness(input(LISTED, 0))
      .graft(stranger, "Poseidon#0.")
      .edit({
        ...STRANGER,
        ...{ leaf: leafOf(STRANGER), issuerIndex: bit, "indexBits[0]": bit },
        ...{ "MerklePath#0.Choose#0[0].left[4]": left, "MerklePath#0.Choose#0[0].left[5]": right },
      })
    const broken = forged.broken()
    expect(broken).toHaveLength(1)
    expect(names(broken, ["indexBits[0]"])).toBe(true)
  })

  test.each([
    "registryRoot",
    "leaf",
    "schemaId",
    "statusRoot",
    "Ax",
    "Ay",
    "issuerIndex",
    "issuerChildren[1][2]",
  ])("with another %s fails", (signal) => {
    const honest = registry.witness(input(LISTED, 0))
    expect(names(honest.edit({ [signal]: honest.get(signal) + 1n }).broken(), [signal])).toBe(true)
  })
})
