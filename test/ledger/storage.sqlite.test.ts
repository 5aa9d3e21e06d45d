// What only a file has: settings that a re-open forgets, and a statement that would pass its triggers.
import Sqlite from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openDatabase } from "../../src/ledger/storage/database.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { runStatements } from "../support/databases.ts"
import { appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 3)
  await opened.close()
})
afterEach(() => home.remove())

describe("a SQLite file", () => {
  test("runs with FULL sync on every open; a plain re-open of the same file does not", async () => {
    const pragma = async (name: string) => {
      const { engine, db } = openDatabase(home.database)
      try {
        return await engine.readSetting(name)
      } finally {
        await db.destroy()
      }
    }
    const file = new Sqlite(home.database)
    // The trap this guards against: WAL is remembered in the file, synchronous is not, and NORMAL loses commits.
    expect(file.pragma("synchronous", { simple: true })).toBe(1)
    file.close()
    expect(await pragma("synchronous")).toBe(2)
    expect(await pragma("journal_mode")).toBe("wal")
    expect(await pragma("foreign_keys")).toBe(1)
    expect(await pragma("trusted_schema")).toBe(0)
    expect(await pragma("mmap_size")).toBe(0)
    expect(await pragma("secure_delete")).toBe(1)
  })

  test("refuses a replacement, which deletes without saying so", async () => {
    const statement = "INSERT OR REPLACE INTO entry SELECT log_id, idx, kind, x'00' FROM entry WHERE idx = 1"
    await expect(runStatements(home.database, statement)).rejects.toThrow(/append-only/)
  })

  test("is refused when a trigger is missing", async () => {
    await runStatements(home.database, "DROP TRIGGER entry_delete_refused")
    await expect(openStores(home.database)).rejects.toThrow(/entry_delete_refused/)
  })
})
