import { sql } from "kysely"
import type { Kysely } from "kysely"
import type { EngineDialect } from "../dialects/dialect.ts"
import type { Tables } from "../tables.ts"

/** Logs, their entries and claims, and what the service keeps beside them. */
export async function up(db: Kysely<Tables>, engine: EngineDialect): Promise<void> {
  for (const [name, columns] of Object.entries({
    ...logTables(engine),
    ...serviceTables(engine),
    ...registryTables(engine),
  })) {
    await sql.raw(`CREATE TABLE ${name} (${columns.join(", ")})`).execute(db)
  }
  await sql
    .raw("CREATE INDEX presentation_request_by_verifier ON presentation_request (verifier_id, created_at)")
    .execute(db)
  for (const { migration, create } of engine.triggers) {
    if (migration === 1) await sql.raw(create).execute(db)
  }
}

type TableColumns = Readonly<Record<string, readonly string[]>>

/** Spells columns that are never null, in the engine's types. */
export function columnsOf({ text, bytes, integer }: EngineDialect) {
  const column = (type: string) => (name: string) => `${name} ${type} NOT NULL`
  return { text: column(text), int: column(integer), blob: column(bytes), bytes, integer }
}

function logTables(engine: EngineDialect): TableColumns {
  const { text, int, blob, integer } = columnsOf(engine)
  const logId = `${int("log_id")} REFERENCES log (id)`
  return {
    log: [
      `${int("id")} PRIMARY KEY`,
      `${text("origin")} UNIQUE`,
      text("kind"),
      int("size"),
      blob("root"),
      text("state"),
      text("policy"),
    ],
    entry: [logId, int("idx"), text("kind"), blob("body"), "PRIMARY KEY (log_id, idx)"],
    tile: [logId, int("level"), int("n"), blob("hashes"), "PRIMARY KEY (log_id, level, n)"],
    checkpoint: [logId, int("size"), blob("root"), blob("signature"), "PRIMARY KEY (log_id, size)"],
    claim: [logId, blob("key"), `entry_index ${integer}`, "PRIMARY KEY (log_id, key)"],
  }
}

function serviceTables(engine: EngineDialect): TableColumns {
  const { text, int, blob, bytes, integer } = columnsOf(engine)
  return {
    presentation_request: [
      `${text("id")} PRIMARY KEY`,
      text("verifier_id"),
      blob("body"),
      text("state"),
      int("created_at"),
      int("expires_at"),
    ],
    presentation: [
      `${int("entry_index")} PRIMARY KEY`,
      `${text("request_id")} UNIQUE`,
      `salt ${bytes}`,
      `opening ${bytes}`,
      `evidence ${bytes}`,
      int("retain_until"),
    ],
    idempotency: [
      `${blob("key")} PRIMARY KEY`,
      blob("body_sha256"),
      int("status"),
      text("ref"),
      int("expires_at"),
    ],
    blob: [`${blob("sha256")} PRIMARY KEY`, text("media_type"), blob("bytes"), `erase_after ${integer}`],
    client: [
      `${text("key_id")} PRIMARY KEY`,
      blob("secret_sha256"),
      text("role"),
      text("subject"),
      text("scopes"),
      int("created_at"),
      `revoked_at ${integer}`,
    ],
  }
}

function registryTables(engine: EngineDialect): TableColumns {
  const { text, int, blob } = columnsOf(engine)
  return {
    issuer: [
      text("registry"),
      text("id"),
      text("key_x"),
      blob("body"),
      text("state"),
      "PRIMARY KEY (registry, id)",
      "UNIQUE (registry, key_x)",
    ],
    status_list: [
      text("registry"),
      text("issuer_id"),
      text("schema_id"),
      int("leaf_index"),
      int("number"),
      int("signed_at"),
      int("urgent"),
      blob("body"),
      "PRIMARY KEY (registry, issuer_id, schema_id)",
      "UNIQUE (registry, leaf_index)",
    ],
    registry_epoch: [
      text("registry"),
      int("number"),
      text("root"),
      blob("bundle_sha256"),
      int("entry_index"),
      int("not_before"),
      int("urgent"),
      "PRIMARY KEY (registry, number)",
    ],
    verifier: [`${text("id")} PRIMARY KEY`, blob("body"), int("entry_index"), text("state")],
    lease: [`${text("name")} PRIMARY KEY`, text("holder"), int("expires_at")],
  }
}
