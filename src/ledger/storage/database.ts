// One open database: the pool, its engine, and the one place where a driver's error becomes a store's error.
import { Kysely } from "kysely"
import { StoreError } from "../log/store.ts"
import type { StoreErrorCode } from "../log/store.ts"
import type { EngineDialect } from "./dialects/dialect.ts"
import { openPostgres } from "./dialects/postgres.ts"
import { openSqlite } from "./dialects/sqlite.ts"
import type { Tables } from "./tables.ts"

/** An open database. */
export interface Database {
  readonly db: Kysely<Tables>
  readonly engine: EngineDialect
}

/** How a database is opened. */
export interface OpenOptions {
  /** For fsck and export beside a running service; never creates, never migrates. */
  readonly readonly?: boolean
  /** Of the PostgreSQL user; secret. */
  readonly password?: string | null
}

/** True for the address of a PostgreSQL database; anything else is the path of a SQLite file. */
export const isPostgresAddress = (address: string): boolean => /^postgres(?:ql)?:\/\//.test(address)

/**
 * Opens a database; a commit is durable once answered, proven for SQLite here and for PostgreSQL on each connection.
 * @param address - path of a SQLite file, created when missing unless opened for reading only; or `postgres://...`
 * @throws StoreError `store-broken`
 */
export function openDatabase(address: string, options: OpenOptions = {}): Database {
  const engine = isPostgresAddress(address) ? openPostgres(address, options) : openSqlite(address, options)
  return { db: new Kysely<Tables>({ dialect: engine.dialect }), engine }
}

/**
 * Runs one statement or more and names what went wrong.
 * @param conflict - the code of a refused UNIQUE key or trigger at this place
 */
export async function guarded<T>(
  { engine }: Database,
  run: () => Promise<T>,
  conflict: StoreErrorCode = "store-conflict",
): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw storeError(engine, cause, conflict)
  }
}

/** The store's error for a driver's; anything else is passed on unchanged. */
export function storeError(
  engine: EngineDialect,
  cause: unknown,
  conflict: StoreErrorCode = "store-conflict",
): unknown {
  const code = engine.classify(cause)
  if (code === null) return cause
  const named = code === "store-conflict" ? conflict : code
  return new StoreError(named, `the database answered ${named}`, { cause })
}

/** A driver's buffer as a plain byte array. */
export const plain = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The same for a column that may have been erased. */
export const plainOrNull = (bytes: Uint8Array | null): Uint8Array | null =>
  bytes === null ? null : plain(bytes)
