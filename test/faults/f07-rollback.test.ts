// F7: an older copy of the database is restored. A process that went on from there would sign a second history.
import { rm } from "node:fs/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { equalBytes } from "../../src/protocol/primitives/bytes.ts"
import { headAt } from "../../src/ledger/log/proofs.ts"
import { guardPath } from "../../src/ledger/log/rollback-guard.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { backUp, restore } from "../support/databases.ts"
import { forgetfulGuard } from "../support/fault-store.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
let lostRoot: Uint8Array
beforeEach(async () => {
  home = await makeHome()
  const old = await openHome(home)
  await appendMany(old.ledger, 0, 10)
  await old.close()
  await backUp(home.database)
  const newer = await openHome(home)
  await appendMany(newer.ledger, 10, 20)
  lostRoot = newer.ledger.head(ORIGIN).root
  await newer.close()
  await restore(home.database)
})
afterEach(() => home.remove())

describe("a restored backup", () => {
  test("is refused by the guard", async () => {
    await expect(openHome(home)).rejects.toMatchObject({ code: "rolled-back" })
  })

  test("is refused as well when the guard was deleted to get rid of it", async () => {
    await rm(guardPath(home.stateDirectory, ORIGIN))
    await expect(openHome(home)).rejects.toMatchObject({ code: "guard-missing" })
  })

  test("would be signed upon by a ledger that ignores its guard: two roots for one size", async () => {
    const { ledger, close } = await openStores(home.database)
    const row = await ledger.findLog(ORIGIN)
    const head = await headAt(ledger, { logId: row?.id ?? 0, origin: ORIGIN, key: LOG_KEY }, row?.size ?? 0)
    const forgetful = forgetfulGuard(head?.note ?? new Uint8Array(0))
    const fork = await openHome(home, { openGuard: () => Promise.resolve(forgetful) })
    await appendMany(fork.ledger, 10, 20)
    expect(fork.ledger.head(ORIGIN).size).toBe(21)
    expect(equalBytes(fork.ledger.head(ORIGIN).root, lostRoot)).toBe(false)
    await fork.close()
    await close()
  })
})
