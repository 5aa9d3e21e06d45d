import { hostname } from "node:os"
import Sqlite from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openDatabase } from "../../src/ledger/storage/database.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { takeInstanceLease } from "../../src/ledger/log/instance-lease.ts"
import { ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 3)
  await opened.close()
})
afterEach(() => home.remove())

function withFile<T>(run: (file: Sqlite.Database) => T): T {
  const file = new Sqlite(home.database)
  try {
    return run(file)
  } finally {
    file.close()
  }
}

describe("the database", () => {
  test("runs with FULL sync on every open; a plain re-open of the same file does not", async () => {
    const pragma = async (name: string) => {
      const { engine, db } = openDatabase(home.database)
      try {
        return engine.readSetting(name)
      } finally {
        await db.destroy()
      }
    }
    // The trap this guards against: WAL is remembered in the file, synchronous is not, and NORMAL loses commits.
    expect(withFile((file) => file.pragma("synchronous", { simple: true }))).toBe(1)
    expect(await pragma("synchronous")).toBe(2)
    expect(await pragma("journal_mode")).toBe("wal")
    expect(await pragma("foreign_keys")).toBe(1)
    expect(await pragma("trusted_schema")).toBe(0)
    expect(await pragma("mmap_size")).toBe(0)
    expect(await pragma("secure_delete")).toBe(1)
  })

  test.each([
    ["UPDATE entry SET body = x'00' WHERE idx = 1", /append-only/],
    ["DELETE FROM entry WHERE idx = 1", /append-only/],
    ["INSERT OR REPLACE INTO entry SELECT log_id, idx, kind, x'00' FROM entry WHERE idx = 1", /append-only/],
    ["UPDATE checkpoint SET root = x'00'", /append-only/],
    ["DELETE FROM checkpoint", /append-only/],
    ["UPDATE claim SET entry_index = 2", /append-only/],
    ["DELETE FROM claim", /append-only/],
    ["UPDATE tile SET hashes = x'00'", /only grows/],
    ["DELETE FROM tile", /never deleted/],
    ["UPDATE log SET size = size - 1", /never shrinks/],
    ["UPDATE log SET origin = 'other.example/ledger'", /never shrinks/],
    ["DELETE FROM log", /never deleted|FOREIGN KEY/],
    ["INSERT INTO claim SELECT * FROM claim LIMIT 1", /UNIQUE/],
    ["INSERT INTO entry SELECT * FROM entry LIMIT 1", /UNIQUE/],
    ["INSERT INTO checkpoint SELECT log_id, size, x'00', x'00' FROM checkpoint LIMIT 1", /UNIQUE/],
  ])("refuses %s, whoever opens the file", (statement, reason) => {
    withFile((file) => {
      file.pragma("recursive_triggers = ON")
      expect(() => file.exec(statement)).toThrow(reason)
    })
  })

  test("lets a tile grow", () => {
    withFile((file) => {
      expect(() => file.exec("UPDATE tile SET hashes = CAST(hashes || x'00' AS BLOB)")).not.toThrow()
    })
  })

  test("is refused when a trigger is missing or the schema is two versions ahead", async () => {
    withFile((file) => file.exec("INSERT INTO schema_version VALUES (3)"))
    await (await openStores(home.database)).close()
    withFile((file) => file.exec("INSERT INTO schema_version VALUES (4)"))
    await expect(openStores(home.database)).rejects.toMatchObject({ code: "store-broken" })
    withFile((file) =>
      file.exec("DELETE FROM schema_version WHERE version > 2; DROP TRIGGER entry_delete_refused"),
    )
    await expect(openStores(home.database)).rejects.toThrow(/entry_delete_refused/)
  })

  test("opens beside a running service for reading only, and creates nothing then", async () => {
    const stores = await openStores(home.database, { readonly: true })
    expect(await stores.ledger.findLog(ORIGIN)).toMatchObject({ size: 4 })
    await expect(stores.ledger.takeLease("x", "me", 1, 2)).rejects.toMatchObject({ code: "store-broken" })
    await stores.close()
    await expect(openStores(`${home.database}.none`, { readonly: true })).rejects.toThrow()
  })
})

describe("the instance lease", () => {
  const parts = (store: Awaited<ReturnType<typeof openStores>>["ledger"], now = 1000, fill = 1) => ({
    store,
    nowUnixSeconds: () => now,
    randomBytes: (length: number) => new Uint8Array(length).fill(fill),
    onLost: () => undefined,
  })

  test("keeps a second process out until it ends or dies", async () => {
    const stores = await openStores(home.database)
    const foreign = "another-host/7/aa"
    expect(await stores.ledger.takeLease("instance", foreign, 1000, 1015)).toBe(true)
    await expect(takeInstanceLease(parts(stores.ledger, 1010))).rejects.toMatchObject({
      code: "instance-running",
    })
    const after = await takeInstanceLease(parts(stores.ledger, 1016))
    expect(await stores.ledger.takeLease("instance", foreign, 1017, 1032)).toBe(false)
    await after.release()
    expect(await stores.ledger.takeLease("instance", foreign, 1017, 1032)).toBe(true)
    await stores.close()
  })

  test("is taken over at once from a process of this host that is dead", async () => {
    const stores = await openStores(home.database)
    await stores.ledger.takeLease("instance", `${hostname()}/4194304/aa`, 1000, 1015) // above every process number
    const lease = await takeInstanceLease(parts(stores.ledger, 1001))
    await lease.release()
    await stores.ledger.takeLease("instance", `${hostname()}/${process.ppid}/aa`, 1000, 1015)
    await expect(takeInstanceLease(parts(stores.ledger, 1001))).rejects.toMatchObject({
      code: "instance-running",
    })
    await stores.close()
  })
})
