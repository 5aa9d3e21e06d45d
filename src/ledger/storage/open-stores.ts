// The one way to the stores: open, migrate, prove the schema.
import type { LedgerStore } from "../log/store.ts"
import type { ServiceStore } from "../../service/store.ts"
import { guarded, openDatabase } from "./database.ts"
import type { OpenOptions } from "./database.ts"
import { createLedgerStore } from "./ledger-store.ts"
import { assertSchema, migrate } from "./migrate.ts"
import type { ElectionStore } from "../../service/election-store.ts"
import { createElectionStore } from "./election-store.ts"
import { createServiceStore } from "./service-store.ts"

/** The stores of one database. */
export interface Stores {
  readonly ledger: LedgerStore
  readonly service: ServiceStore
  readonly elections: ElectionStore
  /** True when several processes may serve this database. */
  readonly isShared: boolean
  close: () => Promise<void>
}

/**
 * Opens a database: its commits are durable, its schema is known.
 * @param address - path of a SQLite file, or `postgres://...`
 * @throws StoreError `store-broken`, `store-busy` when the server takes no connections now
 */
export async function openStores(address: string, options: OpenOptions = {}): Promise<Stores> {
  const database = openDatabase(address, options)
  try {
    await guarded(database, async () => {
      if (options.readonly !== true) await migrate(database)
      await assertSchema(database)
    })
  } catch (error) {
    await database.db.destroy()
    throw error
  }
  return {
    ledger: createLedgerStore(database),
    service: createServiceStore(database),
    elections: createElectionStore(database),
    isShared: database.engine.isShared,
    close: () => database.db.destroy(),
  }
}
