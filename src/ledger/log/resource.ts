// C2SP tlog-tiles: the bytes under a log's prefix, for HTTP, export and auditors alike.
import { HASH_BYTES } from "../../protocol/log/tree.ts"
import {
  TILE_WIDTH,
  encodeBundle,
  hashesAtLevel,
  parseResourcePath,
  tileWidth,
} from "../../protocol/log/tile.ts"
import type { Resource } from "../../protocol/log/tile.ts"
import type { SignedHead } from "./ledger.ts"
import type { LedgerReads } from "./store.ts"

/**
 * The bytes of a resource at the published head; null for what does not exist, never an empty tile. A partial tile is
 * served for every width up to the published size, hence for every size that ever had a checkpoint.
 * @param path - attacker-controlled
 */
export async function readResource(
  reads: LedgerReads,
  logId: number,
  head: SignedHead,
  path: string,
): Promise<Uint8Array | null> {
  const resource = parseResourcePath(path)
  if (resource === null) return null
  if (resource.kind === "checkpoint") return head.note
  const level = resource.kind === "tile" ? resource.level : 0
  if (resource.width > tileWidth({ level, n: resource.n }, head.size)) return null
  if (resource.kind === "tile") {
    const [row] = await reads.readTiles(logId, [resource])
    return row?.hashes.slice(0, resource.width * HASH_BYTES) ?? null
  }
  const from = resource.n * TILE_WIDTH
  const entries = await reads.readEntries(logId, from, from + resource.width)
  return encodeBundle(entries.map((entry) => entry.body))
}

/** Every tile and bundle of a tree of `size`, each in its widest form, hashes before entries. */
export function* resourcesOf(size: number): Generator<Exclude<Resource, { kind: "checkpoint" }>> {
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    for (let n = 0; tileWidth({ level, n }, size) > 0; n++) {
      yield { kind: "tile", level, n, width: tileWidth({ level, n }, size) }
    }
  }
  for (let n = 0; tileWidth({ level: 0, n }, size) > 0; n++) {
    yield { kind: "entries", n, width: tileWidth({ level: 0, n }, size) }
  }
}
