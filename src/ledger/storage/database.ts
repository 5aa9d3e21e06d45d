// One open database: the pool, its engine, and the one place where a driver's error becomes a store's error.
import { Kysely } from "kysely"
import { StoreError } from "../log/store.ts"
import type { StoreErrorCode } from "../log/store.ts"
import { openSqlite } from "./dialects/sqlite.ts"
import type { EngineDialect } from "./dialects/sqlite.ts"
import type { Tables } from "./tables.ts"

/** An open database. */
export interface Database {
  readonly db: Kysely<Tables>
  readonly engine: EngineDialect
}

/**
 * Opens a SQLite file, WAL and FULL proven.
 * @param path - created when missing, unless opened for reading only
 * @throws StoreError `store-broken`
 */
export function openDatabase(path: string, options: { readonly readonly?: boolean } = {}): Database {
  const engine = openSqlite(path, options)
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
