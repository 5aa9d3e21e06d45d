import workerThreads from "node:worker_threads"
import { expect, test } from "vitest"
import { asMainThread } from "../../../src/proofs/pool/as-main-thread.ts"
import { siblingModule } from "../../../src/proofs/pool/sibling-module.ts"
import { threadOptions } from "../../../src/proofs/pool/source-threads.ts"

test("a sibling has the importer's own extension, so that sources and built files both find it", () => {
  expect(siblingModule("file:///app/src/prover/pool.ts", "worker").href).toBe(
    "file:///app/src/prover/worker.ts",
  )
  expect(siblingModule("file:///app/dist/prover/pool.js", "worker").href).toBe(
    "file:///app/dist/prover/worker.js",
  )
})

test("a thread from sources gets a TypeScript loader, a built one only what the process has", () => {
  expect(threadOptions(new URL("file:///app/dist/worker.js"))).toEqual({})
  const [flag, preload = ""] = threadOptions(new URL("file:///app/src/worker.ts")).execArgv ?? []
  expect(flag).toBe("--import")
  expect(decodeURIComponent(preload)).toContain("register()")
})

test("the thread says it is the main one during the import only, even when that fails", async () => {
  const threads = workerThreads as { isMainThread: boolean }
  const before = threads.isMainThread
  threads.isMainThread = false
  try {
    const during = await asMainThread(() => Promise.resolve(threads.isMainThread))
    expect([during, threads.isMainThread]).toEqual([true, false])
    await expect(asMainThread(() => Promise.reject(new Error("no such module")))).rejects.toThrow(
      "no such module",
    )
    expect(threads.isMainThread).toBe(false)
  } finally {
    threads.isMainThread = before
  }
})
