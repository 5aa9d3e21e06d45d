// The part of fsck that needs public bytes only: entries, tiles, roots. Runs alike on a database, a directory, a URL.
import { bytesToHex, encodeBase64, equalBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import { areSignaturesValid } from "../../protocol/log/signed-entry.ts"
import { HASH_BYTES, hashOfRange, leafHash } from "../../protocol/log/tree.ts"
import type { HashReader } from "../../protocol/log/tree.ts"
import { TILE_WIDTH, hashesAtLevel, rootOfHashes, tileReader, tileWidth } from "../../protocol/log/tile.ts"
import type { TilePlace } from "../../protocol/log/tile.ts"
import { isElectionOrigin, isKindOf, originOfCeremony } from "./first-entry.ts"
import { keyOf } from "./tree-growth.ts"

/** One thing that is not as it must be. */
export interface Finding {
  readonly check: `K${number}`
  readonly object: string
  readonly expected: string
  readonly found: string
}

/** Collects findings. */
export type Report = (check: Finding["check"], object: string, expected: string, found: string) => void

/** A log's public bytes, wherever they lie; null for what is missing. */
export interface TreeSource {
  readonly origin: string
  readonly key: VerifierKey
  readonly size: number
  tile: (place: TilePlace) => Promise<Uint8Array | null>
  /** Entries of bundle n, in order; null entries are missing. */
  entries: (n: number) => Promise<readonly (Uint8Array | null)[]>
}

/** What the checks read. */
export interface CheckedTree {
  /** Hashes of the stored tiles; RangeError where a tile is missing or short. */
  readonly read: HashReader
  readonly entries: readonly (Entry | null)[]
}

/** K1 to K4: entries contiguous and canonical, leaves equal to tile hashes, every tile the root of what lies below. */
export async function checkTree(source: TreeSource, report: Report): Promise<CheckedTree> {
  const tiles = await checkTiles(source, report)
  const entries: (Entry | null)[] = []
  for (let n = 0; n * TILE_WIDTH < source.size; n++) {
    const bundle = await source.entries(n)
    const hashes = tiles.get(keyOf({ level: 0, n })) ?? new Uint8Array(0)
    for (let i = 0; i < tileWidth({ level: 0, n }, source.size); i++) {
      const bytes = bundle[i] ?? null
      entries.push(checkEntry(source, n * TILE_WIDTH + i, bytes, report))
      if (bytes === null) continue
      const leaf = leafHash(bytes)
      const stored = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)
      if (!equalBytes(leaf, stored)) {
        report("K3", `entry ${n * TILE_WIDTH + i}`, `leaf hash ${bytesToHex(stored)}`, bytesToHex(leaf))
      }
    }
  }
  return { read: tileReader((place) => tiles.get(keyOf(place)) ?? new Uint8Array(0)), entries }
}

/** The root of the stored tree at a size, or null where tiles are missing. */
export function rootAt(read: HashReader, size: number): Uint8Array | null {
  try {
    return hashOfRange({ lo: 0, hi: size }, read)
  } catch (error) {
    if (error instanceof RangeError) return null // reported already, as the missing or short tile it comes from
    throw error
  }
}

/** Reports a root that is not the expected one. */
export function checkRoot(
  report: Report,
  check: Finding["check"],
  object: string,
  expected: Uint8Array,
  found: Uint8Array | null,
): void {
  if (found === null || !equalBytes(expected, found)) {
    report(check, object, `root ${encodeBase64(expected)}`, found === null ? "no tree" : encodeBase64(found))
  }
}

async function checkTiles(source: TreeSource, report: Report): Promise<ReadonlyMap<string, Uint8Array>> {
  const tiles = new Map<string, Uint8Array>()
  for (let level = 0; hashesAtLevel(level, source.size) > 0; level++) {
    for (let n = 0; tileWidth({ level, n }, source.size) > 0; n++) {
      const hashes = await source.tile({ level, n })
      const length = tileWidth({ level, n }, source.size) * HASH_BYTES
      if (hashes?.length !== length) {
        report(
          "K4",
          `tile ${level}/${n}`,
          `${length} bytes`,
          hashes === null ? "missing" : `${hashes.length} bytes`,
        )
      }
      if (hashes !== null) tiles.set(keyOf({ level, n }), hashes)
    }
  }
  for (const [key, hashes] of tiles) {
    const [level = 0, n = 0] = key.split("/").map(Number)
    if (hashes.length === TILE_WIDTH * HASH_BYTES) checkParent(tiles, { level, n }, hashes, report)
  }
  return tiles
}

function checkParent(
  tiles: ReadonlyMap<string, Uint8Array>,
  { level, n }: TilePlace,
  hashes: Uint8Array,
  report: Report,
): void {
  const parent = tiles.get(keyOf({ level: level + 1, n: Math.floor(n / TILE_WIDTH) }))
  const at = (n % TILE_WIDTH) * HASH_BYTES
  const stored = parent?.subarray(at, at + HASH_BYTES) ?? new Uint8Array(0)
  const root = rootOfHashes(hashes)
  if (!equalBytes(stored, root)) {
    report("K4", `tile ${level}/${n}`, `root ${bytesToHex(stored)} of the level above`, bytesToHex(root))
  }
}

function checkEntry(
  source: TreeSource,
  index: number,
  bytes: Uint8Array | null,
  report: Report,
): Entry | null {
  if (bytes === null) {
    report("K1", `entry ${index}`, "present", "missing")
    return null
  }
  let entry: Entry
  try {
    entry = parseEntry(bytes)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    report("K2", `entry ${index}`, "a canonical entry of a known kind", error.code)
    return null
  }
  checkPlace(source, index, entry, report)
  if ("signatures" in entry && !areSignaturesValid(entry)) {
    report("K2", `entry ${index}`, "a valid signature of its author", "a signature that does not verify")
  }
  return entry
}

/** K2: entry 0 and no other begins the log of this origin, and every kind is one that this log has. */
function checkPlace(source: TreeSource, index: number, entry: Entry, report: Report): void {
  const [first, log] = isElectionOrigin(source.origin)
    ? ["ceremony", "an election"]
    : ["log-genesis", "the main log"]
  if ((entry.kind === first) !== (index === 0)) {
    report("K2", `entry ${index}`, index === 0 ? first : "any other kind", entry.kind)
  } else if (!isKindOf(source.origin, entry)) {
    report("K2", `entry ${index}`, `a kind of ${log}`, entry.kind)
  }
  if (index !== 0 || entry.kind !== first) return
  if (entry.kind === "log-genesis") checkGenesis(source, entry, report)
  if (entry.kind !== "ceremony") return
  const origin = originOfCeremony(source.origin, entry)
  if (origin !== source.origin)
    report("K2", "entry 0", `the ceremony of ${source.origin}`, `that of ${origin}`)
}

function checkGenesis(
  source: TreeSource,
  entry: Extract<Entry, { kind: "log-genesis" }>,
  report: Report,
): void {
  if (entry.origin !== source.origin) report("K2", "entry 0", source.origin, entry.origin)
  const vkey = encodeVerifierKey(source.key)
  if (entry.vkey !== vkey) report("K2", "entry 0", vkey, entry.vkey)
}
