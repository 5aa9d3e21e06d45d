// Databases of the engine under test: a SQLite file in a folder, or a database of the run's own PostgreSQL server.
import { randomBytes } from "node:crypto"
import { copyFile, rm } from "node:fs/promises"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import pg from "pg"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { isPostgresAddress } from "../../src/ledger/storage/database.ts"
import { MEMORY } from "./postgres-server.ts"

/** The database from which all others of a server are copied: its schema is made once. */
const TEMPLATE = "sotto_template"

/** The address of the server's own database; null when the engine under test is SQLite. */
const server = (): string | null => process.env["TEST_POSTGRES"] ?? null

/** True when the tests of this file run on PostgreSQL. */
export const isOnPostgres = (): boolean => server() !== null

/** Makes the schema that every database of a server begins with. @param address - of the server's own database */
export async function makeTemplate(address: string): Promise<void> {
  await query(address, `CREATE DATABASE ${TEMPLATE}`)
  await (await openStores(named(address, TEMPLATE))).close()
}

/** A database without a log. @returns its address, to be given up by `discardDatabase` */
export async function makeDatabase(folder: string): Promise<string> {
  const address = server()
  if (address === null) return join(folder, "sotto.db")
  const made = named(address, `t_${randomBytes(8).toString("hex")}`)
  await emptyDatabase(made)
  return made
}

/** Throws away everything that a database holds. */
export async function emptyDatabase(address: string): Promise<void> {
  await dropDatabase(address)
  if (isPostgresAddress(address))
    await query(address, `CREATE DATABASE ${nameOf(address)} TEMPLATE ${TEMPLATE} STRATEGY file_copy`)
}

/** Whoever is connected to it is cut off. */
async function dropDatabase(address: string): Promise<void> {
  if (isPostgresAddress(address))
    await query(address, `DROP DATABASE IF EXISTS ${nameOf(address)} WITH (FORCE)`)
  else for (const suffix of ["", "-wal", "-shm"]) await rm(`${address}${suffix}`, { force: true })
}

/** Takes away every table of a PostgreSQL database, its schema's version as well. */
export async function dropSchema(address: string): Promise<void> {
  await runStatements(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
}

/** The address of a database that does not exist. */
export const beside = (address: string): string =>
  isPostgresAddress(address) ? named(address, `${nameOf(address)}_none`) : `${address}.none`

/** Gives up a database. On a disk a drop waits for a checkpoint, and the server's folder goes when the run ends. */
export async function discardDatabase(address: string): Promise<void> {
  if (!isPostgresAddress(address) || address.includes(`host=${MEMORY}/`)) await dropDatabase(address)
}

/** Copies a database that nobody has open. @returns the copy's address */
export async function backUp(address: string): Promise<string> {
  const copy = isPostgresAddress(address) ? named(address, `${nameOf(address)}_old`) : `${address}.old`
  await copyDatabase(address, copy)
  return copy
}

/** Puts the copy of `backUp` in a database's place. */
export async function restore(address: string): Promise<void> {
  if (isPostgresAddress(address)) await copyDatabase(named(address, `${nameOf(address)}_old`), address)
  else await copyDatabase(`${address}.old`, address)
}

async function copyDatabase(from: string, to: string): Promise<void> {
  if (!isPostgresAddress(from)) {
    await copyFile(from, to)
    return
  }
  await dropDatabase(to)
  await query(from, `CREATE DATABASE ${nameOf(to)} TEMPLATE ${nameOf(from)}`)
}

/** Edits a database as somebody would who can do anything to it: no trigger and no foreign key holds him up. */
export async function editDatabase(address: string, ...statements: readonly string[]): Promise<void> {
  if (isPostgresAddress(address)) {
    await onClient(address, async (client) => {
      await client.query("SET session_replication_role = replica")
      for (const statement of statements) await client.query(inPostgres(statement))
    })
    return
  }
  const file = new Sqlite(address)
  const triggers = file.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string
    sql: string
  }[]
  for (const { name } of triggers) file.exec(`DROP TRIGGER ${name}`)
  for (const statement of statements) file.exec(statement)
  for (const { sql } of triggers) file.exec(sql)
  file.close()
}

/** Runs statements as any program may that opens the database; rejects as the engine refuses. */
export async function runStatements(address: string, ...statements: readonly string[]): Promise<void> {
  if (isPostgresAddress(address)) {
    await onClient(address, async (client) => {
      for (const statement of statements) await client.query(inPostgres(statement))
    })
    return
  }
  const file = new Sqlite(address)
  try {
    file.pragma("recursive_triggers = ON")
    for (const statement of statements) file.exec(statement)
  } finally {
    file.close()
  }
}

/** Byte strings as PostgreSQL spells them; the tests' statements are SQLite's. */
function inPostgres(statement: string): string {
  return statement
    .replace(/x'([0-9a-f]*)'/g, String.raw`'\x$1'::bytea`)
    .replace(/zeroblob\((\d+)\)/g, "decode(repeat('00', $1), 'hex')")
    .replace(/ AS BLOB\)/g, " AS bytea)")
}

const nameOf = (address: string): string => /\/(\w+)\?/.exec(address)?.[1] ?? ""
const named = (address: string, name: string): string => address.replace(/\/\w+\?/, `/${name}?`)

const query = (address: string, statement: string): Promise<void> =>
  onClient(named(address, "postgres"), async (client) => {
    await client.query(statement)
  })

async function onClient(address: string, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: address })
  client.on("error", () => undefined)
  await client.connect()
  try {
    await run(client)
  } finally {
    await client.end()
  }
}
