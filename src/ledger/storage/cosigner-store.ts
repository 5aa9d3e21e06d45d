// A cosigner's memory in a SQLite file of its own, WAL and FULL: what it signed is on the disk before it says so.
import { Kysely, sql } from "kysely"
import type { CosignedHead, CosignerStore } from "../../parties/cosigner/store.ts"
import { plain, storeError } from "./database.ts"
import { openSqlite } from "./dialects/sqlite.ts"
import type { EngineDialect } from "./dialects/dialect.ts"

interface CosignerTables {
  cosigned: { origin: string; size: number; root: Uint8Array; note: Uint8Array }
  split_view: { origin: string; size: number; first: Uint8Array; second: Uint8Array }
}

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS cosigned (origin text NOT NULL PRIMARY KEY, size bigint NOT NULL, root blob NOT NULL,
     note blob NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS split_view (origin text NOT NULL, size bigint NOT NULL, first blob NOT NULL,
     second blob NOT NULL, PRIMARY KEY (origin, size))`,
  // Whatever program opens the file: what was signed is never unsaid.
  `CREATE TRIGGER IF NOT EXISTS cosigned_delete_refused BEFORE DELETE ON cosigned
     BEGIN SELECT RAISE(ABORT, 'a cosigner never forgets a log'); END`,
  `CREATE TRIGGER IF NOT EXISTS cosigned_update_refused BEFORE UPDATE ON cosigned
     WHEN new.size < old.size OR new.origin <> old.origin OR (new.size = old.size AND new.root <> old.root)
     BEGIN SELECT RAISE(ABORT, 'a cosigner never goes back'); END`,
]

/** An open store of a cosigner. */
export interface OpenCosignerStore extends CosignerStore {
  readonly close: () => Promise<void>
}

/** Opens a cosigner's file, making it when it is missing. @throws StoreError `store-broken` */
export async function openCosignerStore(
  path: string,
  options: { readonly readonly?: boolean } = {},
): Promise<OpenCosignerStore> {
  const engine = openSqlite(path, options)
  const db = new Kysely<CosignerTables>({ dialect: engine.dialect })
  const run = guard(engine)
  if (options.readonly !== true)
    for (const statement of SCHEMA) await run(() => sql.raw(statement).execute(db))
  return {
    find: async (origin) => {
      const query = db.selectFrom("cosigned").selectAll().where("origin", "=", origin)
      const row = await run(() => query.executeTakeFirst())
      return row === undefined ? null : { size: row.size, root: plain(row.root), checkpoint: plain(row.note) }
    },
    advance: (origin, from, to) => run(() => advance(db, origin, from, to)),
    listOrigins: async () =>
      (await run(() => db.selectFrom("cosigned").select("origin").execute())).map(({ origin }) => origin),
    keepEvidence: async ({ origin, size, checkpoints: [first, second] }) => {
      const row = { origin, size, first, second }
      const query = db
        .insertInto("split_view")
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
      await run(() => query.execute())
    },
    listEvidence: async () => {
      const rows = await run(() => db.selectFrom("split_view").selectAll().orderBy("origin").execute())
      return rows.map(({ origin, size, first, second }) => ({
        origin,
        size,
        checkpoints: [plain(first), plain(second)] as const,
      }))
    },
    close: () => db.destroy(),
  }
}

async function advance(
  db: Kysely<CosignerTables>,
  origin: string,
  from: CosignedHead | null,
  { size, root, checkpoint }: CosignedHead,
): Promise<boolean> {
  if (from === null) {
    const insert = db.insertInto("cosigned").values({ origin, size, root, note: checkpoint })
    const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  }
  const update = db.updateTable("cosigned").set({ size, root, note: checkpoint })
  const same = update.where("origin", "=", origin).where("size", "=", from.size).where("root", "=", from.root)
  return (await same.executeTakeFirst()).numUpdatedRows === 1n
}

const guard =
  (engine: EngineDialect) =>
  async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (cause) {
      throw storeError(engine, cause)
    }
  }
