// What only a server has: settings that an operator may change, connections that break, and writers that run at once.
import { sql } from "kysely"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openDatabase } from "../../src/ledger/storage/database.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { Database } from "../../src/ledger/storage/database.ts"
import { createLedgerStore } from "../../src/ledger/storage/ledger-store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import type { SideRow } from "../../src/ledger/log/store.ts"
import { dropSchema, runStatements } from "../support/databases.ts"
import { ORIGIN, appendMany, makeHome, openHome, presentationDraft } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"
import { findPostgres, startPostgres } from "../support/postgres-server.ts"

let home: LedgerHome
let database: Database
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 3)
  await opened.close()
  database = openDatabase(home.database)
})
afterEach(async () => {
  await database.db.destroy()
  await home.remove()
})

const own = (statement: string) =>
  runStatements(home.database, statement.replace("OURS", nameOf(home.database)))
const nameOf = (address: string) => /\/(\w+)\?/.exec(address)![1]!

describe("a server", () => {
  test.each(["off", "local", "remote_write"])(
    "with synchronous_commit = %s is refused: an acknowledged commit could be lost",
    async (value) => {
      await own(`ALTER DATABASE OURS SET synchronous_commit = ${value}`)
      await expect(openStores(home.database)).rejects.toMatchObject({
        code: "store-broken",
        message: `expected synchronous_commit = on or remote_apply, found ${value}`,
      })
    },
  )

  test("with remote_apply is used, and a session keeps what it has proven", async () => {
    await own("ALTER DATABASE OURS SET synchronous_commit = remote_apply")
    expect(await database.engine.readSetting("synchronous_commit")).toBe("remote_apply")
    const source = sql<{ source: string }>`SELECT source FROM pg_settings WHERE name = 'synchronous_commit'`
    expect((await source.execute(database.db)).rows).toEqual([{ source: "session" }])
  })

  test("without fsync is refused", async () => {
    const careless = await startPostgres(findPostgres()!, { fsync: "off" })
    try {
      await expect(openStores(careless.address("postgres"))).rejects.toThrow(/expected fsync = on/)
    } finally {
      await careless.remove()
    }
  })

  test("limits the time of locks, statements and idle transactions", async () => {
    const names = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
    expect(await Promise.all(names.map((name) => database.engine.readSetting(name)))).toEqual([
      "5s",
      "30s",
      "10s",
    ])
  })

  test("that is not there is busy, not broken", async () => {
    const nowhere = home.database.replace(/host=.*/, "host=/nonexistent")
    await expect(openStores(nowhere)).rejects.toMatchObject({ code: "store-busy" })
  })

  test("is migrated once by instances that start together", async () => {
    await dropSchema(home.database)
    const all = await Promise.all([1, 2, 3].map(() => openStores(home.database)))
    const logs = await Promise.all(
      all.map(({ ledger }, i) => ledger.createLog(`log-${i}`, "main", new Uint8Array(32))),
    )
    expect(logs.map(({ id }) => id).sort()).toEqual([1, 2, 3])
    for (const stores of all) await stores.close()
  })

  test.each([
    ["DROP TRIGGER entry_delete_refused ON entry", "entry_delete_refused"],
    ["ALTER TABLE claim DISABLE TRIGGER claim_update_refused", "claim_update_refused"],
    ["DROP TRIGGER tile_truncate_refused ON tile", "tile_truncate_refused"],
  ])("is refused after %s", async (statement, trigger) => {
    await runStatements(home.database, statement)
    await expect(openStores(home.database)).rejects.toThrow(`the trigger ${trigger} is missing`)
  })

  test("refuses to empty a table at once", async () => {
    for (const table of ["entry", "tile", "checkpoint", "claim"])
      await expect(runStatements(home.database, `TRUNCATE ${table}`)).rejects.toThrow(
        /append-only|never deleted/,
      )
  })

  test("gives integers that are exact, or none", async () => {
    const one = async (value: bigint) =>
      (await sql.raw<{ n: number }>(`SELECT ${value}::bigint AS n`).execute(database.db)).rows[0]?.n
    expect(await one(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER)
    await expect(one(2n ** 53n)).rejects.toThrow(/beyond 2\^53 - 1/)
  })

  test("orders ids by their bytes", async () => {
    await runStatements(
      home.database,
      ...["a", "B", "_"].map((name) => `INSERT INTO lease VALUES ('${name}', 'x', 1)`),
    )
    const rows = await database.db.selectFrom("lease").select("name").orderBy("name").execute()
    expect(rows.map(({ name }) => name)).toEqual(["B", "_", "a"])
  })
})

describe("a transaction", () => {
  test(
    "waits for the head of its log, and is busy when it waited too long",
    { timeout: 20_000 },
    async () => {
      const store = createLedgerStore(database)
      const order: string[] = []
      let release = (): void => undefined
      const held = new Promise<void>((resolve) => (release = resolve))
      const first = store.transaction(async (tx) => {
        await tx.lockHead(1)
        order.push("first has it")
        await held
        order.push("first lets go")
      })
      while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await expect(store.transaction((tx) => tx.lockHead(1))).rejects.toMatchObject({ code: "store-busy" })
      const third = store.transaction(async (tx) => {
        await tx.lockHead(1)
        order.push("third has it")
      })
      release()
      await Promise.all([first, third])
      expect(order).toEqual(["first has it", "first lets go", "third has it"])
    },
  )

  test("whose connection is cut before COMMIT wrote nothing and may be tried again", async () => {
    const opened = await openHome(home)
    let cuts = 0
    const store = createLedgerStore(database)
    await opened.close()
    const cutting = await openHome(home, {
      store: {
        ...store,
        transaction: (body) =>
          store.transaction(async (tx) => {
            const result = await body(tx)
            if (cuts++ === 0) {
              const others =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
              await runStatements(home.database, `${others} AND datname = current_database()`)
              await tx.findLog(ORIGIN) // hears of it before COMMIT
            }
            return result
          }),
      },
    })
    expect(await cutting.ledger.admit(ORIGIN, presentationDraft(50))).toMatchObject({ ok: true, index: 4 })
    expect([cuts, cutting.ledger.state()]).toEqual([2, "running"])
    await cutting.close()
  })

  test("that failed inside does not look committed: the server answers ROLLBACK and no error", async () => {
    const tx = await database.db.startTransaction().execute()
    await expect(sql`SELECT 1 / 0`.execute(tx)).rejects.toThrow()
    await expect(tx.commit().execute()).rejects.toThrow(/COMMIT was answered ROLLBACK/)
    await tx.rollback().execute()
  })
})

describe("rows that instances race for", () => {
  test("a newer status list is never replaced by an older one, and every new list has a leaf of its own", async () => {
    const all = await Promise.all([1, 2, 3].map(() => openStores(home.database)))
    const list = (issuerId: string, number: number) => ({
      ...{ registry: "r", issuerId, schemaId: "5", number, signedAtUnixSeconds: number },
      ...{ urgent: false, body: new Uint8Array(1) },
    })
    for (let round = 0; round < 5; round++) {
      const numbers = [1, 2, 3, 4, 5, 6].map((n) => 10 * round + n)
      await Promise.all(
        numbers.map((number, i) => all[i % 3]!.service.putStatusList(list(`racing-${round}`, number))),
      )
    }
    await Promise.all(
      ["a", "b", "c", "d", "e", "f"].map((id, i) => all[i % 3]!.service.putStatusList(list(id, 1))),
    )
    const rows = await all[0]!.service.listStatusLists("r")
    expect(rows.map(({ leafIndex }) => leafIndex)).toEqual(rows.map((_, i) => i))
    const newest = rows
      .filter(({ issuerId }) => issuerId.startsWith("racing"))
      .map(({ number }) => number % 10)
    expect(newest).toEqual([6, 6, 6, 6, 6])
    for (const stores of all) await stores.close()
  })

  test("a census is not opened again while a definition that uses it is being written", async () => {
    const [one, other] = await Promise.all([openStores(home.database), openStores(home.database)])
    await one.elections.insertCensus({ id: "c", plan: new Uint8Array(1) })
    await one.elections.freezeCensus("c", new Uint8Array(1), 1, 0)
    const election = { row: "election", ceremonyId: "e", origin: "o" } as const
    const definition = {
      row: "election-definition",
      ceremonyId: "e",
      electionId: "1",
      censusId: "c",
    } as const
    const late = { slot: "01".padStart(64, "0"), leaf: "11" as Fr, commitment: "12" as Fr, weight: 1 }
    const row = { ...late, evidence: new Uint8Array(1), enrolledDay: 1 }
    let reopened: Promise<unknown> | undefined
    await one.ledger.transaction(async (tx) => {
      await tx.lockHead(1)
      const rows = [election, { ...definition, definitionSha256: new Uint8Array(32) } as SideRow]
      expect((await tx.findRefusedRows(rows)).size).toBe(0)
      reopened = other.elections.putLeaf("c", row, null, true)
      await new Promise((resolve) => setTimeout(resolve, 100)) // it waits for the census by now
      await tx.insertSideRows([{ index: 4, size: 5, rows }])
    })
    expect(await reopened).toEqual({ ok: false, reason: "census-frozen" })
    await one.close()
    await other.close()
  })
})
