// Damage that only somebody with the file in hand can do: past every trigger, or between the file and its reader.
import Sqlite from "better-sqlite3"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import type { EntryRow, LedgerStore, SnapshotReads } from "../../src/ledger/log/store.ts"

/** Edits the file as somebody would who can do anything to it. */
export function editDatabase(path: string, ...statements: readonly string[]): void {
  const file = new Sqlite(path)
  const triggers = file.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string
    sql: string
  }[]
  for (const { name } of triggers) file.exec(`DROP TRIGGER ${name}`)
  for (const statement of statements) file.exec(statement)
  for (const { sql } of triggers) file.exec(sql)
  file.close()
}

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
