// Before a process may sign: the database must be the one that the guard remembers, or its extension.
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { parseCheckpoint, verifyLogSignature } from "../../protocol/log/checkpoint.ts"
import type { Checkpoint } from "../../protocol/log/checkpoint.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { rightEdge } from "../../protocol/log/tile.ts"
import { loadEdge } from "./append.ts"
import { LedgerError } from "./errors.ts"
import { isElectionOf, isFirstEntry } from "./first-entry.ts"
import type { CheckpointSigner } from "./signer.ts"
import type { LedgerReads, LogRow } from "./store.ts"
import { edgeFromTiles } from "./tree-growth.ts"
import type { Edge } from "./tree-growth.ts"

/** A log about to be opened. */
export interface StartingLog {
  readonly reads: LedgerReads
  readonly origin: string
  readonly signer: Pick<CheckpointSigner, "key">
  /** The note of the guard file; null when there is none. */
  readonly guardNote: Uint8Array | null
  /** True for a log that began, elsewhere, while this process was running: its guard may be missing. */
  readonly isNew?: boolean
}

/**
 * Checks (a) to (e) before a log is written to. Every refusal is final until an operator has looked.
 * @throws LedgerError `log-unknown` (not initialised), `guard-missing`, `key-mismatch`, `rolled-back`, `head-inconsistent`
 */
export async function checkStart(log: StartingLog): Promise<{ readonly row: LogRow; readonly edge: Edge }> {
  const row = await log.reads.findLog(log.origin)
  if (row === null || row.size === 0) {
    if (log.guardNote !== null) throw refused("rolled-back", "the database is empty and the guard is not")
    throw refused("log-unknown", "the log was never initialised") // (a)
  }
  if (log.guardNote === null && log.isNew !== true)
    throw refused("guard-missing", "the database has entries and the guard file is gone") // (b)
  await checkKey(log, row)
  if (log.guardNote !== null) await checkRemembered(log, row, readGuardNote(log.guardNote, log))
  const edge = await loadEdge(log.reads, { logId: row.id, origin: log.origin, signer: log.signer }, row) // (e)
  return { row, edge }
}

/** (c) and (d): the database has what the guard remembers, at least. */
async function checkRemembered(log: StartingLog, row: LogRow, remembered: Checkpoint): Promise<void> {
  if (row.size < remembered.size) {
    throw refused(
      "rolled-back",
      `the database has ${row.size} entries, the guard remembers ${remembered.size}`,
    ) // (c)
  }
  const earlier = edgeFromTiles(
    remembered.size,
    await log.reads.readTiles(row.id, rightEdge(remembered.size)),
  )
  if (earlier === null || !equalBytes(earlier.root, remembered.root)) {
    throw refused("rolled-back", `the database has another tree of size ${remembered.size} than the guard`) // (d)
  }
}

/** The head a guard remembers. @throws LedgerError `head-inconsistent` when our key did not sign it */
export function readGuardNote(note: Uint8Array, log: Pick<StartingLog, "origin" | "signer">): Checkpoint {
  const parsed = parseCheckpoint(note)
  const signed = verifyLogSignature(parsed.note, [log.signer.key])
  if (!signed.ok || parsed.checkpoint.origin !== log.origin) {
    throw refused("head-inconsistent", "the guard holds a head that this log's key did not sign")
  }
  return parsed.checkpoint
}

/**
 * Checks that no election is gone whose head this instance signed: a backup from before its beginning was restored.
 * @param mainOrigin - its host is that of the elections
 * @param notes - of the guards whose logs have no entries in the database
 * @throws LedgerError `rolled-back`
 */
export function checkOrphans(mainOrigin: string, notes: readonly Uint8Array[]): void {
  for (const note of notes) {
    const { origin, size } = parseCheckpoint(note).checkpoint
    // Size 0: the guard was written before entry 0 and the process ended between the two.
    if (size > 0 && isElectionOf(mainOrigin, origin))
      throw refused("rolled-back", `the guard remembers ${size} entries of ${origin}, the database has none`)
  }
}

async function checkKey(log: StartingLog, row: LogRow): Promise<void> {
  const [first] = await log.reads.readEntries(row.id, 0, 1)
  const entry = first === undefined ? null : parseEntry(first.body)
  if (entry === null || !isFirstEntry(entry, log.origin)) {
    throw refused("head-inconsistent", "entry 0 is not the beginning of this log")
  }
  // The ceremony of an election names no key of the log; its checkpoints are checked with the right edge.
  if (entry.kind === "log-genesis" && entry.vkey !== encodeVerifierKey(log.signer.key)) {
    throw refused("key-mismatch", `the log belongs to ${entry.vkey}`)
  }
}

function refused(code: ConstructorParameters<typeof LedgerError>[0], message: string): LedgerError {
  return new LedgerError(code, message)
}
