// The leaves of a frozen census with every inner node, as everybody downloads it: no request tells whose path is wanted,
// and a phone hashes its own twelve nodes only.
import { concatBytes, equalBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { R } from "../primitives/field.ts"
import type { Fr } from "../primitives/field.ts"
import { poseidon } from "../primitives/poseidon.ts"
import type { TreePath } from "../primitives/tree4.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import { CENSUS_LEVELS } from "./ballot-signals.ts"
import { buildCensusTree, censusPath, indexOfLeaf, nodeAt, nodesAtLevel, NODE_BYTES } from "./census-tree.ts"
import type { CensusTree } from "./census-tree.ts"

/** A file in parts, as it was read: nothing of it is believed yet. */
export type LeavesFile = Omit<CensusTree, "root">

/** Where a leaf stands, with the path that opens it. */
export interface CensusPlace {
  readonly index: number
  readonly path: TreePath
}

/** The file of a tree: its thirteen levels one after the other, leaves first, the root last. */
export const encodeLeavesFile = ({ levels }: CensusTree): Uint8Array => concatBytes(...levels)

/**
 * Splits a file into its levels; they share its memory.
 * @param bytes - attacker-controlled
 * @param size - leaves of the census, as its freeze says
 * @throws ProtocolError `malformed-census` for another length
 */
export function parseLeavesFile(bytes: Uint8Array, size: number): LeavesFile {
  const counts = Array.from({ length: CENSUS_LEVELS + 1 }, (_, level) => nodesAtLevel(level, size))
  if (bytes.length !== NODE_BYTES * counts.reduce((sum, count) => sum + count, 0))
    throw new ProtocolError("malformed-census", `expected the nodes of ${size} leaves`)
  let start = 0
  const levels = counts.map((count) => bytes.subarray(start, (start += count * NODE_BYTES)))
  return { size, levels }
}

/**
 * Finds a leaf and climbs from it: twelve hashes, and the last must be the root of the definition. What the file says
 * elsewhere does not matter to this voter.
 */
export function findPlace(
  file: LeavesFile,
  leaf: Fr,
  root: Fr,
): Verdict<CensusPlace, "leaf-missing" | "census-root-mismatch"> {
  const index = indexOfLeaf(file.levels[0] ?? new Uint8Array(), leaf)
  if (index < 0) return refuse("leaf-missing")
  const path = censusPath(file, index)
  let node = BigInt(leaf)
  for (const [level, children] of path.entries()) {
    if (children[(index >> (2 * level)) & 3] !== node) return refuse("census-root-mismatch")
    node = poseidon(...children)
  }
  return node === BigInt(root) ? accept({ index, path }) : refuse("census-root-mismatch")
}

/**
 * The auditor's check of all leaves: canonical, strictly ascending, none 0, and the tree over them has the root.
 * @param leaves - the leaf part of a file, or a bundle's `leaves.bin`; attacker-controlled
 */
export function checkLeaves(
  leaves: Uint8Array,
  root: Fr,
): Verdict<CensusTree, "leaf-not-canonical" | "leaf-duplicate" | "census-root-mismatch"> {
  if (leaves.length % NODE_BYTES !== 0) return refuse("leaf-not-canonical")
  let last = 0n
  for (let index = 0; index < leaves.length / NODE_BYTES; index++) {
    const leaf = nodeAt(leaves, index, 0)
    if (index > 0 && leaf === last) return refuse("leaf-duplicate")
    if (leaf <= last || leaf >= R) return refuse("leaf-not-canonical")
    last = leaf
  }
  const tree = buildCensusTree(leaves)
  return tree.root === root ? accept(tree) : refuse("census-root-mismatch")
}

/** True when every node of a file is that of the tree over its leaves. @param tree - accepted by `checkLeaves` */
export function isFileOf(file: LeavesFile, tree: CensusTree): boolean {
  return tree.levels.every((nodes, level) => equalBytes(nodes, file.levels[level] ?? new Uint8Array()))
}
