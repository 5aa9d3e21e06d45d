import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, expect, test } from "vitest"
import { withLock } from "../../../scripts/build/build-lock.ts"

const DEAD_PID = 2 ** 22 + 1 // above Linux's largest pid

let folder: string
let lock: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sotto-lock-"))
  lock = join(folder, "a.lock")
})
afterEach(() => rmSync(folder, { recursive: true }))

test("lets one in at a time and leaves nothing behind", async () => {
  let inside = 0
  const seen: number[] = []
  const enter = () =>
    withLock(lock, async () => {
      seen.push(++inside)
      await sleep(5)
      inside--
    })
  await Promise.all(Array.from({ length: 8 }, enter))
  expect(seen).toEqual(Array(8).fill(1))
  expect(readdirSync(folder)).toEqual([])
})

test("is released when the work fails", async () => {
  await expect(withLock(lock, () => Promise.reject(new Error("work")))).rejects.toThrow("work")
  expect(existsSync(lock)).toBe(false)
})

test("is taken over from a process that is gone", async () => {
  writeFileSync(lock, `${DEAD_PID} 00`)
  expect(await withLock(lock, async () => "in")).toBe("in")
  expect(readdirSync(folder)).toEqual([])
})

test("is taken over from a process that showed no sign of life for half a minute", async () => {
  writeFileSync(lock, `${process.pid} 00`)
  const longAgo = new Date(Date.now() - 31_000)
  utimesSync(lock, longAgo, longAgo)
  expect(await withLock(lock, async () => "in")).toBe("in")
})

test("is waited for while its process lives", async () => {
  writeFileSync(lock, `${process.pid} 00`)
  let entered = false
  const waiting = withLock(lock, async () => {
    entered = true
  })
  await sleep(300)
  expect(entered).toBe(false)
  rmSync(lock)
  await waiting
  expect(entered).toBe(true)
})
