import { copyFile, rm } from "node:fs/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { adoptLedger, inspectForAdoption } from "../../src/ledger/log/init-ledger.ts"
import { guardPath, readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { DraftElection } from "../support/election-drafts.ts"
import { backUp, editDatabase, restore } from "../support/databases.ts"
import { failingAt } from "../support/fault-store.ts"
import { LOG_KEY, ORIGIN, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const election = new DraftElection()
const other = new DraftElection("other")
const { origin } = election
const refusedWith = (code: string) => expect.objectContaining({ code }) as Error

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
})
afterEach(() => home.remove())

/** Begins an election and admits the first `steps` steps of its ceremony. */
async function begin(one: DraftElection, steps = 0): Promise<void> {
  const { ledger, close } = await openHome(home)
  await ledger.openElection(one.ceremony)
  for (const step of one.steps().slice(0, steps))
    await Promise.all(step.map((entry) => ledger.admit(one.origin, { entry })))
  await close()
}
async function abort(one: DraftElection): Promise<void> {
  const { ledger, close } = await openHome(home)
  await ledger.admit(one.origin, { entry: one.aborted() })
  await close()
}

async function withLog<T>(run: (parts: Parameters<typeof adoptLedger>[0]) => Promise<T>): Promise<T> {
  const stores = await openStores(home.database)
  const key = makeSigningKey(origin, LOG_KEY.seed)
  try {
    return await run({ store: stores.ledger, origin, key, stateDirectory: home.stateDirectory })
  } finally {
    await stores.close()
  }
}

describe("starting with elections", () => {
  test("opens all of them, also those that are over", async () => {
    await begin(election, 2)
    await begin(other)
    await abort(other)
    const { ledger, close } = await openHome(home)
    expect(ledger.logs()).toEqual([
      { origin: ORIGIN, kind: "main", state: "open", size: 1 },
      { origin, kind: "election", state: "open", size: 7 },
      { origin: other.origin, kind: "election", state: "closed", size: 2 },
    ])
    expect(ledger.head(other.origin).size).toBe(2)
    expect(await ledger.receipt(other.origin, 1)).not.toBeNull()
    expect(await ledger.admit(other.origin, { entry: other.aborted() })).toMatchObject({
      outcome: "existing",
    })
    await close()
  })

  test("refuses an older copy in which an election alone is behind", async () => {
    await begin(election, 1)
    await backUp(home.database)
    await begin(election, 2)
    await restore(home.database)
    await expect(openHome(home)).rejects.toThrow(refusedWith("rolled-back"))
  })

  test("refuses a copy from before an election began, though the main log is whole", async () => {
    await begin(other)
    await backUp(home.database)
    await begin(election, 1)
    await restore(home.database)
    await expect(openHome(home)).rejects.toThrow(refusedWith("rolled-back"))
  })

  test("refuses an election without its guard, and one that another key signed", async () => {
    await begin(election, 1)
    await copyFile(guardPath(home.stateDirectory, origin), `${home.folder}/guard`)
    await rm(guardPath(home.stateDirectory, origin))
    await expect(openHome(home)).rejects.toThrow(refusedWith("guard-missing"))
    await copyFile(`${home.folder}/guard`, guardPath(home.stateDirectory, origin))
    await editDatabase(
      home.database,
      "UPDATE checkpoint SET signature = zeroblob(64) WHERE log_id = 2 AND size = 4",
    )
    await expect(openHome(home)).rejects.toThrow(refusedWith("head-inconsistent"))
  })

  test("refuses a log whose first entry is another election's", async () => {
    await begin(election)
    await begin(other)
    await editDatabase(
      home.database,
      "UPDATE entry SET body = (SELECT body FROM entry WHERE log_id = 3 AND idx = 0) WHERE log_id = 2 AND idx = 0",
    )
    await expect(openHome(home)).rejects.toThrow(refusedWith("head-inconsistent"))
  })

  test("refuses a finished election whose head is no longer what was signed", async () => {
    await begin(other)
    await abort(other)
    await editDatabase(home.database, "UPDATE tile SET hashes = zeroblob(64) WHERE log_id = 2")
    await expect(openHome(home)).rejects.toThrow(refusedWith("head-inconsistent"))
  })

  test("goes on where a process ended between guard, row and entry 0 of an election", async () => {
    const plain = await openStores(home.database)
    const broken = await openHome(home, { store: failingAt(plain.ledger, "insertEntries", "not persisted") })
    await expect(broken.ledger.openElection(election.ceremony)).rejects.toThrow(refusedWith("storage-failed"))
    expect(broken.ledger.logs()).toHaveLength(1)
    await broken.close()
    await plain.close()
    expect(await readGuardFile(home.stateDirectory, origin)).not.toBeNull() // of the empty tree
    const { ledger, close } = await openHome(home)
    expect(() => ledger.head(origin)).toThrow(refusedWith("log-unknown"))
    expect(await ledger.openElection(election.ceremony)).toMatchObject({ outcome: "committed", index: 0 })
    await close()
    await (await openHome(home)).close()
  })

  test("refuses an election of which the row is left and the entries are not", async () => {
    await begin(election, 1)
    await editDatabase(
      home.database,
      ...["entry", "tile", "checkpoint", "claim"].map((table) => `DELETE FROM ${table} WHERE log_id = 2`),
      "UPDATE log SET size = 0, root = (SELECT root FROM checkpoint WHERE size = 1) WHERE id = 2",
    )
    await expect(openHome(home)).rejects.toThrow(refusedWith("rolled-back"))
  })
})

describe("adopting an election", () => {
  test("is an operator's act on that log alone, with its size typed", async () => {
    await begin(election, 1)
    await backUp(home.database)
    await begin(election, 2)
    await restore(home.database)
    expect(await withLog(inspectForAdoption)).toMatchObject({
      found: { size: 4 },
      remembered: 7,
      findings: [],
    })
    await expect(withLog((parts) => adoptLedger(parts, 0))).rejects.toThrow(refusedWith("head-inconsistent"))
    expect(await withLog((parts) => adoptLedger(parts, 4))).toBe(4)
    await begin(election, 2)
  })

  test("of size 0 forgets the guard of one that is lost altogether", async () => {
    await begin(other)
    await backUp(home.database)
    await begin(election, 1)
    await restore(home.database)
    await expect(withLog(inspectForAdoption)).rejects.toThrow(refusedWith("log-unknown"))
    await expect(withLog((parts) => adoptLedger(parts, 4))).rejects.toThrow(refusedWith("log-unknown"))
    expect(await withLog((parts) => adoptLedger(parts, 0))).toBe(0)
    const { ledger, close } = await openHome(home)
    expect(ledger.logs()).toHaveLength(2)
    await close()
  })
})
