// 4-ary Poseidon trees of six levels: registries, status lists, value sets. Level k picks by index bits 2k, 2k+1.
import { poseidon } from "./poseidon.ts"

/** Levels of every 4-ary tree of the product; 4^6 = 4,096 leaves. */
export const TREE_LEVELS = 6

/** Leaves of a full tree. */
export const TREE_LEAVES = 4 ** TREE_LEVELS

/** The four children at each level from the leaf up: a membership path, the leaf's own node included. */
export type TreePath = readonly (readonly bigint[])[]

/** A built tree: its root, and the path of any of the 4,096 positions. */
export interface Tree4 {
  readonly root: bigint
  /** @param index - 0 <= index < 4,096 */
  path: (index: number) => TreePath
  /**
   * A tree with other values at some positions; this one stays as it is. Only the nodes above them are hashed.
   * @param leaves - as in `buildTree4`
   */
  with: (leaves: ReadonlyMap<number, bigint>) => Tree4
}

/**
 * Builds a sparse tree: only nodes above a given leaf are hashed, the rest are the precomputed empty subtrees.
 * @param leaves - position (0 <= position < 4,096, else RangeError) to leaf value
 * @param emptyLeaf - the value of every other position; 0 has no known preimage under any tag
 */
export function buildTree4(leaves: ReadonlyMap<number, bigint>, emptyLeaf = 0n): Tree4 {
  const empty = [emptyLeaf]
  for (let level = 0; level < TREE_LEVELS; level++) {
    const hollow = empty[level] ?? 0n
    empty.push(poseidon(hollow, hollow, hollow, hollow))
  }
  return grow([], leaves, empty)
}

type Level = ReadonlyMap<number, bigint>

/** The tree of `old`, level by level, with `leaves` in place; `empty` holds the value of an empty subtree per level. */
function grow(old: readonly Level[], leaves: Level, empty: readonly bigint[]): Tree4 {
  for (const position of leaves.keys()) assertPosition(position)
  const levels: Level[] = [new Map([...(old[0] ?? []), ...leaves])]
  let changed = [...leaves.keys()]
  for (let level = 0; level < TREE_LEVELS; level++) {
    const below = levels[level] ?? new Map<number, bigint>()
    const above = new Map(old[level + 1])
    changed = [...new Set(changed.map((position) => position >> 2))]
    for (const parent of changed) {
      above.set(parent, poseidon(...childrenOf(below, parent, empty[level] ?? 0n)))
    }
    levels.push(above)
  }
  return {
    root: levels[TREE_LEVELS]?.get(0) ?? empty[TREE_LEVELS] ?? 0n,
    path: (index) => {
      assertPosition(index)
      return levels
        .slice(0, TREE_LEVELS)
        .map((below, level) => childrenOf(below, index >> (2 * (level + 1)), empty[level] ?? 0n))
    },
    with: (changes) => grow(levels, changes, empty),
  }
}

function childrenOf(level: Level, parent: number, hollow: bigint): bigint[] {
  return [0, 1, 2, 3].map((child) => level.get(4 * parent + child) ?? hollow)
}

function assertPosition(position: number): void {
  if (!Number.isInteger(position) || position < 0 || position >= TREE_LEAVES) {
    throw new RangeError(`position ${position} is outside the tree`)
  }
}
