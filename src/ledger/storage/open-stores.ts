// The one way to the stores: open, migrate, prove the schema.
import type { LedgerStore } from "../log/store.ts"
import type { ServiceStore } from "../../service/store.ts"
import { openDatabase } from "./database.ts"
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
  close: () => Promise<void>
}

/**
 * Opens a SQLite database, WAL and FULL proven, schema known.
 * @param options - readonly: for fsck and export beside a running service; never creates, never migrates
 * @throws StoreError `store-broken`
 */
export async function openStores(
  path: string,
  options: { readonly readonly?: boolean } = {},
): Promise<Stores> {
  const database = openDatabase(path, options)
  try {
    if (options.readonly !== true) await migrate(database)
    await assertSchema(database)
  } catch (error) {
    await database.db.destroy()
    throw error
  }
  return {
    ledger: createLedgerStore(database),
    service: createServiceStore(database),
    elections: createElectionStore(database),
    close: () => database.db.destroy(),
  }
}
