// The ledger's store over kysely: one query text for every engine.
import type { ControlledTransaction } from "kysely"
import type { LedgerStore, LedgerTx, LogRow, SnapshotReads } from "../log/store.ts"
import { StoreError } from "../log/store.ts"
import { findRefusedRows } from "./census-rows.ts"
import { cosignatureWrites } from "./cosignature-rows.ts"
import { guarded, plain, storeError } from "./database.ts"
import type { Database } from "./database.ts"
import { inChunks, logOf, readsOn, snapshotReadsOn } from "./ledger-reads.ts"
import { insertSideRows } from "./side-rows.ts"
import type { Tables } from "./tables.ts"

/** Times that the row of a new log may lose its id to another one's, begun elsewhere at the same moment. */
const BEGIN_TRIES = 5

/** The store of an open database; closing the database is its opener's. */
export function createLedgerStore(database: Database): LedgerStore {
  return {
    ...readsOn(database, database.db),
    ...leases(database),
    ...cosignatureWrites(database),
    snapshot: (body) => runSnapshot(database, body),
    transaction: (body) => runTransaction(database, body),
    createLog: (origin, kind, emptyRoot) => createLog(database, origin, kind, emptyRoot),
  }
}

/** One statement, so that instances that begin logs at once cannot take one id or make one origin twice. */
async function createLog(
  database: Database,
  origin: string,
  kind: LogRow["kind"],
  emptyRoot: Uint8Array,
): Promise<LogRow> {
  const { db } = database
  const columns = ["id", "origin", "kind", "size", "root", "state", "policy"] as const
  const next = db
    .selectFrom("log")
    .select((e) => [
      e(e.fn.coalesce(e.fn.max("id"), e.val(0)), "+", 1).as("id"),
      e.val(origin).as("origin"),
      e.val<string>(kind).as("kind"),
      e.val(0).as("size"),
      e.val(emptyRoot).as("root"),
      e.val("open").as("state"),
      e.val("").as("policy"),
    ])
    .where((e) => e.val(1), "=", 1) // without it SQLite reads ON CONFLICT as part of the SELECT
  const insert = db.insertInto("log").columns(columns).expression(next)
  for (let attempt = 1; attempt <= BEGIN_TRIES; attempt++) {
    await guarded(database, () => insert.onConflict((conflict) => conflict.doNothing()).execute())
    const row = await readsOn(database, db).findLog(origin)
    if (row !== null) return row // else another instance took the id for another log
  }
  throw new StoreError("store-busy", "other instances begin logs at the same moment")
}

async function runTransaction<T>(database: Database, body: (tx: LedgerTx) => Promise<T>): Promise<T> {
  const tx = await guarded(database, () => database.db.startTransaction().execute())
  let result: T
  try {
    result = await body(transactionOf(database, tx))
  } catch (error) {
    await rollback(database, tx, error)
    throw storeError(database.engine, error)
  }
  try {
    await tx.commit().execute()
    return result
  } catch (cause) {
    const code = database.engine.refusedCommit(cause)
    if (code !== null) {
      await rollback(database, tx, cause)
      throw new StoreError(code, `COMMIT was answered ${code}`, { cause })
    }
    // Gives the connection back; whatever it says, nobody knows what became of the commit.
    const lost = await rollback(database, tx, cause).catch((error: unknown) => error)
    throw new StoreError("commit-outcome-unknown", "the outcome of a commit is not known", {
      cause: lost ?? cause,
    })
  }
}

async function rollback(
  { engine }: Database,
  tx: ControlledTransaction<Tables>,
  reason: unknown,
): Promise<void> {
  try {
    await tx.rollback().execute()
  } catch (cause) {
    if (engine.isRolledBack(cause)) return
    throw new StoreError("store-broken", "a rollback failed", { cause: new AggregateError([reason, cause]) })
  }
}

function transactionOf(database: Database, tx: ControlledTransaction<Tables>): LedgerTx {
  return {
    ...readsOn(database, tx),
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
    findRefusedRows: (rows) => guarded(database, () => findRefusedRows(tx, rows)),
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

async function runSnapshot<T>(database: Database, body: (reads: SnapshotReads) => Promise<T>): Promise<T> {
  // A transaction of SQLite sees one moment anyway, and is told nothing of it.
  const begin = database.db.startTransaction().setIsolationLevel("repeatable read")
  const tx = await guarded(database, () => begin.execute())
  try {
    return await body(snapshotReadsOn(database, tx))
  } finally {
    await rollback(database, tx, null)
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
