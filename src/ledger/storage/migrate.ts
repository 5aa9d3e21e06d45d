// One forward-only list. A migration that ran anywhere is never edited again.
import { sql } from "kysely"
import type { Kysely } from "kysely"
import { StoreError } from "../log/store.ts"
import type { Database } from "./database.ts"
import { up as ledgerAndService } from "./migrations/0001-ledger-and-service.ts"
import { up as elections } from "./migrations/0002-elections.ts"
import type { Tables } from "./tables.ts"
import { up as cosignatures } from "./migrations/0003-cosignatures.ts"

const MIGRATIONS = [ledgerAndService, elections, cosignatures]

/** The schema version that this program writes. */
const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Brings the schema to `SCHEMA_VERSION`, each step in a transaction of its own; does nothing when it is there. Of several
 * instances that start at once, one takes each step.
 */
export async function migrate(database: Database): Promise<void> {
  if ((await findVersion(database.db)) >= SCHEMA_VERSION) return
  for (const [i, up] of MIGRATIONS.entries()) {
    await database.db.transaction().execute(async (tx) => {
      const { migrationLock } = database.engine
      if (migrationLock !== null) await sql.raw(migrationLock).execute(tx)
      await sql
        .raw("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL PRIMARY KEY)")
        .execute(tx)
      if (i + 1 <= (await findVersion(tx))) return
      await up(tx, database.engine)
      await tx
        .insertInto("schema_version")
        .values({ version: i + 1 })
        .execute()
    })
  }
}

/**
 * Refuses a schema this program does not know; one version ahead is tolerated, so that instances may be upgraded one
 * by one. Also refuses a file whose triggers are gone: append-only would then be a habit and no longer a rule.
 * @throws StoreError `store-broken`
 */
export async function assertSchema(database: Database): Promise<void> {
  const version = await findVersion(database.db)
  if (version < SCHEMA_VERSION || version > SCHEMA_VERSION + 1) {
    throw new StoreError("store-broken", `expected schema version ${SCHEMA_VERSION}, found ${version}`)
  }
  const { rows } = await sql.raw<{ name: string }>(database.engine.standingTriggers).execute(database.db)
  const missing = database.engine.triggers.find(({ name }) => !rows.some((row) => row.name === name))
  if (missing !== undefined) throw new StoreError("store-broken", `the trigger ${missing.name} is missing`)
}

async function findVersion(db: Kysely<Tables>): Promise<number> {
  const tables = await db.introspection.getTables()
  if (!tables.some((table) => table.name === "schema_version")) return 0
  const row = await db
    .selectFrom("schema_version")
    .select((e) => e.fn.max("version").as("version"))
    .executeTakeFirst()
  return row?.version ?? 0
}
