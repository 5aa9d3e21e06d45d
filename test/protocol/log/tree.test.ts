import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import {
  EMPTY_ROOT,
  consistencyRanges,
  inclusionRanges,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/protocol/log/tree.ts"
import { MemoryTree } from "../../support/ledger-golden.ts"

const ENTRIES = Array.from({ length: 700 }, (_, i) => utf8ToBytes(`entry ${i}`))
const tree = new MemoryTree(ENTRIES)

/** RFC 6962 section 2.1, as it is written there: the oracle for everything that computes roots by ranges. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return EMPTY_ROOT
  if (leaves.length === 1) return leafHash(only)
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(definition(leaves.slice(0, k)), definition(leaves.slice(k)))
}

const leafAndSize = fc
  .tuple(fc.nat(699), fc.nat(699))
  .map(([a, b]) => ({ index: Math.min(a, b), size: Math.max(a, b) + 1 }))
const twoSizes = fc
  .tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 700 }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))

describe("the tree", () => {
  test("has the root that the definition gives", () => {
    for (const size of [0, 1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 513, 700]) {
      expect(tree.root(size)).toEqual(definition(ENTRIES.slice(0, size)))
    }
  })

  test("proves every leaf, and no flipped bit of leaf, path or root passes", () => {
    fc.assert(
      fc.property(leafAndSize, fc.nat(), ({ index, size }, where) => {
        const proof = tree.hashes(inclusionRanges(index, size))
        const leaf = leafHash(ENTRIES[index] ?? EMPTY_ROOT)
        expect(verifyInclusion(index, size, leaf, proof, tree.root(size))).toBe(true)
        const parts = [leaf, tree.root(size), ...proof].map((part) => part.slice())
        flipBit(parts, where)
        const [badLeaf, badRoot, ...badProof] = parts
        expect(verifyInclusion(index, size, badLeaf ?? leaf, badProof, badRoot ?? leaf)).toBe(false)
      }),
    )
  })

  test("refuses a proof of any other length, index or size", () => {
    fc.assert(
      fc.property(leafAndSize, ({ index, size }) => {
        const proof = tree.hashes(inclusionRanges(index, size))
        const leaf = leafHash(ENTRIES[index] ?? EMPTY_ROOT)
        const root = tree.root(size)
        expect(verifyInclusion(index, size, leaf, [...proof, EMPTY_ROOT], root)).toBe(false)
        if (proof.length > 0) expect(verifyInclusion(index, size, leaf, proof.slice(1), root)).toBe(false)
        if (index > 0) expect(verifyInclusion(index - 1, size, leaf, proof, root)).toBe(false)
        expect(verifyInclusion(size, size, leaf, proof, root)).toBe(false)
        expect(verifyInclusion(-1, size, leaf, proof, root)).toBe(false)
        expect(verifyInclusion(2 ** 53, 2 ** 53 + 2, leaf, proof, root)).toBe(false)
      }),
    )
  })

  test("proves that every size extends every earlier one, and no flipped bit passes", () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ({ from, to }, where) => {
        const proof = tree.hashes(consistencyRanges(from, to))
        const [older, newer] = [
          { size: from, root: tree.root(from) },
          { size: to, root: tree.root(to) },
        ]
        expect(verifyConsistency(older, newer, proof)).toBe(true)
        const parts = [older.root, newer.root, ...proof].map((part) => part.slice())
        flipBit(parts, where)
        const [oldRoot = EMPTY_ROOT, newRoot = EMPTY_ROOT, ...hashes] = parts
        expect(verifyConsistency({ size: from, root: oldRoot }, { size: to, root: newRoot }, hashes)).toBe(
          false,
        )
        expect(verifyConsistency(older, newer, [...proof, EMPTY_ROOT])).toBe(false)
        if (from < to) expect(verifyConsistency(newer, older, proof)).toBe(false)
      }),
    )
  })

  test("does not take a fork for an extension", () => {
    const forked = new MemoryTree(ENTRIES.map((entry, i) => (i === 3 ? utf8ToBytes("evil") : entry)))
    const proof = forked.hashes(consistencyRanges(500, 700))
    expect(
      verifyConsistency({ size: 500, root: tree.root(500) }, { size: 700, root: forked.root(700) }, proof),
    ).toBe(false)
  })

  test("extends the empty tree without a proof and only the true empty tree", () => {
    const newer = { size: 5, root: tree.root(5) }
    expect(verifyConsistency({ size: 0, root: EMPTY_ROOT }, newer, [])).toBe(true)
    expect(verifyConsistency({ size: 0, root: newer.root }, newer, [])).toBe(false)
    expect(verifyConsistency({ size: 0, root: EMPTY_ROOT }, newer, [EMPTY_ROOT])).toBe(false)
  })
})

function flipBit(parts: Uint8Array[], where: number): void {
  const part = parts[where % parts.length]
  const byte = Math.floor(where / parts.length) % 32
  if (part !== undefined) part[byte] = (part[byte] ?? 0) ^ (1 << (where % 8))
}
