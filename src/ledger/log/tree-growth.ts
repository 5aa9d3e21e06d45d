// Growing a tree by a batch: the tiles it touches, its new root, and the hashes that prove every new leaf.
import { concatBytes } from "../../protocol/primitives/bytes.ts"
import { EMPTY_ROOT, HASH_BYTES, hashOfRange } from "../../protocol/log/tree.ts"
import type { HashReader } from "../../protocol/log/tree.ts"
import { TILE_WIDTH, rightEdge, rootOfHashes, tileReader, tileWidth } from "../../protocol/log/tile.ts"
import type { TilePlace } from "../../protocol/log/tile.ts"
import type { Head, TileRow } from "./store.ts"

/** The partial tiles of a tree's right edge with its size and root: everything the next batch depends on. */
export interface Edge extends Head {
  readonly tiles: readonly TileRow[]
}

/** The edge of the empty tree. */
export const EMPTY_EDGE: Edge = { size: 0, root: EMPTY_ROOT, tiles: [] }

/** A grown tree. */
export interface Growth {
  readonly edge: Edge
  /** Whole contents of the tiles that changed. */
  readonly touched: readonly TileRow[]
  /** Subtree hashes; it knows those that the new leaves' proofs and the new root need. */
  readonly read: HashReader
}

/** Appends leaf hashes to the tree with the given edge. */
export function growTree(edge: Edge, leaves: readonly Uint8Array[]): Growth {
  const size = edge.size + leaves.length
  const tiles = new Map(edge.tiles.map((tile) => [keyOf(tile), tile]))
  const touched = new Map<string, TileRow>()
  const push = (level: number, position: number, hashes: readonly Uint8Array[]): void => {
    const full: Uint8Array[] = []
    for (let at = 0; at < hashes.length;) {
      const n = Math.floor((position + at) / TILE_WIDTH)
      const room = (n + 1) * TILE_WIDTH - position - at
      const old = tiles.get(keyOf({ level, n }))?.hashes ?? new Uint8Array(0)
      const row = { level, n, hashes: concatBytes(old, ...hashes.slice(at, at + room)) }
      tiles.set(keyOf(row), row)
      touched.set(keyOf(row), row)
      // A partial tile is never hashed upward: its root would change when it grows.
      if (row.hashes.length === TILE_WIDTH * HASH_BYTES) full.push(rootOfHashes(row.hashes))
      at += room
    }
    if (full.length > 0) push(level + 1, Math.floor(position / TILE_WIDTH), full)
  }
  push(0, edge.size, leaves)
  const read = tileReader((place) => tiles.get(keyOf(place))?.hashes ?? new Uint8Array(0))
  const root = hashOfRange({ lo: 0, hi: size }, read)
  const next = { size, root, tiles: rightEdge(size).map((place) => tileAt(tiles, place)) }
  return { edge: next, touched: [...touched.values()], read }
}

/**
 * The edge of a stored tree at a size, which may be smaller than the tree: a stored tile begins with the hashes it
 * had at every earlier size.
 * @returns null when the stored tiles are too short
 */
export function edgeFromTiles(size: number, stored: readonly TileRow[]): Edge | null {
  const tiles: TileRow[] = []
  for (const place of rightEdge(size)) {
    const length = tileWidth(place, size) * HASH_BYTES
    const row = stored.find((tile) => tile.level === place.level && tile.n === place.n)
    if (row === undefined || row.hashes.length < length) return null
    tiles.push({ ...place, hashes: row.hashes.slice(0, length) })
  }
  const read = tileReader(
    (place) => tiles.find((tile) => keyOf(tile) === keyOf(place))?.hashes ?? new Uint8Array(0),
  )
  return { size, root: hashOfRange({ lo: 0, hi: size }, read), tiles }
}

/** One text per tile, for maps. */
export const keyOf = ({ level, n }: TilePlace): string => `${level}/${n}`

function tileAt(tiles: ReadonlyMap<string, TileRow>, place: TilePlace): TileRow {
  const row = tiles.get(keyOf(place))
  if (row === undefined) throw new RangeError("a tile of the right edge is missing")
  return row
}
