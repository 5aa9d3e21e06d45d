// Damage between the database and its reader.
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import type { EntryRow, LedgerStore, SnapshotReads } from "../../src/ledger/log/store.ts"

/** A store whose checks read other entries than the file has. */
export function withEntries(store: LedgerStore, changed: ReadonlyMap<number, Entry>): LedgerStore {
  const changedRow = (row: EntryRow): EntryRow => {
    const entry = changed.get(row.index)
    return entry === undefined ? row : { ...row, kind: entry.kind, body: canonicalBytes(entry) }
  }
  const edited = (reads: SnapshotReads): SnapshotReads => ({
    ...reads,
    readEntries: async (...range) => (await reads.readEntries(...range)).map(changedRow),
  })
  return { ...store, snapshot: (body) => store.snapshot((reads) => body(edited(reads))) }
}
