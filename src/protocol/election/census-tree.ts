// The tree of a census: four-way, twelve levels, every node as its 32 bytes, level by level. A million leaves take 43 MB.
import { bytesToBigint } from "../primitives/bytes.ts"
import { encodeFr } from "../primitives/field.ts"
import type { Fr } from "../primitives/field.ts"
import { poseidon } from "../primitives/poseidon.ts"
import type { TreePath } from "../primitives/tree4.ts"
import { CENSUS_LEVELS } from "./ballot-signals.ts"

/** Leaves that a census holds at most, 2^24: index bits of the ballot circuit, and the bound of every counter. */
export const MAX_CENSUS_SIZE = 4 ** CENSUS_LEVELS
/** Bytes of a leaf or node: i32. */
export const NODE_BYTES = 32

const NODE_WORDS = NODE_BYTES / 8

/** A built tree. */
export interface CensusTree {
  /** Leaves that are not the empty 0. */
  readonly size: number
  readonly root: Fr
  /** Thirteen lists of nodes, leaves first and the root last; what stands behind the last node of a level is empty. */
  readonly levels: readonly Uint8Array[]
}

/** Values of empty subtrees, by level: 0, then P of four of the level below. */
const EMPTY: readonly bigint[] = emptySubtrees()

/**
 * Builds the tree: about a third of a Poseidon hash of four for each leaf.
 * @param leaves - i32 of each, in their order; at most 2^24, else RangeError
 */
export function buildCensusTree(leaves: Uint8Array): CensusTree {
  const size = leaves.length / NODE_BYTES
  if (!Number.isInteger(size) || size > MAX_CENSUS_SIZE) throw new RangeError("not the leaves of a census")
  const levels = [leaves]
  for (let level = 0; level < CENSUS_LEVELS; level++) {
    const below = levels[level] ?? leaves
    const nodes = new Uint8Array(nodesAtLevel(level + 1, size) * NODE_BYTES)
    const view = new DataView(nodes.buffer)
    for (let at = 0; at < nodes.length; at += NODE_BYTES) {
      writeNode(view, at, poseidon(...childrenOf(below, at / NODE_BYTES, level)))
    }
    levels.push(nodes)
  }
  const top = nodeAt(levels[CENSUS_LEVELS] ?? leaves, 0, CENSUS_LEVELS)
  return { size, root: encodeFr(top), levels }
}

/** i32 of each leaf, one after the other. */
export function encodeLeaves(leaves: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(leaves.length * NODE_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, leaf] of leaves.entries()) writeNode(view, i * NODE_BYTES, leaf)
  return bytes
}

/** Writes i32 of a value in place: quicker by far than making the bytes. @param at - offset in bytes */
export function writeNode(view: DataView, at: number, value: bigint): void {
  for (let word = 0; word < NODE_WORDS; word++) {
    view.setBigUint64(at + 8 * word, BigInt.asUintN(64, value >> BigInt(64 * (NODE_WORDS - 1 - word))))
  }
}

/** How many nodes of a level are not empty. @param level - 0 for the leaves */
export const nodesAtLevel = (level: number, size: number): number => Math.ceil(size / 4 ** level)

/**
 * The four children at each level from the leaf up, as the ballot circuit takes them.
 * @param index - of a leaf, 0 <= index < size, else RangeError
 */
export function censusPath({ size, levels }: Omit<CensusTree, "root">, index: number): TreePath {
  if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError(`no leaf ${index}`)
  return Array.from({ length: CENSUS_LEVELS }, (_, level) =>
    childrenOf(levels[level] ?? new Uint8Array(), Math.floor(index / 4 ** (level + 1)), level),
  )
}

/** The index of a leaf by bisection, or -1. @param leaves - ascending */
export function indexOfLeaf(leaves: Uint8Array, leaf: Fr): number {
  const wanted = BigInt(leaf)
  let [low, high] = [0, leaves.length / NODE_BYTES]
  while (low < high) {
    const middle = (low + high) >> 1
    if (nodeAt(leaves, middle, 0) < wanted) low = middle + 1
    else high = middle
  }
  return low < leaves.length / NODE_BYTES && nodeAt(leaves, low, 0) === wanted ? low : -1
}

/** A node's value; that of the empty subtree behind the last one. */
export function nodeAt(nodes: Uint8Array, index: number, level: number): bigint {
  const bytes = nodes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES)
  return bytes.length === 0 ? (EMPTY[level] ?? 0n) : bytesToBigint(bytes)
}

function childrenOf(below: Uint8Array, parent: number, level: number): bigint[] {
  return [0, 1, 2, 3].map((child) => nodeAt(below, 4 * parent + child, level))
}

function emptySubtrees(): readonly bigint[] {
  const values = [0n]
  for (let level = 0; level < CENSUS_LEVELS; level++) {
    const below = values[level] ?? 0n
    values.push(poseidon(below, below, below, below))
  }
  return values
}
