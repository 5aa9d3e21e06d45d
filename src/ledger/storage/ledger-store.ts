// The ledger's store over kysely: one query text for every engine.
import type { ControlledTransaction, Kysely } from "kysely"
import type {
  CheckpointRow,
  ClaimRow,
  EntryRow,
  LedgerReads,
  LedgerStore,
  LedgerTx,
  LogRow,
  SnapshotReads,
  TileRow,
} from "../log/store.ts"
import { StoreError } from "../log/store.ts"
import { guarded, plain, storeError } from "./database.ts"
import type { Database } from "./database.ts"
import { insertSideRows } from "./side-rows.ts"
import type { Tables } from "./tables.ts"

type Executor = Kysely<Tables> | ControlledTransaction<Tables>
/** Rows of one INSERT: below every engine's bound on parameters, 32,766 for SQLite. */
const ROWS_PER_INSERT = 500

/** The store of an open database; closing the database is its opener's. */
export function createLedgerStore(database: Database): LedgerStore {
  return {
    ...reads(database, database.db),
    ...leases(database),
    snapshot: (body) => runSnapshot(database, body),
    transaction: (body) => runTransaction(database, body),
    createLog: (origin, kind, emptyRoot) =>
      guarded(database, async () => {
        const found = await reads(database, database.db).findLog(origin)
        if (found !== null) return found
        const last = await database.db
          .selectFrom("log")
          .select((e) => e.fn.max("id").as("id"))
          .executeTakeFirst()
        const row = {
          id: (last?.id ?? 0) + 1,
          origin,
          kind,
          size: 0,
          root: emptyRoot,
          state: "open" as const,
          policy: "",
        }
        await database.db.insertInto("log").values(row).execute()
        return row
      }),
  }
}

async function runTransaction<T>(database: Database, body: (tx: LedgerTx) => Promise<T>): Promise<T> {
  const tx = await guarded(database, () => database.db.startTransaction().execute())
  let result: T
  try {
    result = await body(transactionOf(database, tx))
  } catch (error) {
    await rollback(tx, error)
    throw storeError(database.engine, error)
  }
  try {
    await tx.commit().execute()
    return result
  } catch (cause) {
    const code = database.engine.classify(cause)
    // Busy and full are answered before anything reaches the log file; whatever else COMMIT says, nobody knows.
    if (code !== "store-busy" && code !== "store-full") {
      throw new StoreError("commit-outcome-unknown", "the outcome of a commit is not known", { cause })
    }
    await rollback(tx, cause)
    throw storeError(database.engine, cause)
  }
}

async function rollback(tx: ControlledTransaction<Tables>, reason: unknown): Promise<void> {
  try {
    await tx.rollback().execute()
  } catch (cause) {
    // SQLite rolls back by itself after FULL and IOERR; then there is nothing left to roll back.
    if (cause instanceof Error && cause.message.includes("no transaction is active")) return
    throw new StoreError("store-broken", "a rollback failed", { cause: new AggregateError([reason, cause]) })
  }
}

function transactionOf(database: Database, tx: ControlledTransaction<Tables>): LedgerTx {
  return {
    ...reads(database, tx),
    ...growth(database, tx),
    lockHead: async (logId) => {
      // A write as the first statement takes SQLite's write lock and a row lock elsewhere, alike.
      const query = tx.updateTable("log").set((e) => ({ size: e.ref("size") }))
      const row = await guarded(database, () =>
        query.where("id", "=", logId).returningAll().executeTakeFirst(),
      )
      return row === undefined ? null : logOf(row)
    },
    findIdempotency: async (keys) => {
      if (keys.length === 0) return []
      const rows = await guarded(database, () =>
        tx.selectFrom("idempotency").selectAll().where("key", "in", keys).execute(),
      )
      return rows.map((row) => ({
        key: plain(row.key),
        bodySha256: plain(row.body_sha256),
        status: row.status,
        ref: row.ref,
        expiresAtUnixSeconds: row.expires_at,
      }))
    },
    insertClaims: async (logId, rows) => {
      const values = rows.map(({ key, entryIndex }) => ({ log_id: logId, key, entry_index: entryIndex }))
      const run = () => inChunks(values, (chunk) => tx.insertInto("claim").values(chunk).execute())
      await guarded(database, run, "claim-conflict")
    },
    insertSideRows: (placed) => guarded(database, () => insertSideRows(tx, placed)),
  }
}

