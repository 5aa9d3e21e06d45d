import { sql } from "kysely"
import type { Kysely } from "kysely"
import type { EngineDialect } from "../dialects/dialect.ts"
import type { Tables } from "../tables.ts"
import { columnsOf } from "./0001-ledger-and-service.ts"

/** Censuses with their leaves, enrolments that were asked for, and where each election's log is. */
export async function up(db: Kysely<Tables>, engine: EngineDialect): Promise<void> {
  const { text, int, blob, bytes, integer } = columnsOf(engine)
  const tables = {
    census: [
      `${text("id")} PRIMARY KEY`,
      blob("plan"),
      text("state"),
      `document ${bytes}`,
      `frozen_at ${integer}`,
      int("leaves"),
      int("total_weight"),
      int("replacements"),
    ],
    census_leaf: [
      `${text("census_id")} REFERENCES census (id)`,
      blob("slot"),
      blob("leaf"),
      blob("commitment"),
      int("weight"),
      blob("evidence"),
      text("state"),
      int("enrolled_day"),
      "PRIMARY KEY (census_id, leaf)", // replaced ones included: none returns
      "UNIQUE (census_id, commitment)",
    ],
    enrolment: [
      `${text("request_id")} PRIMARY KEY`,
      text("census_id"),
      blob("commitment"),
      int("created_at"),
    ],
    election: [
      `${text("ceremony_id")} PRIMARY KEY`,
      `${text("origin")} UNIQUE`,
      "election_id text UNIQUE",
      `definition_sha256 ${bytes}`,
      "census_id text",
    ],
  }
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`CREATE TABLE ${name} (${columns.join(", ")})`).execute(db)
  }
  // One leaf counts in a slot, whatever a program does.
  await sql
    .raw("CREATE UNIQUE INDEX census_leaf_live ON census_leaf (census_id, slot) WHERE state = 'live'")
    .execute(db)
  await sql.raw("CREATE INDEX enrolment_by_age ON enrolment (created_at)").execute(db)
  for (const { migration, create } of engine.triggers) {
    if (migration === 2) await sql.raw(create).execute(db)
  }
}
