// F6: one byte of the database changes behind our back. fsck names the object; what is signed upon is checked first.
import { copyFile, open, readFile } from "node:fs/promises"
import Sqlite from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import type { Finding } from "../../src/ledger/log/fsck-tree.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { readingFrom } from "../support/fault-store.ts"
import {
  LOG_KEY,
  ORIGIN,
  appendMany,
  makeHome,
  openHome,
  presentationDraft,
} from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
let copy: string
beforeEach(async () => {
  home = await makeHome()
  copy = `${home.folder}/undamaged.db`
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 300)
  await opened.close()
  await copyFile(home.database, copy)
})
afterEach(() => home.remove())

/** Changes one byte of a column, past every trigger, as a bad sector would. */
function rot(table: string, column: string, where: string): void {
  const file = new Sqlite(home.database)
  const names = file.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?")
  const triggers = names.all(table) as { name: string; sql: string }[]
  for (const { name } of triggers) file.exec(`DROP TRIGGER ${name}`)
  const row = file.prepare(`SELECT rowid AS id, ${column} AS bytes FROM ${table} WHERE ${where}`).get()
  const { id, bytes } = row as { id: number; bytes: Buffer }
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  file.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, id)
  for (const { sql } of triggers) file.exec(sql)
  file.close()
}

async function fsck(
  decorate: (store: LedgerStore) => LedgerStore = (store) => store,
): Promise<readonly Finding[]> {
  const stores = await openStores(home.database)
  try {
    return await fsckDatabase({ store: decorate(stores.ledger), origin: ORIGIN, key: LOG_KEY })
  } finally {
    await stores.close()
  }
}

const DAMAGE = [
  ["an entry", "entry", "body", "idx = 7", { check: "K3", object: "entry 7" }],
  ["an old tile", "tile", "hashes", "level = 0 AND n = 0", { check: "K4", object: "tile 0/0" }],
  ["the right edge", "tile", "hashes", "level = 0 AND n = 1", { check: "K5", object: "head row" }],
  ["an upper tile", "tile", "hashes", "level = 1", { check: "K4", object: "tile 0/0" }],
  [
    "the signature of a checkpoint",
    "checkpoint",
    "signature",
    "size = 301",
    { check: "K6", object: "checkpoint 301" },
  ],
  ["the root of a checkpoint", "checkpoint", "root", "size = 1", { check: "K6", object: "checkpoint 1" }],
  ["a claim", "claim", "key", "entry_index = 9", { check: "K8" }],
  [
    "an opening",
    "presentation",
    "opening",
    "entry_index = 11",
    { check: "K10", object: "opening of entry 11" },
  ],
  ["the head", "log", "root", "id = 1", { check: "K5", object: "head row" }],
] as const

describe("a flipped byte", () => {
  test.each(DAMAGE)("in %s is found and named", async (_what, table, column, where, finding) => {
    expect(await fsck()).toEqual([])
    rot(table, column, where)
    expect(await fsck()).toContainEqual(expect.objectContaining(finding))
  })

  test("would be missed by an fsck that does not read the disk", async () => {
    const undamaged = await openStores(copy)
    rot("entry", "body", "idx = 7")
    expect(await fsck((store) => readingFrom(store, undamaged.ledger))).toEqual([])
    await undamaged.close()
  })

  test.each([
    ["the right edge", "tile", "hashes", "level = 0 AND n = 1"],
    ["the head", "log", "root", "id = 1"],
    ["the newest signature", "checkpoint", "signature", "size = 301"],
    ["an upper tile", "tile", "hashes", "level = 1"],
  ] as const)("in %s keeps the log from starting", async (_what, table, column, where) => {
    rot(table, column, where)
    await expect(openHome(home)).rejects.toMatchObject({
      code: expect.stringMatching(/^(head-inconsistent|rolled-back)$/) as string,
    })
  })

  test("under a running sequencer halts it before it signs", async () => {
    const opened = await openHome(home)
    rot("log", "root", "id = 1") // T4: the head no longer is the edge we signed
    await expect(opened.ledger.admit(ORIGIN, presentationDraft(900))).rejects.toMatchObject({
      code: "storage-failed",
    })
    expect(opened.ledger.state()).toBe("halted")
    await expect(opened.ledger.admit(ORIGIN, presentationDraft(901))).rejects.toMatchObject({
      code: "storage-failed",
    })
    expect(await opened.ledger.receipt(ORIGIN, 5)).not.toBeNull()
    await opened.close()
  })

  test("in a page of the file is reported, or refused by the engine", async () => {
    const pages = (await readFile(home.database)).length / 4096
    let seen = 0
    for (let page = 3; page < pages; page += 9) {
      await copyFile(copy, home.database)
      const file = await open(home.database, "r+")
      await file.write(new Uint8Array(64).fill(0xa5), 0, 64, page * 4096) // the page's header and first pointers
      await file.close()
      const result = await fsck().then(
        (findings) => findings.length > 0,
        () => true,
      )
      if (result) seen++
    }
    expect(seen).toBeGreaterThan(0)
  })
})
