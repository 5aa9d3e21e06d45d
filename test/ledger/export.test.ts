import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { writeFileDurably } from "../../src/ledger/durable/write-file.ts"
import { exportLog } from "../../src/ledger/log/export.ts"
import type { ExportTarget } from "../../src/ledger/log/export.ts"
import { fsckCopy, fsckPublic } from "../../src/ledger/log/fsck.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

let home: LedgerHome
let opened: OpenedLedger
beforeEach(async () => {
  home = await makeHome()
  opened = await openHome(home)
})
afterEach(async () => {
  await opened.close()
  await home.remove()
})

function directory(): ExportTarget & { at: (path: string) => string } {
  const at = (path: string) => join(home.folder, "export", path)
  return {
    at,
    read: (path) =>
      readFile(at(path)).then(
        (bytes) => new Uint8Array(bytes),
        () => null,
      ),
    write: async (path, bytes) => {
      await mkdir(dirname(at(path)), { recursive: true })
      await writeFileDurably(at(path), bytes)
    },
  }
}

const target = () => ({ store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY })

describe("an export", () => {
  test("equals what is served, byte for byte, and needs no database to be checked", async () => {
    await appendMany(opened.ledger, 0, 520)
    const head = opened.ledger.head(ORIGIN)
    const dir = directory()
    expect(await exportLog(opened.stores.ledger, head, dir)).toBe(8)
    for (const path of [
      "checkpoint",
      "tile/0/000",
      "tile/0/001",
      "tile/0/002.p/9",
      "tile/1/000.p/2",
      "tile/entries/002.p/9",
    ]) {
      expect(await dir.read(path)).toEqual(await opened.ledger.resource(ORIGIN, path))
    }
    expect(await fsckCopy(target(), head, dir.read)).toEqual([])
    expect(await fsckPublic(dir.read, { origin: ORIGIN, key: LOG_KEY })).toEqual([])
  })

  test("goes on where it ended and writes no full tile again", async () => {
    await appendMany(opened.ledger, 0, 300)
    const dir = directory()
    await exportLog(opened.stores.ledger, opened.ledger.head(ORIGIN), dir)
    await appendMany(opened.ledger, 300, 310)
    expect(await exportLog(opened.stores.ledger, opened.ledger.head(ORIGIN), dir)).toBe(4)
    expect(await fsckPublic(dir.read, { origin: ORIGIN, key: LOG_KEY })).toEqual([])
  })

  test("names the file in which a byte was flipped", async () => {
    await appendMany(opened.ledger, 0, 300)
    const head = opened.ledger.head(ORIGIN)
    for (const [path, check] of [
      ["tile/0/000", "K3"],
      ["tile/1/000.p/1", "K4"],
      ["tile/entries/001.p/45", "K3"],
      ["checkpoint", "K6"],
    ] as const) {
      const dir = directory()
      await exportLog(opened.stores.ledger, head, dir)
      const bytes = (await dir.read(path)) ?? new Uint8Array(0)
      const damaged = bytes.slice()
      damaged[20] = (damaged[20] ?? 0) ^ 1
      await writeFile(dir.at(path), damaged)
      const found = await fsckPublic(dir.read, { origin: ORIGIN, key: LOG_KEY })
      expect(found.map((finding) => finding.check)).toContain(check)
      expect(await fsckCopy(target(), head, dir.read)).toMatchObject([{ check: "K12", object: path }])
      await writeFile(dir.at(path), bytes)
    }
  })

  test("is refused into the directory of a longer log", async () => {
    await appendMany(opened.ledger, 0, 5)
    const dir = directory()
    const early = opened.ledger.head(ORIGIN)
    await appendMany(opened.ledger, 5, 10)
    await exportLog(opened.stores.ledger, opened.ledger.head(ORIGIN), dir)
    await expect(exportLog(opened.stores.ledger, early, dir)).rejects.toMatchObject({ code: "rolled-back" })
  })
})
