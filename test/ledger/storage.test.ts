import { hostname } from "node:os"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { createDutyLease } from "../../src/ledger/log/duty-lease.ts"
import { takeInstanceLease } from "../../src/ledger/log/instance-lease.ts"
import { beside, runStatements } from "../support/databases.ts"
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

describe("the database", () => {
  test.each([
    ["UPDATE entry SET body = x'00' WHERE idx = 1", /append-only/],
    ["DELETE FROM entry WHERE idx = 1", /append-only/],
    ["UPDATE checkpoint SET root = x'00'", /append-only/],
    ["DELETE FROM checkpoint", /append-only/],
    ["UPDATE claim SET entry_index = 2", /append-only/],
    ["DELETE FROM claim", /append-only/],
    ["UPDATE tile SET hashes = x'00'", /only grows/],
    ["DELETE FROM tile", /never deleted/],
    ["UPDATE log SET size = size - 1", /never shrinks/],
    ["UPDATE log SET origin = 'other.example/ledger'", /never shrinks/],
    ["DELETE FROM log", /never deleted|FOREIGN KEY/],
    ["INSERT INTO claim SELECT * FROM claim LIMIT 1", /unique/i],
    ["INSERT INTO entry SELECT * FROM entry LIMIT 1", /unique/i],
    ["INSERT INTO checkpoint SELECT log_id, size, x'00', x'00' FROM checkpoint LIMIT 1", /unique/i],
  ])("refuses %s, whoever opens it", async (statement, reason) => {
    await expect(runStatements(home.database, statement)).rejects.toThrow(reason)
  })

  test("lets a tile grow", async () => {
    await runStatements(home.database, "UPDATE tile SET hashes = CAST(hashes || x'00' AS BLOB)")
  })

  test("is refused when the schema is two versions ahead", async () => {
    await runStatements(home.database, "INSERT INTO schema_version VALUES (4)")
    await (await openStores(home.database)).close()
    await runStatements(home.database, "INSERT INTO schema_version VALUES (5)")
    await expect(openStores(home.database)).rejects.toMatchObject({ code: "store-broken" })
  })

  test("opens beside a running service for reading only, and creates nothing then", async () => {
    const stores = await openStores(home.database, { readonly: true })
    expect(await stores.ledger.findLog(ORIGIN)).toMatchObject({ size: 4 })
    await expect(stores.ledger.takeLease("x", "me", 1, 2)).rejects.toMatchObject({ code: "store-broken" })
    await stores.close()
    await expect(openStores(beside(home.database), { readonly: true })).rejects.toThrow()
  })
})

describe("the lease of duties", () => {
  const fill = (byte: number) => (length: number) => new Uint8Array(length).fill(byte)

  test("is one instance's until it gives it up, dies or falls silent", async () => {
    const { ledger: store, close } = await openStores(home.database)
    let now = 1000
    const duty = createDutyLease({ store, nowUnixSeconds: () => now, randomBytes: fill(1) })
    expect(await duty.held()).toBe(true)
    expect(await store.takeLease("duties", "another-host/7/aa", now + 14, now + 29)).toBe(false)
    now += 14
    expect(await duty.held()).toBe(true) // renewed
    expect(await store.takeLease("duties", "another-host/7/aa", now + 16, now + 31)).toBe(true) // silent for 15 s
    now += 20
    expect(await duty.held()).toBe(false)
    now += 12
    expect(await duty.held()).toBe(true) // the other one fell silent in turn
    await duty.release()
    expect(await store.takeLease("duties", `${hostname()}/4194304/aa`, now, now + 15)).toBe(true)
    expect(await duty.held()).toBe(true) // of a process of this host that is dead
    await close()
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
