// sotto ledger fsck: looks at everything, changes nothing, names what it finds.
import { encodeBase64, equalBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { verifyBytes } from "../../protocol/primitives/note-key.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import { checkpointText, parseCheckpoint, verifyLogSignature } from "../../protocol/log/checkpoint.ts"
import { HASH_BYTES } from "../../protocol/log/tree.ts"
import type { HashReader } from "../../protocol/log/tree.ts"
import { TILE_WIDTH, decodeBundle, hashesAtLevel, resourcePath, tileWidth } from "../../protocol/log/tile.ts"
import type { TilePlace } from "../../protocol/log/tile.ts"
import { LedgerError } from "./errors.ts"
import { checkClaims, checkOpenings, checkPreconditions, readClaims } from "./fsck-claims.ts"
import { checkCosignatures } from "./fsck-cosignatures.ts"
import { checkRoot, checkTree, rootAt } from "./fsck-tree.ts"
import type { Finding, Report, TreeSource } from "./fsck-tree.ts"
import type { SignedHead } from "./ledger.ts"
import { readResource, resourcesOf } from "./resource.ts"
import type { LedgerStore, LogRow, SnapshotReads } from "./store.ts"

/** Reads a resource by its path under the log's prefix; null for what does not exist. */
export type PublicReader = (path: string) => Promise<Uint8Array | null>

/** A log to be checked. */
export interface FsckTarget {
  readonly store: LedgerStore
  readonly origin: string
  /** The log's verifier key: from the operator's configuration or policy, never from the log itself. */
  readonly key: VerifierKey
  /** The guard's note; null or absent when there is no guard to compare with. */
  readonly guardNote?: Uint8Array | null
  /** Cosigners of the service's policy; without them K7 has nothing to check. */
  readonly cosigners?: readonly VerifierKey[]
}

/**
 * K1 to K11 on a database, at one moment: a running service may append meanwhile.
 * @throws LedgerError `log-unknown`, StoreError when it cannot be read at all
 */
export function fsckDatabase(target: FsckTarget): Promise<readonly Finding[]> {
  return target.store.snapshot(async (reads) => {
    const { findings, report } = createReport()
    for (const line of await reads.checkIntegrity()) report("K1", "database file", "ok", line)
    const row = await reads.findLog(target.origin)
    if (row === null) throw new LedgerError("log-unknown", "no log of this origin")
    const tree = await checkTree(databaseSource(reads, target, row), report)
    await checkNothingBeyond(reads, row, report)
    checkRoot(report, "K5", "head row", row.root, rootAt(tree.read, row.size))
    await checkCheckpoints(reads, target, row, tree.read, report)
    const proven = { logId: row.id, origin: target.origin, key: target.key }
    await checkCosignatures(reads, proven, row.size, target.cosigners ?? [], report)
    const claims = await readClaims(reads, row.id)
    checkClaims(tree.entries, claims, report)
    checkPreconditions(tree.entries, report)
    if (row.kind === "main") await checkOpenings(reads, tree.entries, claims, report)
    checkGuard(target, row, tree.read, report)
    return findings
  })
}

/** K1 to K5 on public bytes alone: what an auditor runs on an exported directory or on the log's URL. */
export async function fsckPublic(
  read: PublicReader,
  log: { readonly origin: string; readonly key: VerifierKey },
): Promise<readonly Finding[]> {
  const { findings, report } = createReport()
  const bytes = await read("checkpoint")
  const parsed = bytes === null ? null : readCheckpoint(bytes)
  const signed = parsed !== null && verifyLogSignature(parsed.note, [log.key]).ok
  if (parsed?.checkpoint.origin !== log.origin || !signed) {
    report(
      "K6",
      "checkpoint",
      `signed by ${log.origin}`,
      bytes === null ? "missing" : "another or no valid signature",
    )
    return findings
  }
  const { size, root } = parsed.checkpoint
  const source: TreeSource = {
    ...log,
    size,
    tile: ({ level, n }) =>
      read(resourcePath({ kind: "tile", level, n, width: tileWidth({ level, n }, size) })),
    entries: async (n) => {
      const width = tileWidth({ level: 0, n }, size)
      const bundle = await read(resourcePath({ kind: "entries", n, width }))
      return (bundle === null ? null : decodeBundle(bundle, width)) ?? []
    },
  }
  const tree = await checkTree(source, report)
  checkRoot(report, "K5", "checkpoint", root, rootAt(tree.read, size))
  return findings
}

/** K12: what was exported or is served equals, byte for byte, what the database gives for the same head. */
export async function fsckCopy(
  target: FsckTarget,
  head: SignedHead,
  read: PublicReader,
): Promise<readonly Finding[]> {
  const { findings, report } = createReport()
  const row = await target.store.findLog(target.origin)
  if (row === null) throw new LedgerError("log-unknown", "no log of this origin")
  const paths = [...resourcesOf(head.size)].map(resourcePath)
  for (const path of ["checkpoint", ...paths]) {
    const expected = await readResource(target.store, row.id, head, path)
    const found = await read(path)
    const same = expected !== null && found !== null && equalBytes(expected, found)
    if (!same) report("K12", path, "the rebuilt bytes", found === null ? "missing" : "other bytes")
  }
  return findings
}

function createReport(): { findings: Finding[]; report: Report } {
  const findings: Finding[] = []
  return {
    findings,
    report: (check, object, expected, found) => {
      findings.push({ check, object, expected, found })
    },
  }
}

function databaseSource(reads: SnapshotReads, { origin, key }: FsckTarget, row: LogRow): TreeSource {
  return {
    origin,
    key,
    size: row.size,
    tile: async (place) => (await reads.readTiles(row.id, [place]))[0]?.hashes ?? null,
    entries: async (n) => {
      const from = n * TILE_WIDTH
      const rows = await reads.readEntries(row.id, from, Math.min(from + TILE_WIDTH, row.size))
      const slots: (Uint8Array | null)[] = Array.from(
        { length: tileWidth({ level: 0, n }, row.size) },
        () => null,
      )
      for (const { index, body } of rows) slots[index - from] = body
      return slots
    },
  }
}

/** K1 and K4: no entry and no tile beyond the size. */
async function checkNothingBeyond(reads: SnapshotReads, row: LogRow, report: Report): Promise<void> {
  const [entry] = await reads.readEntries(row.id, row.size, row.size + TILE_WIDTH)
  if (entry !== undefined) report("K1", `entry ${entry.index}`, "nothing beyond the size", "an entry")
  for (let level = 0; ; level++) {
    const count = hashesAtLevel(level, row.size)
    const [tile] = await reads.listTiles(row.id, level, Math.ceil(count / TILE_WIDTH), 1)
    if (tile !== undefined)
      report("K4", placeName(tile), "nothing beyond the size", `${tile.hashes.length / HASH_BYTES} hashes`)
    if (count === 0) return
  }
}

/** K5 and K6: the newest checkpoint is the head's, each one is the root of its prefix and carries our signature. */
async function checkCheckpoints(
  reads: SnapshotReads,
  target: FsckTarget,
  row: LogRow,
  read: HashReader,
  report: Report,
): Promise<void> {
  let newest = 0
  for (let after = -1; ;) {
    const page = await reads.listCheckpoints(row.id, after, 1000)
    for (const { size, root, signature } of page) {
      const text = utf8ToBytes(checkpointText({ origin: target.origin, size, root }))
      if (!verifyBytes(target.key, text, signature))
        report("K6", `checkpoint ${size}`, "our signature", encodeBase64(signature))
      checkRoot(report, "K6", `checkpoint ${size}`, root, size > row.size ? null : rootAt(read, size))
      newest = size
    }
    const last = page.at(-1)
    if (last === undefined) break
    after = last.size
  }
  if (newest !== row.size) report("K5", "newest checkpoint", `size ${row.size}`, `size ${newest}`)
}

/** K11: the guard remembers a prefix of this log. */
function checkGuard(target: FsckTarget, row: LogRow, read: HashReader, report: Report): void {
  if (target.guardNote === undefined || target.guardNote === null) return
  const guard = readCheckpoint(target.guardNote)
  if (guard === null || !verifyLogSignature(guard.note, [target.key]).ok) {
    report("K11", "guard file", "a head signed by this log", "something else")
    return
  }
  const { size, root } = guard.checkpoint
  checkRoot(report, "K11", `guard file, size ${size}`, root, size > row.size ? null : rootAt(read, size))
}

function readCheckpoint(bytes: Uint8Array): ReturnType<typeof parseCheckpoint> | null {
  try {
    return parseCheckpoint(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

const placeName = ({ level, n }: TilePlace): string => `tile ${level}/${n}`
