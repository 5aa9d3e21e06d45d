// Reads of the ledger's tables; every row leaves as the contract has it, bytes as plain arrays.
import type { ControlledTransaction, Kysely } from "kysely"
import type {
  CheckpointRow,
  ClaimRow,
  EntryRow,
  LedgerReads,
  LogRow,
  SnapshotReads,
  TileRow,
} from "../log/store.ts"
import { cosignatureReads } from "./cosignature-rows.ts"
import { guarded, plain } from "./database.ts"
import type { Database } from "./database.ts"
import type { Tables } from "./tables.ts"

type Executor = Kysely<Tables> | ControlledTransaction<Tables>
/** Rows of one statement: below every engine's bound on parameters, 32,766 for SQLite. */
const ROWS_PER_STATEMENT = 500

/** Reads on a connection or in a transaction. */
export function readsOn(database: Database, db: Executor): LedgerReads {
  return {
    ...cosignatureReads(database, db),
    findLog: async (origin) => {
      const row = await guarded(database, () =>
        db.selectFrom("log").selectAll().where("origin", "=", origin).executeTakeFirst(),
      )
      return row === undefined ? null : logOf(row)
    },
    listLogs: async () => {
      const rows = await guarded(database, () => db.selectFrom("log").selectAll().orderBy("id").execute())
      return rows.map(logOf)
    },
    readEntries: async (logId, from, to) => {
      const query = db.selectFrom("entry").selectAll().where("log_id", "=", logId).where("idx", ">=", from)
      const rows = await guarded(database, () => query.where("idx", "<", to).orderBy("idx").execute())
      return rows.map((row): EntryRow => ({ index: row.idx, kind: row.kind, body: plain(row.body) }))
    },
    readTiles: async (logId, places) => {
      const found: TileRow[] = []
      for (const { level, n } of places) {
        const query = db.selectFrom("tile").select("hashes").where("log_id", "=", logId)
        const row = await guarded(database, () =>
          query.where("level", "=", level).where("n", "=", n).executeTakeFirst(),
        )
        if (row !== undefined) found.push({ level, n, hashes: plain(row.hashes) })
      }
      return found
    },
    findCheckpoint: async (logId, size) => {
      const query = db
        .selectFrom("checkpoint")
        .selectAll()
        .where("log_id", "=", logId)
        .where("size", "=", size)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : checkpointOf(row)
    },
    listCheckpoints: async (logId, afterSize, limit) => {
      const query = db
        .selectFrom("checkpoint")
        .selectAll()
        .where("log_id", "=", logId)
        .where("size", ">", afterSize)
      const rows = await guarded(database, () => query.orderBy("size").limit(limit).execute())
      return rows.map(checkpointOf)
    },
    findClaims: async (logId, keys) => {
      const found: ClaimRow[] = []
      await inChunks(keys, async (chunk) => {
        const query = db.selectFrom("claim").selectAll().where("log_id", "=", logId).where("key", "in", chunk)
        found.push(...(await guarded(database, () => query.execute())).map(claimOf))
      })
      return found
    },
  }
}

/** The reads of a check of the whole log. */
export function snapshotReadsOn(database: Database, db: Executor): SnapshotReads {
  return {
    ...readsOn(database, db),
    checkIntegrity: () => Promise.resolve(database.engine.checkIntegrity()),
    listClaims: async (logId, afterKey, limit) => {
      const query = db.selectFrom("claim").selectAll().where("log_id", "=", logId).where("key", ">", afterKey)
      return (await guarded(database, () => query.orderBy("key").limit(limit).execute())).map(claimOf)
    },
    listTiles: async (logId, level, from, limit) => {
      const query = db.selectFrom("tile").selectAll().where("log_id", "=", logId).where("level", "=", level)
      const rows = await guarded(database, () =>
        query.where("n", ">=", from).orderBy("n").limit(limit).execute(),
      )
      return rows.map((row) => ({ level: row.level, n: row.n, hashes: plain(row.hashes) }))
    },
    listOpenings: async (fromIndex, limit) => {
      const query = db.selectFrom("presentation").select(["entry_index", "salt", "opening"])
      const kept = query.where("entry_index", ">=", fromIndex).where("opening", "is not", null)
      const rows = await guarded(database, () => kept.orderBy("entry_index").limit(limit).execute())
      return rows.flatMap(({ entry_index: index, salt, opening }) =>
        salt === null || opening === null ? [] : [{ index, salt: plain(salt), opening: plain(opening) }],
      )
    },
  }
}

/** Runs a statement on at most so many rows at a time that every engine takes their parameters. */
export async function inChunks<T>(rows: readonly T[], run: (chunk: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT)
    await run(rows.slice(at, at + ROWS_PER_STATEMENT))
}

/** The contract's form of a log row. */
export function logOf(row: Tables["log"]): LogRow {
  const state = row.state === "closed" ? "closed" : "open"
  return {
    id: row.id,
    origin: row.origin,
    kind: row.kind === "election" ? "election" : "main",
    size: row.size,
    root: plain(row.root),
    state,
    policy: row.policy,
  }
}

function checkpointOf(row: Tables["checkpoint"]): CheckpointRow {
  return { size: row.size, root: plain(row.root), signature: plain(row.signature) }
}

function claimOf(row: Tables["claim"]): ClaimRow {
  return { key: plain(row.key), entryIndex: row.entry_index }
}
