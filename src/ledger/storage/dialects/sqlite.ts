// SQLite by better-sqlite3: how it is opened, how it names its types, its triggers and its failures.
import Sqlite from "better-sqlite3"
import { SqliteDialect } from "kysely"
import { StoreError } from "../../log/store.ts"
import type { StoreErrorCode } from "../../log/store.ts"

/** What differs between engines; everything else is one query text. */
export interface EngineDialect {
  readonly dialect: SqliteDialect
  readonly bytes: string
  readonly integer: string
  /** By the number of the migration that makes their tables. */
  readonly triggers: readonly { readonly migration: number; readonly name: string; readonly create: string }[]
  /** The code of a driver's error; null when the error is not the driver's. */
  readonly classify: (error: unknown) => StoreErrorCode | null
  /** The value of one of the engine's settings on this connection. */
  readonly readSetting: (name: string) => unknown
  /** The engine's own check of its file; no line when it is whole. */
  readonly checkIntegrity: () => readonly string[]
  /** Gives erased pages back, so that no copy of them survives in a log file. */
  readonly forgetErased: () => void
}

const BUSY_TIMEOUT_MS = 5000 // a reader's checkpoint or a backup may hold the lock that long

/**
 * Opens the file and proves its settings by reading them back: a re-opened WAL database silently falls back to
 * synchronous = NORMAL in this build, and NORMAL loses acknowledged commits at power loss.
 * @throws StoreError `store-broken` when WAL or FULL cannot be had (a network file system, another build)
 */
export function openSqlite(path: string, options: { readonly readonly?: boolean } = {}): EngineDialect {
  const database = new Sqlite(path, { readonly: options.readonly ?? false })
  try {
    if (options.readonly !== true) database.pragma("journal_mode = WAL")
    database.pragma("synchronous = FULL")
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    database.pragma("foreign_keys = ON")
    database.pragma("trusted_schema = OFF")
    database.pragma("mmap_size = 0")
    database.pragma("secure_delete = ON")
    database.pragma("recursive_triggers = ON") // else INSERT OR REPLACE would delete behind the triggers' back
    assertPragma(database, "synchronous", 2)
    assertPragma(database, "journal_mode", "wal")
  } catch (cause) {
    database.close()
    if (cause instanceof StoreError) throw cause
    throw new StoreError("store-broken", "the database cannot be opened", { cause })
  }
  return {
    dialect: new SqliteDialect({ database }),
    bytes: "blob",
    integer: "bigint",
    triggers: TRIGGERS,
    classify: classifySqlite,
    readSetting: (name) => database.pragma(name, { simple: true }),
    checkIntegrity: () => integrityOf(database),
    forgetErased: () => database.pragma("wal_checkpoint(TRUNCATE)"),
  }
}

function assertPragma(database: Sqlite.Database, name: string, expected: string | number): void {
  const found: unknown = database.pragma(name, { simple: true })
  if (found !== expected) throw new StoreError("store-broken", `expected ${name} = ${expected}`)
}

const refusing = (table: string, event: string, when: string, why: string, migration = 1) => ({
  migration,
  name: `${table}_${event.toLowerCase()}_refused`,
  create:
    `CREATE TRIGGER ${table}_${event.toLowerCase()}_refused BEFORE ${event} ON ${table} ` +
    `WHEN ${when} BEGIN SELECT RAISE(ABORT, '${why}'); END`,
})

function integrityOf(database: Sqlite.Database): readonly string[] {
  try {
    const rows = database.pragma("integrity_check(20)") as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((line) => line !== "ok")
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return [error.code]
    throw error
  }
}

/** Append-only by the engine's own hand, for every program that opens the file. */
const TRIGGERS = [
  ...["entry", "checkpoint", "claim"].flatMap((table) => [
    refusing(table, "UPDATE", "1", `${table} is append-only`),
    refusing(table, "DELETE", "1", `${table} is append-only`),
  ]),
  refusing("log", "DELETE", "1", "a log is never deleted"),
  refusing(
    "log",
    "UPDATE",
    "new.size < old.size OR new.origin <> old.origin OR new.id <> old.id",
    "a log never shrinks and never changes its origin",
  ),
  refusing("tile", "DELETE", "1", "a tile is never deleted"),
  refusing(
    "tile",
    "UPDATE",
    "substr(new.hashes, 1, length(old.hashes)) <> old.hashes OR new.level <> old.level OR new.n <> old.n",
    "a tile only grows",
  ),
  refusing("census_leaf", "DELETE", "1", "a leaf of a census is never deleted", 2),
  refusing(
    "census_leaf",
    "UPDATE",
    "old.state <> 'live' OR new.state <> 'replaced' OR new.census_id <> old.census_id OR new.slot <> old.slot " +
      "OR new.leaf <> old.leaf OR new.commitment <> old.commitment OR new.weight <> old.weight",
    "a leaf of a census is replaced once and never returns",
    2,
  ),
]

/** SQLite result codes, https://sqlite.org/rescode.html */
function classifySqlite(error: unknown): StoreErrorCode | null {
  if (!(error instanceof Sqlite.SqliteError)) return null
  const { code } = error
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "store-busy"
  if (code === "SQLITE_FULL") return "store-full"
  if (code.startsWith("SQLITE_CONSTRAINT")) return "store-conflict"
  return "store-broken"
}
