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

  it("tells positions apart", () => {
    expect(buildTree4(new Map([[0, 5n]])).root).not.toBe(buildTree4(new Map([[1, 5n]])).root)
  })

  it.each([-1, 4096, 1.5, Number.NaN])("has no position %s", (position) => {
    expect(() => buildTree4(new Map([[position, 1n]]))).toThrow(RangeError)
    expect(() => buildTree4(new Map()).path(position)).toThrow(RangeError)
  })
})
