// sotto-audit-bundle/1: which files an election leaves behind, and the manifest that lists them.
import { z } from "zod"
import { resourcePath, parseResourcePath, hashesAtLevel, TILE_WIDTH, tileWidth } from "../log/tile.ts"
import type { Resource } from "../log/tile.ts"
import { bytesToHex, bytesToUtf8 } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { Fr } from "../primitives/field.ts"
import { sha256 } from "../primitives/hash.ts"
import { canonicalBytes, canonicalText } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import { hex64 } from "../wire/election-entries.ts"
import { parseMessage } from "../wire/parse.ts"
import { counter, fr } from "../wire/scalars.ts"
import { encodeZip } from "./bundle-zip.ts"
import type { BundleFile, DeflateRaw } from "./bundle-zip.ts"

/** The one file that no manifest lists: the manifest. */
export const MANIFEST_PATH = "manifest.json"
/** Most bytes of all files of a bundle together, inflated, unless the auditor says otherwise. */
export const DEFAULT_MAX_BUNDLE_BYTES = 8 * 2 ** 30
/** Largest manifest: 65,534 files of at most 400 bytes a line fit. */
const MAX_MANIFEST_BYTES = 64 * 2 ** 20
const MAX_PROVENANCE_BYTES = 4096

/** Files that every bundle has. */
export const REQUIRED_PATHS = [
  "log/checkpoint",
  "definition.json",
  "result.json",
  "census/plan.json",
  "census/census.json",
  "census/leaves.bin",
  "census/commitments.bin",
  "census/evidence.jsonl",
  "circuit/vkey.json",
  "circuit/provenance.json",
  "main/circuit-key.entry",
  "main/circuit-key.tlog-proof",
  "main/election-anchor-open.entry",
  "main/election-anchor-open.tlog-proof",
] as const
/** The checkpoint that dates the end of voting; a policy without a quorum has nobody who could date it. */
export const AT_CLOSE_PATH = "log/at-close"
/** The key of enrolment proofs: of a gated census only, as are `main/circuit-key-presentation` and the epochs. */
export const PRESENTATION_VKEY_PATH = "circuit/presentation-vkey.json"
/** Where the log's static files lie. */
const LOG_FOLDER = "log/"

const MAIN_NAME = String.raw`circuit-key|circuit-key-presentation|election-anchor-open|election-anchor-tally|registry-epoch-[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?`
const MAIN_PATH = new RegExp(`^main/(${MAIN_NAME})\\.(entry|tlog-proof)$`)
const RECEIPT_PATH = /^receipts\/[a-z0-9-]{1,64}\.tlog-proof$/
const PROMISE_PATH = /^promises\/[a-z0-9-]{1,64}\.json$/

const manifest = z.strictObject({
  electionId: fr,
  files: z.array(z.strictObject({ bytes: counter, path: z.string().min(1).max(255), sha256: hex64 })),
  format: z.literal("sotto-audit-bundle/1"),
})
/** What a bundle consists of. */
export type BundleManifest = z.infer<typeof manifest>

const word = z.string().min(1).max(96)
const provenance = z.strictObject({
  ceremony: word,
  circom2: word,
  circomlib: word,
  constraints: counter,
  id: word,
  r1csSha256: hex64,
  vkeySha256: hex64,
  zkeySha256: hex64,
})
/** Where the circuit of an election and its keys come from: what anyone needs to build them again. */
export type CircuitProvenance = z.infer<typeof provenance>

/**
 * The manifest in these bytes, or null: malformed, not canonical, paths not ascending. Whether it is true of the files
 * is the caller's question.
 * @param bytes - attacker-controlled
 */
export function readManifest(bytes: Uint8Array): BundleManifest | null {
  const read = readCanonical(manifest, bytes, MAX_MANIFEST_BYTES)
  const isAscending = read?.files.every(({ path }, i) => i === 0 || (read.files[i - 1]?.path ?? "") < path)
  return isAscending === true ? read : null
}

/** The provenance in these bytes, or null: malformed or not canonical. @param bytes - attacker-controlled */
export function readProvenance(bytes: Uint8Array): CircuitProvenance | null {
  return readCanonical(provenance, bytes, MAX_PROVENANCE_BYTES)
}

function readCanonical<T extends Json>(schema: z.ZodType<T>, bytes: Uint8Array, maxBytes: number): T | null {
  try {
    const read = parseMessage(schema, bytes, { maxBytes, maxDepth: 3, maxString: 255 }, "malformed-log")
    return canonicalText(read) === bytesToUtf8(bytes) ? read : null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/** True when the path is on the closed list of files that a bundle may hold. */
export function isAllowedPath(path: string): boolean {
  return (
    (REQUIRED_PATHS as readonly string[]).includes(path) ||
    path === MANIFEST_PATH ||
    path === AT_CLOSE_PATH ||
    path === PRESENTATION_VKEY_PATH ||
    isTilePath(path) ||
    MAIN_PATH.test(path) ||
    isReceiptPath(path) ||
    isPromisePath(path)
  )
}

/** True for a tile or an entry bundle of the election's log. */
export function isTilePath(path: string): boolean {
  const resource = path.startsWith(LOG_FOLDER) ? parseResourcePath(path.slice(LOG_FOLDER.length)) : null
  return resource !== null && resource.kind !== "checkpoint"
}

/** The name of a main log's entry (`circuit-key`, ..) that this path is the bytes or the proof of, or null. */
export function mainEntryName(path: string): string | null {
  return MAIN_PATH.exec(path)?.[1] ?? null
}

/** True for a receipt that a voter brought. */
export const isReceiptPath = (path: string): boolean => RECEIPT_PATH.test(path)
/** True for a promise that a voter brought. */
export const isPromisePath = (path: string): boolean => PROMISE_PATH.test(path)

/** Every tile and entry bundle of a log of `size` entries, widths included. */
export function tilesOf(size: number): readonly Exclude<Resource, { readonly kind: "checkpoint" }>[] {
  const tiles: Exclude<Resource, { readonly kind: "checkpoint" }>[] = []
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const count = Math.ceil(hashesAtLevel(level, size) / TILE_WIDTH)
    for (let n = 0; n < count; n++) {
      const width = tileWidth({ level, n }, size)
      tiles.push({ kind: "tile", level, n, width })
      if (level === 0) tiles.push({ kind: "entries", n, width })
    }
  }
  return tiles
}

/** The path of a tile or an entry bundle in a bundle. */
export const tilePath = (tile: Resource): string => LOG_FOLDER + resourcePath(tile)

/**
 * The bundle of an election's files: its manifest is made here.
 * @param files - all of them but the manifest, in any order
 * @param deflateRaw - see `encodeZip`
 */
export function encodeBundleZip(
  electionId: Fr,
  files: readonly BundleFile[],
  deflateRaw?: DeflateRaw,
): Uint8Array {
  return encodeZip([...files, { path: MANIFEST_PATH, bytes: encodeManifest(electionId, files) }], deflateRaw)
}

function encodeManifest(electionId: Fr, files: readonly BundleFile[]): Uint8Array {
  const listed = files
    .map(({ path, bytes }) => ({ bytes: bytes.length, path, sha256: bytesToHex(sha256(bytes)) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  return canonicalBytes({ electionId, files: listed, format: "sotto-audit-bundle/1" })
}
