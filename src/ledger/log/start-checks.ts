// Before a process may sign: the database must be the one that the guard remembers, or its extension.
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { parseCheckpoint, verifyLogSignature } from "../../protocol/log/checkpoint.ts"
import type { Checkpoint } from "../../protocol/log/checkpoint.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { rightEdge } from "../../protocol/log/tile.ts"
import { loadEdge } from "./append.ts"
import { LedgerError } from "./errors.ts"
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
  if (log.guardNote === null)
    throw refused("guard-missing", "the database has entries and the guard file is gone") // (b)
  await checkKey(log, row)
  const remembered = readGuardNote(log.guardNote, log)
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
  const edge = await loadEdge(log.reads, { logId: row.id, origin: log.origin, signer: log.signer }, row) // (e)
  return { row, edge }
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

async function checkKey(log: StartingLog, row: LogRow): Promise<void> {
  const [first] = await log.reads.readEntries(row.id, 0, 1)
  const genesis = first === undefined ? null : parseEntry(first.body)
  if (genesis?.kind !== "log-genesis" || genesis.origin !== log.origin) {
    throw refused("head-inconsistent", "entry 0 is not the genesis of this log")
  }
  if (genesis.vkey !== encodeVerifierKey(log.signer.key)) {
    throw refused("key-mismatch", `the log belongs to ${genesis.vkey}`)
  }
}

function refused(code: ConstructorParameters<typeof LedgerError>[0], message: string): LedgerError {
  return new LedgerError(code, message)
}
