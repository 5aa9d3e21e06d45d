import { copyFile, open, readdir, rm, stat, writeFile } from "node:fs/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { adoptLedger, initLedger, inspectForAdoption } from "../../src/ledger/log/init-ledger.ts"
import { openLedger } from "../../src/ledger/log/open-ledger.ts"
import type { LedgerParts } from "../../src/ledger/log/open-ledger.ts"
import { guardPath, openRollbackGuard, readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { backUp, emptyDatabase, restore } from "../support/databases.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
})
afterEach(() => home.remove())

const guardFile = () => guardPath(home.stateDirectory, ORIGIN)
const refusedWith = (code: string) => expect.objectContaining({ code }) as Error

async function grow(from: number, to: number): Promise<void> {
  const opened = await openHome(home)
  await appendMany(opened.ledger, from, to)
  await opened.close()
}

async function withParts<T>(run: (parts: LedgerParts) => Promise<T>, key = LOG_KEY): Promise<T> {
  const stores = await openStores(home.database)
  const randomBytes = (length: number) => new Uint8Array(length)
  try {
    return await run({
      store: stores.ledger,
      origin: ORIGIN,
      key,
      stateDirectory: home.stateDirectory,
      randomBytes,
    })
  } finally {
    await stores.close()
  }
}

async function tear(slot: 0 | 1): Promise<void> {
  const file = await open(guardFile(), "r+")
  await file.write(Uint8Array.of(0xff), 0, 1, slot * 4096 + 30)
  await file.close()
}

describe("starting", () => {
  test("wants an initialised log", async () => {
    await expect(withParts(openLedger)).rejects.toThrow(refusedWith("log-unknown"))
  })

  test("refuses an older copy of the database", async () => {
    await grow(0, 20)
    await backUp(home.database)
    await grow(20, 40)
    await restore(home.database)
    await expect(openHome(home)).rejects.toThrow(refusedWith("rolled-back"))
  })

  test("refuses a database of the same size with another history", async () => {
    await grow(0, 20)
    const guard = await readGuardFile(home.stateDirectory, ORIGIN)
    await rm(home.stateDirectory, { recursive: true })
    for (const name of await readdir(home.folder))
      await rm(`${home.folder}/${name}`, { recursive: true, force: true })
    await emptyDatabase(home.database)
    await grow(0, 30) // fresh salts: another tree
    await rm(guardFile())
    const file = await openRollbackGuard(home.stateDirectory, ORIGIN)
    await file.record({
      origin: ORIGIN,
      size: 21,
      root: new Uint8Array(32),
      note: guard ?? new Uint8Array(0),
    })
    await file.close()
    await expect(openHome(home)).rejects.toThrow(refusedWith("rolled-back"))
  })

  test("refuses an empty database beside a guard, to open and to begin anew", async () => {
    await grow(0, 5)
    await emptyDatabase(home.database)
    await expect(withParts(openLedger)).rejects.toThrow(refusedWith("rolled-back"))
    await expect(withParts(initLedger)).rejects.toThrow(refusedWith("log-exists"))
  })

  test("refuses a deleted guard and one that is torn in both slots, and survives one torn slot", async () => {
    await grow(0, 5)
    await grow(5, 6)
    await tear(0)
    await grow(6, 7)
    await tear(1)
    await grow(7, 8)
    await tear(0)
    await tear(1)
    await expect(openHome(home)).rejects.toThrow(refusedWith("guard-missing"))
    await rm(guardFile())
    await expect(openHome(home)).rejects.toThrow(refusedWith("guard-missing"))
    await writeFile(guardFile(), "")
    await expect(openHome(home)).rejects.toThrow(refusedWith("guard-missing"))
  })

  test("refuses a guard that another key signed, and another key for the log", async () => {
    await grow(0, 5)
    const other = makeSigningKey(ORIGIN, new Uint8Array(32).fill(9))
    await expect(withParts(openLedger, other)).rejects.toThrow(refusedWith("key-mismatch"))
    const note = await readGuardFile(home.stateDirectory, ORIGIN)
    const forged = Uint8Array.from(note ?? [])
    forged[forged.length - 20] = forged[forged.length - 20] === 0x41 ? 0x42 : 0x41
    const guard = await openRollbackGuard(home.stateDirectory, ORIGIN)
    await guard.record({ origin: ORIGIN, size: 6, root: new Uint8Array(32), note: forged })
    await guard.close()
    await expect(openHome(home)).rejects.toThrow(refusedWith("head-inconsistent"))
  })

  test("brings a guard forward that a crash left one batch behind", async () => {
    await grow(0, 5)
    await copyFile(guardFile(), `${home.folder}/guard.old`)
    await grow(5, 10)
    await copyFile(`${home.folder}/guard.old`, guardFile())
    await (await openHome(home)).close()
    const note = await readGuardFile(home.stateDirectory, ORIGIN)
    expect(parseCheckpoint(note ?? new Uint8Array(0)).checkpoint.size).toBe(11)
  })

  test("keeps the guard in two pages that only its owner may read", async () => {
    await grow(0, 5)
    const { size, mode } = await stat(guardFile())
    expect([size, mode & 0o777]).toEqual([8192, 0o600])
  })
})

describe("adopting", () => {
  test("shows both heads and wants the right size typed before the log may go on", async () => {
    await grow(0, 20)
    await backUp(home.database)
    await grow(20, 40)
    await restore(home.database)
    const report = await withParts(inspectForAdoption)
    expect(report).toMatchObject({ found: { size: 21 }, remembered: 41, findings: [] })
    await expect(withParts((parts) => adoptLedger(parts, 41))).rejects.toThrow(
      refusedWith("head-inconsistent"),
    )
    await withParts((parts) => adoptLedger(parts, 21))
    await grow(40, 41)
  })

  test("is the way out of a lost or torn guard", async () => {
    await grow(0, 5)
    await tear(0)
    await tear(1)
    expect(await withParts(inspectForAdoption)).toMatchObject({ remembered: null })
    await withParts((parts) => adoptLedger(parts, 6))
    await grow(5, 6)
  })
})
