// PostgreSQL by pg: how it is opened, how it names its types, its triggers and its failures.
import { PostgresDialect } from "kysely"
import pg from "pg"
import type { StoreErrorCode } from "../../log/store.ts"
import { REFUSALS, triggerName } from "./dialect.ts"
import type { EngineDialect, Refusal, Trigger } from "./dialect.ts"
import { ConnectionLost, openPool } from "./postgres-pool.ts"
import type { PoolOptions } from "./postgres-pool.ts"

/** Any number that no other program locks: the first 8 bytes of SHA-256("sotto/migration"), as a signed integer. */
const MIGRATION_LOCK = "331063449384872836"

/**
 * Prepares connections to a database; the first query makes one, and each proves its settings before it is used.
 * @param address - `postgres://user@host:port/database`, or `?host=/folder` for a socket; without the password
 */
export function openPostgres(address: string, options: PoolOptions = {}): EngineDialect {
  const pool = openPool(address, options)
  return {
    dialect: new PostgresDialect({ pool }),
    isShared: true,
    text: 'text COLLATE "C"', // bytewise, as SQLite compares: one order of ids on every machine
    bytes: "bytea",
    integer: "bigint",
    triggers: REFUSALS.flatMap(triggersOf),
    // A disabled one does not count; those that hold for replicas as well do.
    standingTriggers:
      "SELECT t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid " +
      "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND c.relnamespace = current_schema()::regnamespace",
    migrationLock: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`,
    classify: classifyPostgres,
    refusedCommit: (error) => {
      // Only what the server says before it writes the commit record; a lost connection may have come after it.
      const state = error instanceof pg.DatabaseError ? error.code : undefined
      return state === "40001" || state === "40P01" ? "store-busy" : null
    },
    isRolledBack: (error) => error instanceof ConnectionLost || isShutdown(error), // the server does it then
    readSetting: (name) => pool.readSetting(name),
    checkIntegrity: () => [], // the server reads its pages by its own checksums, and fsck reads every row
    forgetErased: () => undefined, // vacuum is the server's; its log files are an operator's to keep or not
  }
}

function triggersOf(refusal: Refusal): readonly Trigger[] {
  const { table, event, when, why, migration } = refusal
  const name = triggerName(refusal)
  const condition = when?.((whole, start) => `substring(${whole} for length(${start})) = ${start}`) ?? "true"
  const body = `BEGIN RAISE EXCEPTION '${why}' USING ERRCODE = 'integrity_constraint_violation'; END`
  const create =
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$; ` +
    `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION ${name}()`
  const row = { migration, name, create }
  if (event === "UPDATE") return [row]
  // TRUNCATE deletes without asking the triggers of rows.
  const truncate = `${table}_truncate_refused`
  const statement = `CREATE TRIGGER ${truncate} BEFORE TRUNCATE ON ${table} EXECUTE FUNCTION ${name}()`
  return [row, { migration, name: truncate, create: statement }]
}

/** SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  "40001": "store-busy", // serialization failure
  "40P01": "store-busy", // deadlock: the other transaction goes on
  "53100": "store-full",
  "55P03": "store-busy", // lock_timeout
  "57014": "store-busy", // statement_timeout
}

function classifyPostgres(error: unknown): StoreErrorCode | null {
  if (error instanceof ConnectionLost) return "store-busy"
  if (!(error instanceof pg.DatabaseError)) return null
  const { code = "" } = error
  if (isShutdown(error)) return "store-busy"
  if (code.startsWith("23")) return "store-conflict"
  if (code.startsWith("53") && code !== "53100") return "store-busy" // connections or memory, for now
  return CODES[code] ?? "store-broken"
}

/** The server ended the session, or takes none at the moment: it wrote nothing of what it had not committed. */
function isShutdown(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  return /^(?:08...|25P03|57P0[1-5])$/.test(error.code ?? "")
}
