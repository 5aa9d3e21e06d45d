// C2SP tlog-tiles: where hashes and entries lie under a log's prefix, and how wide a tile is at a given size.
import { concatBytes } from "../primitives/bytes.ts"
import { HASH_BYTES, isSize, nodeHash } from "./tree.ts"
import type { HashReader } from "./tree.ts"

/** Hashes in a full tile: 2^8, the one height C2SP allows. */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8

/** A tile of hashes. Hash i is the root of leaves [(n * 256 + i) * 256^level, (n * 256 + i + 1) * 256^level). */
export interface TilePlace {
  readonly level: number
  readonly n: number
}

/** What a path under the prefix names; `width` 256 is the full tile. */
export type Resource =
  | { readonly kind: "checkpoint" }
  | { readonly kind: "tile"; readonly level: number; readonly n: number; readonly width: number }
  | { readonly kind: "entries"; readonly n: number; readonly width: number }

/** Number of hashes of level `level` in a tree of `size`: the complete subtrees of 256^level leaves. */
export const hashesAtLevel = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level)

/** Hashes that tile (level, n) holds in a tree of `size`: 0 (no such tile) to 256. */
export function tileWidth({ level, n }: TilePlace, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(level, size) - n * TILE_WIDTH))
}

/** The partial tiles at the right edge of a tree: all that its root and its next leaf depend on. */
export function rightEdge(size: number): readonly TilePlace[] {
  const places: TilePlace[] = []
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const count = hashesAtLevel(level, size)
    if (count % TILE_WIDTH !== 0) places.push({ level, n: Math.floor(count / TILE_WIDTH) })
  }
  return places
}

/** The tile that holds the hashes below the complete subtree (height, index) of the tree. */
export function tileOf(height: number, index: number): TilePlace {
  const level = Math.floor(height / TILE_HEIGHT)
  return { level, n: Math.floor((index * 2 ** (height % TILE_HEIGHT)) / TILE_WIDTH) }
}

/**
 * Reads subtree hashes out of tiles, each inner node computed once.
 * @param tile - answers the hashes of a tile, at least as many as the tree's size makes it hold
 * @throws RangeError when a tile is shorter than the tree demands
 */
export function tileReader(tile: (place: TilePlace) => Uint8Array): HashReader {
  const inner = new Map<string, Uint8Array>()
  const read: HashReader = (height, index) => {
    if (height % TILE_HEIGHT === 0) return stored(height, index)
    const key = `${height}/${index}`
    const hash = inner.get(key) ?? nodeHash(read(height - 1, 2 * index), read(height - 1, 2 * index + 1))
    inner.set(key, hash)
    return hash
  }
  const stored = (height: number, index: number): Uint8Array => {
    const start = (index % TILE_WIDTH) * HASH_BYTES
    const hash = tile(tileOf(height, index)).slice(start, start + HASH_BYTES)
    if (hash.length !== HASH_BYTES) throw new RangeError("a tile is shorter than the tree demands")
    return hash
  }
  return read
}

/** The root of a power of two of concatenated hashes, as the level above stores it. */
export function rootOfHashes(hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes.slice()
  const half = hashes.length / 2
  return nodeHash(rootOfHashes(hashes.subarray(0, half)), rootOfHashes(hashes.subarray(half)))
}

/** An entry bundle: u16be(length) || bytes for each entry. @param entries - each at most 65,535 bytes */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new RangeError("an entry does not fit a bundle")
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
    }),
  )
}

/** The entries of a bundle, or null when it does not hold exactly `count`. @param bytes - attacker-controlled */
export function decodeBundle(bytes: Uint8Array, count: number): readonly Uint8Array[] | null {
  const entries: Uint8Array[] = []
  let at = 0
  while (entries.length < count) {
    const [high, low] = bytes.subarray(at, at + 2)
    if (high === undefined || low === undefined) return null
    const end = at + 2 + high * 256 + low
    if (end > bytes.length) return null
    entries.push(bytes.slice(at + 2, end))
    at = end
  }
  return at === bytes.length ? entries : null
}

/** The path of a resource under the log's prefix. */
export function resourcePath(resource: Resource): string {
  if (resource.kind === "checkpoint") return "checkpoint"
  const level = resource.kind === "entries" ? "entries" : String(resource.level)
  const partial = resource.width < TILE_WIDTH ? `.p/${resource.width}` : ""
  return `tile/${level}/${encodeIndex(resource.n)}${partial}`
}

const TILE_PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** Reads a path under the prefix; null for every spelling but the one of `resourcePath`. @param path - attacker-controlled */
export function parseResourcePath(path: string): Resource | null {
  if (path === "checkpoint") return { kind: "checkpoint" }
  if (path.length > 64) return null
  const [, level, index = "", partial] = TILE_PATH.exec(path) ?? []
  if (level === undefined) return null
  const n = Number(index.replace(/[x/]/g, ""))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const known = isSize(n) && encodeIndex(n) === index && (partial === undefined || width < TILE_WIDTH)
  if (!known || (level !== "entries" && Number(level) > 63)) return null
  return level === "entries"
    ? { kind: "entries", n, width }
    : { kind: "tile", level: Number(level), n, width }
}

/** 1234067 becomes x001/x234/067: groups of three digits, all but the last marked. */
function encodeIndex(n: number): string {
  let text = String(n % 1000).padStart(3, "0")
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    text = `x${String(rest % 1000).padStart(3, "0")}/${text}`
  }
  return text
}
