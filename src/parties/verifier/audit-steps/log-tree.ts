// The tree of the election's log out of the bundle's tiles: every hash is computed again from the entries.
import { isTilePath, tilePath, tilesOf } from "../../../protocol/election/audit-bundle.ts"
import {
  decodeBundle,
  hashesAtLevel,
  rootOfHashes,
  TILE_WIDTH,
  tileReader,
} from "../../../protocol/log/tile.ts"
import { hashOfRange, HASH_BYTES, leafHash } from "../../../protocol/log/tree.ts"
import { concatBytes, equalBytes } from "../../../protocol/primitives/bytes.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"
import type { Bundle } from "./v01-container.ts"

/** A log that was read whole. */
export interface LogTree {
  readonly size: number
  /** Level-0 hashes, by index. */
  readonly leaf: (index: number) => Uint8Array
  /** The root of the first `size` entries. */
  readonly rootAt: (size: number) => Uint8Array
}

/** Called with each entry in order; null, or what is wrong with it. */
export type EntryCheck = (bytes: Uint8Array, index: number) => string | null

/**
 * The tree of a bundle: exactly the tiles of this size, level 0 equal to the hashes of the entries, each level above
 * equal to the roots of the tiles below.
 */
export function readLogTree(bundle: Bundle, size: number, checkEntry: EntryCheck): Outcome<LogTree> {
  // The size is attacker-controlled: as many bundles must exist before anything that large is enumerated.
  if (size > TILE_WIDTH * bundle.paths.length)
    return stop("log-invalid", `${size} entries: tiles are missing`)
  const expected = tilesOf(size)
  const paths = new Set(expected.map(tilePath))
  const stray = bundle.paths.find((path) => isTilePath(path) && !paths.has(path))
  const missing = [...paths].find((path) => !bundle.has(path))
  if (stray !== undefined) return stop("log-invalid", `${stray}: no tile of a log of ${size} entries`)
  if (missing !== undefined) return stop("log-invalid", `${missing}: missing`)
  const levels: Uint8Array[] = []
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const tiles = expected.filter((tile) => tile.kind === "tile" && tile.level === level)
    levels.push(concatBytes(...tiles.map((tile) => bundle.read(tilePath(tile)))))
  }
  for (const [level, hashes] of levels.entries()) {
    const count = hashesAtLevel(level, size)
    if (hashes.length !== count * HASH_BYTES)
      return stop("log-invalid", `tiles of level ${level}: not of their widths`)
    const below = levels[level - 1]
    if (below !== undefined && !equalBytes(hashes, rootsOfTiles(below, count))) {
      return stop("log-invalid", `tiles of level ${level}: not the roots of the tiles below`)
    }
  }
  const read = tileReader(({ level, n }) => {
    const start = n * TILE_WIDTH * HASH_BYTES
    return levels[level]?.subarray(start, start + TILE_WIDTH * HASH_BYTES) ?? new Uint8Array(0)
  })
  const tree = {
    size,
    leaf: (index: number) => read(0, index),
    rootAt: (upTo: number) => hashOfRange({ lo: 0, hi: upTo }, read),
  }
  const finding = checkEntries(bundle, tree, checkEntry)
  return finding === null ? accept(tree) : stop("log-invalid", finding)
}

function rootsOfTiles(below: Uint8Array, count: number): Uint8Array {
  const bytes = TILE_WIDTH * HASH_BYTES
  return concatBytes(
    ...Array.from({ length: count }, (_, i) => rootOfHashes(below.subarray(i * bytes, (i + 1) * bytes))),
  )
}

function checkEntries(bundle: Bundle, tree: LogTree, checkEntry: EntryCheck): string | null {
  for (const tile of tilesOf(tree.size)) {
    if (tile.kind !== "entries") continue
    const entries = decodeBundle(bundle.read(tilePath(tile)), tile.width)
    if (entries === null) return `${tilePath(tile)}: not ${tile.width} entries`
    for (const [i, bytes] of entries.entries()) {
      const index = tile.n * TILE_WIDTH + i
      if (!equalBytes(leafHash(bytes), tree.leaf(index)))
        return `entry ${index}: not the one that the tiles hash`
      const fault = checkEntry(bytes, index)
      if (fault !== null) return `entry ${index}: ${fault}`
    }
  }
  return null
}