/** What only ever grows: here a refused key or trigger means that somebody wrote another history. */
function growth(
  database: Database,
  tx: ControlledTransaction<Tables>,
): Pick<LedgerTx, "insertEntries" | "putTiles" | "insertCheckpoint" | "moveHead"> {
  const inconsistent = (run: () => Promise<unknown>) => guarded(database, run, "store-inconsistent")
  return {
    insertEntries: async (logId, rows) => {
      const values = rows.map(({ index, kind, body }) => ({ log_id: logId, idx: index, kind, body }))
      await inconsistent(() => inChunks(values, (chunk) => tx.insertInto("entry").values(chunk).execute()))
    },
    putTiles: async (logId, rows) => {
      const values = rows.map((row) => ({ log_id: logId, ...row }))
      const put = (chunk: typeof values) =>
        tx
          .insertInto("tile")
          .values(chunk)
          .onConflict((conflict) =>
            conflict
              .columns(["log_id", "level", "n"])
              .doUpdateSet((e) => ({ hashes: e.ref("excluded.hashes") })),
          )
          .execute()
      await inconsistent(() => inChunks(values, put))
    },
    insertCheckpoint: async (logId, row) => {
      await inconsistent(() =>
        tx
          .insertInto("checkpoint")
          .values({ log_id: logId, ...row })
          .execute(),
      )
    },
    moveHead: async (logId, from, to, state) => {
      const query = tx
        .updateTable("log")
        .set({ size: to.size, root: to.root, state })
        .where("id", "=", logId)
        .where("size", "=", from.size)
        .where("root", "=", from.root)
      const result = await guarded(database, () => query.executeTakeFirst(), "store-inconsistent")
      return Number(result.numUpdatedRows)
    },
  }
}

function reads(database: Database, db: Executor): LedgerReads {
  return {
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

async function runSnapshot<T>(database: Database, body: (reads: SnapshotReads) => Promise<T>): Promise<T> {
  const tx = await guarded(database, () => database.db.startTransaction().execute())
  try {
    return await body(snapshotReads(database, tx))
  } finally {
    await guarded(database, () => tx.rollback().execute())
  }
}

function snapshotReads(database: Database, db: Executor): SnapshotReads {
  return {
    ...reads(database, db),
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

function leases(database: Database): Pick<LedgerStore, "takeLease" | "releaseLease" | "findLeaseHolder"> {
  return {
    takeLease: async (name, holder, now, until) => {
      const query = database.db
        .insertInto("lease")
        .values({ name, holder, expires_at: until })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({ holder, expires_at: until })
            .where((e) => e.or([e("lease.expires_at", "<", now), e("lease.holder", "=", holder)])),
        )
      const result = await guarded(database, () => query.executeTakeFirst())
      return result.numInsertedOrUpdatedRows === 1n
    },
    releaseLease: async (name, holder) => {
      const query = database.db.deleteFrom("lease").where("name", "=", name).where("holder", "=", holder)
      await guarded(database, () => query.execute())
    },
    findLeaseHolder: async (name) => {
      const query = database.db.selectFrom("lease").select("holder").where("name", "=", name)
      return (await guarded(database, () => query.executeTakeFirst()))?.holder ?? null
    },
  }
}

async function inChunks<T>(rows: readonly T[], run: (chunk: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) await run(rows.slice(at, at + ROWS_PER_INSERT))
}

function logOf(row: Tables["log"]): LogRow {
  const state = row.state === "closed" ? "closed" : "open"
  return {
    id: row.id,
    origin: row.origin,
    kind: "main",
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
