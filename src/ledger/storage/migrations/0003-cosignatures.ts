import { sql } from "kysely"
import type { Kysely } from "kysely"
import type { EngineDialect } from "../dialects/dialect.ts"
import type { Tables } from "../tables.ts"
import { columnsOf } from "./0001-ledger-and-service.ts"

/** What cosigners said of checkpoints. Not append-only: a newer date takes the place of an older one of the main log. */
export async function up(db: Kysely<Tables>, engine: EngineDialect): Promise<void> {
  const { text, int, blob } = columnsOf(engine)
  const columns = [
    `${int("log_id")} REFERENCES log (id)`,
    int("size"),
    text("name"),
    blob("key_id"),
    int("time"),
    blob("signature"),
    "PRIMARY KEY (log_id, size, name, key_id, time)",
  ]
  await sql.raw(`CREATE TABLE cosignature (${columns.join(", ")})`).execute(db)
}
