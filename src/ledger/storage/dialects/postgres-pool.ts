// Connections to PostgreSQL: every one has its time limits and proves, before its first use, that a commit is on the disk.
import pg from "pg"
import type { PostgresPool, PostgresPoolClient } from "kysely"
import { StoreError } from "../../log/store.ts"

/** How a database is opened. */
export interface PoolOptions {
  /** Secret; null when the server trusts the operating system's user. */
  readonly password?: string | null
  /** Refuses every write. */
  readonly readonly?: boolean
}

/** A pool that kysely can use. */
export interface Pool extends PostgresPool {
  readonly readSetting: (name: string) => Promise<string>
}

/** The connection broke, or was never made: what it had not committed will never be. */
export class ConnectionLost extends Error {}

/** Connections of one process: one for each sequencer that writes, the rest for reads. The server's default is 100. */
const MAX_CONNECTIONS = 12
const CONNECT_TIMEOUT_MS = 10_000
/** A writer waits this long for the head of a log, then tries again. */
const LOCK_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 30_000
/** A stuck instance cannot hold the head row for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
/** The server answers in time or the connection is given up: a severed network says nothing. */
const SILENCE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000

/** Settings without which an acknowledged commit may be lost; each must have one of the values. */
const DURABLE: Readonly<Record<string, readonly string[]>> = {
  fsync: ["on"],
  full_page_writes: ["on"],
  synchronous_commit: ["on", "remote_apply"],
}

/** Prepares a pool; nothing is connected before the first query. */
export function openPool(address: string, { password = null, readonly = false }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: address,
    ...(password === null ? {} : { password }),
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: SILENCE_TIMEOUT_MS,
    application_name: "sotto",
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    ...(readonly ? { options: "-c default_transaction_read_only=on" } : {}),
  })
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => undefined)
  const proven = new WeakSet()
  const connect = async (): Promise<CheckedClient> => {
    const client = new CheckedClient(await lostWhenBroken(() => pool.connect()))
    if (proven.has(client.raw)) return client
    // The pool listens while a connection is idle only; the query that was under way hears of the loss itself.
    client.raw.on("error", () => undefined)
    try {
      await prove(client)
    } catch (error) {
      client.discard()
      throw error
    }
    proven.add(client.raw)
    return client
  }
  return {
    connect: async () => (await connect()) as unknown as PostgresPoolClient, // no cursors are asked of it
    end: () => pool.end(),
    readSetting: async (name) => {
      const client = await connect()
      try {
        return await settingOf(client, name)
      } finally {
        client.release()
      }
    },
  }
}

/** A connection whose COMMIT is believed only when the server says that it committed. */
class CheckedClient {
  readonly raw: pg.PoolClient
  #isBroken = false

  constructor(raw: pg.PoolClient) {
    this.raw = raw
  }

  async query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    let result: pg.QueryResult
    try {
      result = await lostWhenBroken(() => this.raw.query(text, [...values]))
    } catch (error) {
      // Whatever is still on its way to this connection is nobody's any more.
      if (!(error instanceof pg.DatabaseError) || error.severity === "FATAL") this.#isBroken = true
      throw error
    }
    // After a failed statement COMMIT answers ROLLBACK, and no error.
    if (text === "commit" && result.command !== "COMMIT")
      throw new StoreError("store-broken", `COMMIT was answered ${result.command}`)
    return result
  }

  release(): void {
    this.raw.release(this.#isBroken)
  }

  discard(): void {
    this.raw.release(true)
  }
}

/** @throws StoreError `store-broken` when the server may lose what it acknowledged */
async function prove(client: CheckedClient): Promise<void> {
  for (const [name, allowed] of Object.entries(DURABLE)) {
    const found = await settingOf(client, name)
    if (!allowed.includes(found))
      throw new StoreError("store-broken", `expected ${name} = ${allowed.join(" or ")}, found ${found}`)
    // Pinned: a reload of the server's files does not change it under a session that has proven it.
    if (name === "synchronous_commit") await client.query("SELECT set_config($1, $2, false)", [name, found])
  }
}

async function settingOf(client: CheckedClient, name: string): Promise<string> {
  const { rows } = await client.query("SELECT current_setting($1) AS value", [name])
  return (rows as readonly { readonly value: string }[])[0]?.value ?? ""
}

/** Names whatever is neither the server's answer nor a mistake in what was asked. */
async function lostWhenBroken<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof pg.DatabaseError || cause instanceof RangeError || cause instanceof TypeError)
      throw cause
    throw new ConnectionLost("the connection to the database is lost", { cause })
  }
}

const INT8 = 20 // the type's number in the server's catalogue

/** Our own table, so that no other user of the driver is changed. */
function parserOf(type: number, format?: "text" | "binary"): unknown {
  const shipped = pg.types.getTypeParser as (type: number, format?: "text" | "binary") => unknown
  return type === INT8 && format !== "binary" ? parseInt8 : shipped(type, format)
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError("an integer of the database is beyond 2^53 - 1")
  return value
}
