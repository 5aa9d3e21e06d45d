// Proofs out of stored tiles: the few tiles a proof needs are read, then hashed in memory.
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import { encodeCheckpoint } from "../../protocol/log/checkpoint.ts"
import { encodeReceipt } from "../../protocol/log/receipt.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { EMPTY_ROOT, consistencyRanges, hashOfRange, inclusionRanges } from "../../protocol/log/tree.ts"
import type { HashReader, Range } from "../../protocol/log/tree.ts"
import { tileOf, tileReader } from "../../protocol/log/tile.ts"
import type { TilePlace } from "../../protocol/log/tile.ts"
import type { SignedHead } from "./ledger.ts"
import type { EntryRow, LedgerReads } from "./store.ts"
import { keyOf } from "./tree-growth.ts"

/** A log whose proofs are asked for. */
export interface ProvenLog {
  readonly logId: number
  readonly origin: string
  readonly key: VerifierKey
}

/** The signed head of an earlier size, rebuilt from its row; null when no checkpoint of that size was ever made. */
export async function headAt(reads: LedgerReads, log: ProvenLog, size: number): Promise<SignedHead | null> {
  const row = await reads.findCheckpoint(log.logId, size)
  if (row === null) return null
  const { root, signature } = row
  return {
    origin: log.origin,
    size,
    root,
    note: encodeCheckpoint({ origin: log.origin, size, root }, log.key, signature),
  }
}

/** The receipt of an entry under a head, given what reads its hashes. */
export function receiptOf(log: ProvenLog, head: SignedHead, entry: EntryRow, read: HashReader): Receipt {
  const hashes = inclusionRanges(entry.index, head.size).map((range) => hashOfRange(range, read))
  const proof = { index: entry.index, hashes, checkpoint: head.note }
  return encodeReceipt({ proof, entryBytes: entry.body, kind: entry.kind, keyId: log.key.keyId })
}

/**
 * The receipt of a stored entry under a stored checkpoint; null when either does not exist.
 * @param cosigned - the head of that size where it carries more than the log's signature
 */
export async function storedReceipt(
  reads: LedgerReads,
  log: ProvenLog,
  index: number,
  size: number,
  cosigned?: SignedHead,
): Promise<{ readonly receipt: Receipt; readonly entry: EntryRow } | null> {
  if (index < 0 || index >= size) return null
  const head = cosigned ?? (await headAt(reads, log, size))
  const [entry] = await reads.readEntries(log.logId, index, index + 1)
  if (head === null || entry === undefined) return null
  const read = await storedReader(reads, log.logId, inclusionRanges(index, size))
  return { receipt: receiptOf(log, head, entry, read), entry }
}

/** RFC 6962 consistency proof between two sizes of a stored tree. @param from - 1 <= from <= to <= stored size */
export async function storedConsistency(
  reads: LedgerReads,
  logId: number,
  from: number,
  to: number,
): Promise<readonly Uint8Array[]> {
  const ranges = consistencyRanges(from, to)
  const read = await storedReader(reads, logId, ranges)
  return ranges.map((range) => hashOfRange(range, read))
}

/** A reader that knows the hashes of the given ranges. */
async function storedReader(
  reads: LedgerReads,
  logId: number,
  ranges: readonly Range[],
): Promise<HashReader> {
  const places = new Map<string, TilePlace>()
  const collect: HashReader = (height, index) => {
    const place = tileOf(height, index)
    places.set(keyOf(place), place)
    return EMPTY_ROOT // only the places matter in this pass
  }
  for (const range of ranges) hashOfRange(range, collect)
  const tiles = new Map(
    (await reads.readTiles(logId, [...places.values()])).map((tile) => [keyOf(tile), tile.hashes]),
  )
  return tileReader((place) => tiles.get(keyOf(place)) ?? new Uint8Array(0))
}
