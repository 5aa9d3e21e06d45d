// F8 on a server: three instances write one log, each with a guard of its own; one of them is killed.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import type { LedgerStore, LogRow } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { lostOf, startWriter } from "../support/killed-writers.ts"
import type { Acknowledged } from "../support/killed-writers.ts"
import {
  LOG_KEY,
  ORIGIN,
  makeHome,
  openHome,
  presentationDraft,
  secondInstance,
} from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const APPENDS = process.env["SOTTO_FULL"] === "1" ? 2000 : 60 // of each instance, before one is killed
const INSTANCES = 3

let homes: readonly LedgerHome[]
beforeEach(async () => {
  const first = await makeHome()
  await (await openHome(first)).close()
  homes = [first, ...(await Promise.all([1, 2].map(() => secondInstance(first))))]
})
afterEach(() => homes[0]!.remove())

async function fsck() {
  const stores = await openStores(homes[0]!.database)
  const found = []
  for (const { stateDirectory } of homes) {
    const guardNote = await readGuardFile(stateDirectory, ORIGIN)
    found.push(...(await fsckDatabase({ store: stores.ledger, origin: ORIGIN, key: LOG_KEY, guardNote })))
  }
  await stores.close()
  return found
}

describe("three instances of one service", () => {
  test("acknowledge nothing that is lost and make one history, also when one is killed", async () => {
    const writers = homes.map((home, i) => startWriter(home, 1_000_000 * i))
    const counts = Array.from({ length: INSTANCES }, () => 0)
    const reached = (least: number, of: readonly number[]) =>
      new Promise<void>((resolve) => {
        for (const [i, writer] of writers.entries())
          writer.onAcknowledged = (count) => {
            counts[i] = count
            if (of.every((one) => counts[one]! >= least)) resolve()
          }
      })
    await reached(APPENDS, [0, 1, 2])
    writers[0]!.kill()
    await writers[0]!.ended
    await reached(Math.max(...counts) + APPENDS, [1, 2]) // the others go on without waiting for anybody's lease
    for (const writer of writers) writer.kill()
    const all: Acknowledged = new Map()
    for (const writer of writers) {
      for (const [index, hash] of await writer.ended) {
        expect(all.has(index)).toBe(false) // no index is given twice
        all.set(index, hash)
      }
    }
    expect(all.size).toBeGreaterThan(5 * APPENDS)
    expect(await lostOf(homes[0]!.database, all)).toEqual([])
    expect(await fsck()).toEqual([])
  })

  test("would collide without the lock: the loser halts, and the history stays one", async () => {
    const readers: (() => void)[] = []
    /** T1 left out: reads the head, and goes on when all have read the same. */
    const unlocked = (store: LedgerStore): LedgerStore => ({
      ...store,
      transaction: (body) =>
        store.transaction((tx) =>
          body({
            ...tx,
            lockHead: async (): Promise<LogRow | null> => {
              const row = await tx.findLog(ORIGIN)
              await new Promise<void>((resolve) => {
                readers.push(resolve)
                if (readers.length === INSTANCES) for (const go of readers) go()
              })
              return row
            },
          }),
        ),
    })
    const stores = await Promise.all(homes.map(({ database }) => openStores(database)))
    const opened = await Promise.all(
      homes.map((home, i) => openHome(home, { store: unlocked(stores[i]!.ledger) })),
    )
    const told = await Promise.all(
      opened.map(({ ledger }, i) =>
        ledger.admit(ORIGIN, presentationDraft(i)).then(
          (answer) => answer.ok,
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    )
    expect(told.sort()).toEqual(["storage-failed", "storage-failed", true])
    expect(opened.map(({ ledger }) => ledger.state()).sort()).toEqual(["halted", "halted", "running"])
    for (const one of [...opened, ...stores]) await one.close()
    expect(await fsck()).toEqual([])
  })
})
