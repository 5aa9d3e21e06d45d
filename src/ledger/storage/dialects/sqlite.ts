// SQLite by better-sqlite3: how it is opened, how it names its types, its triggers and its failures.
import Sqlite from "better-sqlite3"
import { SqliteDialect } from "kysely"
import { StoreError } from "../../log/store.ts"
import type { StoreErrorCode } from "../../log/store.ts"
import { REFUSALS, triggerName } from "./dialect.ts"
import type { EngineDialect, Refusal, Trigger } from "./dialect.ts"

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
    isShared: false,
    text: "text",
    bytes: "blob",
    integer: "bigint",
    triggers: REFUSALS.map(triggerOf),
    standingTriggers: "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    migrationLock: null,
    classify: classifySqlite,
    // Busy and full are answered before anything reaches the log file.
    refusedCommit: (error) => {
      const code = classifySqlite(error)
      return code === "store-busy" || code === "store-full" ? code : null
    },
    // SQLite rolls back by itself after FULL and IOERR.
    isRolledBack: (error) => error instanceof Error && error.message.includes("no transaction is active"),
    readSetting: (name) => Promise.resolve(database.pragma(name, { simple: true })),
    checkIntegrity: () => integrityOf(database),
    forgetErased: () => database.pragma("wal_checkpoint(TRUNCATE)"),
  }
}

function assertPragma(database: Sqlite.Database, name: string, expected: string | number): void {
  const found: unknown = database.pragma(name, { simple: true })
  if (found !== expected) throw new StoreError("store-broken", `expected ${name} = ${expected}`)
}

function triggerOf(refusal: Refusal): Trigger {
  const { table, event, when, why, migration } = refusal
  const name = triggerName(refusal)
  const condition = when?.((whole, start) => `substr(${whole}, 1, length(${start})) = ${start}`) ?? "1"
  const create = `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} WHEN ${condition} BEGIN SELECT RAISE(ABORT, '${why}'); END`
  return { migration, name, create }
}

function integrityOf(database: Sqlite.Database): readonly string[] {
  try {
    const rows = database.pragma("integrity_check(20)") as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((line) => line !== "ok")
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return [error.code]
    throw error
  }
}

/** SQLite result codes, https://sqlite.org/rescode.html */
function classifySqlite(error: unknown): StoreErrorCode | null {
  if (!(error instanceof Sqlite.SqliteError)) return null
  const { code } = error
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "store-busy"
  if (code === "SQLITE_FULL") return "store-full"
  if (code.startsWith("SQLITE_CONSTRAINT")) return "store-conflict"
  return "store-broken"
}
