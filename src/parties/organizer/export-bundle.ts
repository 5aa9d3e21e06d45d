// Everything an election leaves behind, in one file that anybody can audit without asking anybody.
import {
  AT_CLOSE_PATH,
  encodeBundleZip,
  PRESENTATION_VKEY_PATH,
  tilePath,
  tilesOf,
} from "../../protocol/election/audit-bundle.ts"
import type { CircuitProvenance } from "../../protocol/election/audit-bundle.ts"
import type { BundleFile, DeflateRaw } from "../../protocol/election/bundle-zip.ts"
import { encodeCommitments } from "../../protocol/election/census.ts"
import type { CensusFreeze } from "../../protocol/election/census-freeze.ts"
import type { ComputedResult } from "../../protocol/election/tally.ts"
import { encodeBundle, rootOfHashes, TILE_WIDTH } from "../../protocol/log/tile.ts"
import { HASH_BYTES, leafHash } from "../../protocol/log/tree.ts"
import { concatBytes } from "../../protocol/primitives/bytes.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { CensusDocument } from "../../protocol/wire/census.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"

/** What a bundle is made of; an auditor checks all of it, so nothing here is. */
export interface BundleParts {
  /** Canonical bytes of every entry, `ceremony` to `tally`. */
  readonly entries: readonly Uint8Array[]
  /** The head of exactly these entries, with the cosignatures it has. */
  readonly checkpoint: Uint8Array
  /** The head that dates the end of voting, where cosigners made one. */
  readonly atClose: Uint8Array | null
  readonly definition: ElectionDefinition
  readonly result: ComputedResult
  readonly census: {
    readonly plan: CensusDocument<"census-plan">
    readonly document: CensusDocument<"census">
    readonly freeze: CensusFreeze
  }
  readonly circuit: { readonly vkey: Uint8Array; readonly provenance: CircuitProvenance }
  /** Of a gated census: the key of its enrolment proofs. */
  readonly presentationVkey: Uint8Array | null
  /** Entries of the main log by their names in the bundle, each with its proof of inclusion. */
  readonly main: ReadonlyMap<string, { readonly entry: Uint8Array; readonly proof: Uint8Array }>
  /** What voters brought, by name. */
  readonly receipts: ReadonlyMap<string, Uint8Array>
  readonly promises: ReadonlyMap<string, Uint8Array>
}

/** The zip; the same parts give the same bytes. @param deflateRaw - see `encodeZip` */
export function exportBundle(parts: BundleParts, deflateRaw?: DeflateRaw): Uint8Array {
  const { census, circuit, result, definition, main } = parts
  const json = (value: object): Uint8Array => canonicalBytes(value as Json)
  const files: BundleFile[] = [
    { path: "log/checkpoint", bytes: parts.checkpoint },
    ...optional(AT_CLOSE_PATH, parts.atClose),
    ...logFiles(parts.entries),
    { path: "definition.json", bytes: json(definition) },
    { path: "result.json", bytes: result.bytes },
    { path: "census/plan.json", bytes: json(census.plan) },
    { path: "census/census.json", bytes: json(census.document) },
    { path: "census/leaves.bin", bytes: census.freeze.built.tree.levels[0] ?? new Uint8Array(0) },
    { path: "census/commitments.bin", bytes: encodeCommitments(census.freeze.built.records) },
    { path: "census/evidence.jsonl", bytes: census.freeze.evidence },
    { path: "circuit/vkey.json", bytes: circuit.vkey },
    { path: "circuit/provenance.json", bytes: json(circuit.provenance) },
    ...optional(PRESENTATION_VKEY_PATH, parts.presentationVkey),
    ...[...main].flatMap(([name, { entry, proof }]) => [
      { path: `main/${name}.entry`, bytes: entry },
      { path: `main/${name}.tlog-proof`, bytes: proof },
    ]),
    ...[...parts.receipts].map(([name, bytes]) => ({ path: `receipts/${name}.tlog-proof`, bytes })),
    ...[...parts.promises].map(([name, bytes]) => ({ path: `promises/${name}.json`, bytes })),
  ]
  return encodeBundleZip(result.result.electionId, files, deflateRaw)
}

/** Tiles and entry bundles of a log, computed from its entries. */
function logFiles(entries: readonly Uint8Array[]): readonly BundleFile[] {
  const levels = [concatBytes(...entries.map(leafHash))]
  const tileBytes = TILE_WIDTH * HASH_BYTES
  for (let below = levels[0] ?? new Uint8Array(0); below.length >= tileBytes;) {
    const full = Math.floor(below.length / tileBytes)
    const roots = Array.from({ length: full }, (_, i) =>
      rootOfHashes(below.subarray(i * tileBytes, (i + 1) * tileBytes)),
    )
    below = concatBytes(...roots)
    levels.push(below)
  }
  return tilesOf(entries.length).map((tile) => {
    const start = tile.n * TILE_WIDTH
    const bytes =
      tile.kind === "entries"
        ? encodeBundle(entries.slice(start, start + tile.width))
        : (levels[tile.level] ?? new Uint8Array(0)).slice(
            start * HASH_BYTES,
            (start + tile.width) * HASH_BYTES,
          )
    return { path: tilePath(tile), bytes }
  })
}

function optional(path: string, bytes: Uint8Array | null): readonly BundleFile[] {
  return bytes === null ? [] : [{ path, bytes }]
}
