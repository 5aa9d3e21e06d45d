// Cosignatures of stored checkpoints: written by the feed beside the sequencer, never in its transaction.
import type { ControlledTransaction, Kysely } from "kysely"
import type { CosignatureRow, LedgerReads, LedgerStore } from "../log/store.ts"
import { guarded, plain } from "./database.ts"
import type { Database } from "./database.ts"
import type { Tables } from "./tables.ts"

/** The read of cosignatures on a connection or in a transaction. */
export function cosignatureReads(
  database: Database,
  db: Kysely<Tables> | ControlledTransaction<Tables>,
): Pick<LedgerReads, "listCosignatures"> {
  return {
    listCosignatures: async (logId, from, to, limit) => {
      const query = db.selectFrom("cosignature").selectAll().where("log_id", "=", logId)
      const inside = query.where("size", ">=", from).where("size", "<=", to)
      const ordered = inside.orderBy("size", "desc").orderBy("time").limit(limit)
      return (await guarded(database, () => ordered.execute())).map((row): CosignatureRow => ({
        size: row.size,
        name: row.name,
        keyId: plain(row.key_id),
        timeUnixSeconds: row.time,
        signature: plain(row.signature),
      }))
    },
  }
}

/** The write of cosignatures. */
export function cosignatureWrites(database: Database): Pick<LedgerStore, "putCosignature"> {
  const { db } = database
  return {
    putCosignature: async (logId, { size, name, keyId, timeUnixSeconds, signature }, older) => {
      const row = { log_id: logId, size, name, key_id: keyId, time: timeUnixSeconds, signature }
      const insert = db.insertInto("cosignature").values(row)
      await guarded(database, () => insert.onConflict((conflict) => conflict.doNothing()).execute())
      if (older === "kept") return
      // The new one is there before the old one goes: a reader never sees a head that lost its quorum.
      const same = db.deleteFrom("cosignature").where("log_id", "=", logId).where("size", "=", size)
      const outdated = same.where("name", "=", name).where("key_id", "=", keyId)
      await guarded(database, () => outdated.where("time", "<", timeUnixSeconds).execute())
    },
  }
}
