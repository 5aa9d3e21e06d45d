import { describe, expect, it } from "vitest"
import { buildCensusTree, censusPath, encodeLeaves } from "../../../src/protocol/election/census-tree.ts"
import {
  checkLeaves,
  encodeLeavesFile,
  findPlace,
  isFileOf,
  parseLeavesFile,
} from "../../../src/protocol/election/leaves-file.ts"
import { i32 } from "../../../src/protocol/primitives/big-endian.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import { codeOf } from "../../support/code-of.ts"

const bytesOf = encodeLeaves
const LEAVES = Array.from({ length: 21 }, (_, i) => BigInt(1000 + 7 * i))
const tree = buildCensusTree(bytesOf(LEAVES))
const bytes = encodeLeavesFile(tree)
const flipped = (at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

describe("the leaves file", () => {
  it("holds the leaves and every inner node, and no empty one", () => {
    // 21 leaves, then 6, 2, and one a level to the root.
    expect(bytes.length).toBe(32 * (21 + 6 + 2 + 10))
    expect(bytes.slice(0, 32 * 21)).toEqual(bytesOf(LEAVES))
    expect(bytes.slice(-32)).toEqual(i32(BigInt(tree.root)))
  })

  it("opens every leaf to the root", () => {
    const file = parseLeavesFile(bytes, 21)
    for (const index of [0, 3, 4, 20]) {
      const place = findPlace(file, encodeFr(LEAVES[index]!), tree.root)
      expect(place).toEqual({ ok: true, value: { index, path: censusPath(tree, index) } })
    }
  })

  it("says when a leaf is not in it", () => {
    const file = parseLeavesFile(bytes, 21)
    expect(findPlace(file, encodeFr(1001n), tree.root)).toEqual({ ok: false, reason: "leaf-missing" })
  })

  it("does not open a leaf to another root, nor along a node that was changed", () => {
    const file = parseLeavesFile(bytes, 21)
    const leaf = encodeFr(LEAVES[0]!)
    expect(findPlace(file, leaf, encodeFr(5n))).toEqual({ ok: false, reason: "census-root-mismatch" })
    for (const at of [32 * 3 + 31, 32 * (21 + 1) + 31, 32 * (21 + 6) + 31]) {
      const changed = parseLeavesFile(flipped(at), 21)
      expect(findPlace(changed, leaf, tree.root)).toEqual({ ok: false, reason: "census-root-mismatch" })
    }
  })

  it("is checked whole by who audits, where a voter looks along the own path only", () => {
    const faraway = parseLeavesFile(flipped(32 * (21 + 5) + 31), 21)
    expect(isFileOf(faraway, tree)).toBe(false)
    expect(findPlace(faraway, encodeFr(LEAVES[0]!), tree.root).ok).toBe(true)
    expect(isFileOf(parseLeavesFile(bytes, 21), tree)).toBe(true)
  })

  it.each([20, 22, 0])("is malformed for a census of %i leaves", (size) => {
    expect(codeOf(() => parseLeavesFile(bytes, size))).toBe("malformed-census")
  })
})

describe("the leaves of a census", () => {
  const refusal = (leaves: Uint8Array) => {
    const verdict = checkLeaves(leaves, tree.root)
    return verdict.ok ? "accepted" : verdict.reason
  }

  it("are accepted as they are", () => {
    expect(refusal(bytesOf(LEAVES))).toBe("accepted")
  })

  it.each<[string, Uint8Array]>([
    ["leaf-not-canonical", bytesOf(LEAVES).slice(1)],
    ["leaf-not-canonical", bytesOf([...LEAVES].reverse())],
    ["leaf-not-canonical", bytesOf([0n, ...LEAVES])],
    ["leaf-not-canonical", bytesOf([...LEAVES, R])],
    ["leaf-not-canonical", bytesOf([...LEAVES, R + LEAVES[0]!])],
    ["leaf-duplicate", bytesOf([LEAVES[0]!, ...LEAVES])],
    ["census-root-mismatch", bytesOf(LEAVES.slice(1))],
    ["census-root-mismatch", bytesOf([1n, ...LEAVES])],
  ])("%s", (reason, leaves) => {
    expect(refusal(leaves)).toBe(reason)
  })
})
