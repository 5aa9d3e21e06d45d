import { mkdtemp, readdir, readFile, rm, stat, mkdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { writeFileDurably } from "../../../src/ledger/durable/write-file.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-durable-"))
})
afterEach(() => rm(folder, { recursive: true }))

test("writes bytes and text, and leaves no temporary file behind", async () => {
  await writeFileDurably(join(folder, "a"), Uint8Array.of(0, 255))
  await writeFileDurably(join(folder, "b"), "ü")
  expect([...(await readFile(join(folder, "a")))]).toEqual([0, 255])
  expect(await readFile(join(folder, "b"), "utf8")).toBe("ü")
  expect((await readdir(folder)).sort()).toEqual(["a", "b"])
})

test("replaces the whole of a longer file", async () => {
  const path = join(folder, "a")
  await writeFileDurably(path, "a longer text")
  await writeFileDurably(path, "short")
  expect(await readFile(path, "utf8")).toBe("short")
})

test("gives the file the mode asked for, also when it replaces one", async () => {
  const path = join(folder, "secret")
  await writeFileDurably(path, "1")
  await writeFileDurably(path, "2", { mode: 0o600 })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test("leaves the old file and no temporary one when the rename fails", async () => {
  const path = join(folder, "occupied")
  await mkdir(join(path, "child"), { recursive: true }) // a non-empty directory cannot be replaced by a file
  await expect(writeFileDurably(path, "new")).rejects.toThrow()
  expect(await readdir(folder)).toEqual(["occupied"])
})

test("rejects when the folder does not exist", async () => {
  await expect(writeFileDurably(join(folder, "none", "a"), "x")).rejects.toMatchObject({ code: "ENOENT" })
})

test("of many writers at once one wins whole", async () => {
  const path = join(folder, "contended")
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000))
  await Promise.all(texts.map((text) => writeFileDurably(path, text)))
  expect(texts).toContain(await readFile(path, "utf8"))
  expect(await readdir(folder)).toEqual(["contended"])
})
