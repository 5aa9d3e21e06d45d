import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { poseidon } from "../../../src/protocol/primitives/poseidon.ts"
import { buildTree4, TREE_LEAVES, TREE_LEVELS } from "../../../src/protocol/primitives/tree4.ts"

describe("tree4", () => {
  it("gives paths that climb to the root, leaf by two bits a level", () => {
    const entries = fc.uniqueArray(
      fc.tuple(fc.nat(TREE_LEAVES - 1), fc.bigInt({ min: 1n, max: 1n << 60n })),
      {
        maxLength: 12,
        selector: ([position]) => position,
      },
    )
    fc.assert(
      fc.property(entries, fc.nat(TREE_LEAVES - 1), (leaves, index) => {
        const tree = buildTree4(new Map(leaves))
        const path = tree.path(index)
        let node = new Map(leaves).get(index) ?? 0n
        for (const [level, children] of path.entries()) {
          expect(children[(index >> (2 * level)) & 3]).toBe(node)
          node = poseidon(...children)
        }
        expect(path).toHaveLength(TREE_LEVELS)
        expect(node).toBe(tree.root)
      }),
      { numRuns: 25 },
    )
  })

  it("with other leaves is the tree that would be built of them, and stays as it was itself", () => {
    const leaves = fc.array(fc.tuple(fc.nat(63), fc.bigInt({ min: 0n, max: 9n })), { maxLength: 12 })
    fc.assert(
      fc.property(leaves, leaves, fc.nat(63), (first, changes, index) => {
        const before = buildTree4(new Map(first), 7n)
        const { root } = before
        const after = before.with(new Map(changes))
        const rebuilt = buildTree4(new Map([...first, ...changes]), 7n)
        expect(after.root).toBe(rebuilt.root)
        expect(after.path(index)).toEqual(rebuilt.path(index))
        expect(before.root).toBe(root)
        expect(before.path(index)).toEqual(buildTree4(new Map(first), 7n).path(index))
      }),
      { numRuns: 25 },
    )
  })

  it("tells positions apart", () => {
    expect(buildTree4(new Map([[0, 5n]])).root).not.toBe(buildTree4(new Map([[1, 5n]])).root)
  })

  it.each([-1, 4096, 1.5, Number.NaN])("has no position %s", (position) => {
    expect(() => buildTree4(new Map([[position, 1n]]))).toThrow(RangeError)
    expect(() => buildTree4(new Map()).with(new Map([[position, 1n]]))).toThrow(RangeError)
    expect(() => buildTree4(new Map()).path(position)).toThrow(RangeError)
  })
})
