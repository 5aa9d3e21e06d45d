import { afterEach, describe, expect, test, vi } from "vitest"
import { openBoundedPool } from "../../../src/proofs/pool/bounded-pool.ts"
import type { BoundedPool, BoundedPoolOptions } from "../../../src/proofs/pool/bounded-pool.ts"
import type { PoolTestJob, PoolTestOutcome } from "../../support/proof-pool-worker.ts"
import { osThreads, runFresh } from "../../support/proof-threads.ts"

type Pool = BoundedPool<PoolTestJob, PoolTestOutcome>
const WORKER = new URL("../../support/proof-pool-worker.ts", import.meta.url)
const open: Pool[] = []

function openTestPool(options: Partial<BoundedPoolOptions> = {}): Pool {
  const pool = openBoundedPool<PoolTestJob, PoolTestOutcome>({
    worker: WORKER,
    threads: { min: 1, max: 1 },
    bound: 8,
    timeoutMs: 20_000,
    ...options,
  })
  open.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close({ graceMs: 0 })))
})

const echo = (text: string): PoolTestJob => ({ do: "echo", text })
const refused = (reason: string): unknown => ({ ok: false, reason })
const answered = (text: string): unknown => ({
  ok: true,
  value: expect.objectContaining({ text }) as unknown,
})

test("runs a job in a thread that has the pool's data", async () => {
  const verdict = await openTestPool({ workerData: { key: "public" } }).run(echo("hello"))
  expect(verdict).toEqual({
    ok: true,
    value: { thread: expect.any(Number) as unknown, data: { key: "public" }, text: "hello" },
  })
})

test("moves transferred memory out of the caller", async () => {
  const pool = openTestPool()
  const bytes = new Uint8Array(8)
  const job = { ...echo("x"), bytes }
  await pool.run(job, { transfer: [bytes.buffer] })
  expect(bytes.byteLength).toBe(0)
})

describe("bound", () => {
  test("refuses the next job at once, counting queued and running ones", async () => {
    const pool = openTestPool({ bound: 2 })
    const first = pool.run({ do: "sleep", ms: 200 })
    const second = pool.run(echo("second"))
    expect(pool.load()).toEqual({ queued: 1, running: 1 })
    const start = performance.now()
    expect(await pool.run(echo("third"))).toEqual(refused("queue-full"))
    expect(performance.now() - start).toBeLessThan(50)
    expect(await first).toEqual(answered(""))
    expect(await second).toEqual(answered("second"))
    expect(await pool.run(echo("fourth"))).toEqual(answered("fourth"))
    expect(pool.load()).toEqual({ queued: 0, running: 0 })
  })
})

describe("abort", () => {
  test("a job whose signal is already aborted never starts", async () => {
    expect(await openTestPool().run(echo("x"), { signal: AbortSignal.abort() })).toEqual(refused("aborted"))
  })

  test("a queued job leaves at once and frees its place; the running one is not disturbed", async () => {
    const pool = openTestPool({ bound: 2 })
    const running = pool.run({ do: "sleep", ms: 300 })
    const abort = new AbortController()
    const queued = pool.run(echo("queued"), { signal: abort.signal })
    abort.abort()
    expect(await queued).toEqual(refused("aborted"))
    expect(pool.load()).toEqual({ queued: 0, running: 1 })
    expect(await running).toEqual(answered(""))
  })

  test("a running job ends with its thread, which is replaced", async () => {
    const pool = openTestPool()
    const before = await pool.run(echo("warm"))
    const abort = new AbortController()
    const running = pool.run({ do: "spin" }, { signal: abort.signal })
    setTimeout(() => abort.abort(), 100)
    expect(await running).toEqual(refused("aborted"))
    const after = await pool.run(echo("again"))
    expect(after).toEqual(answered("again"))
    if (before.ok && after.ok) expect(after.value.thread).not.toBe(before.value.thread)
  })
})

test("a job over its time is ended, queue time included, and the next one runs", async () => {
  const pool = openTestPool({ timeoutMs: 1500 })
  const running = pool.run({ do: "spin" })
  const waiting = pool.run(echo("waited too long"))
  expect(await running).toEqual(refused("timed-out"))
  expect(await waiting).toEqual(refused("timed-out"))
  await vi.waitFor(async () => expect(await pool.run(echo("next"))).toEqual(answered("next")), 10_000)
})

describe("a crash", () => {
  const crashes: PoolTestJob[] = [
    { do: "throw", text: "SECRET-TEXT" },
    { do: "throw-later", text: "SECRET-TEXT" },
    { do: "exit" },
    { do: "heap" },
  ]
  test.each(crashes)("($do) is a value without text, and a new thread takes the next job", async (job) => {
    const printed = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")]
    const pool = openTestPool({ heapMb: 32 })
    const crashed = pool.run(job)
    const waiting = pool.run(echo("behind it"))
    expect(await crashed).toEqual(refused("crashed"))
    expect(await waiting).toEqual(answered("behind it"))
    const text = printed.flatMap((spy) => spy.mock.calls.map(([chunk]) => String(chunk))).join("")
    expect(text).not.toContain("SECRET-TEXT")
    vi.restoreAllMocks()
  })
})

test("threads that cannot even start are crashes, at once, for every job", async () => {
  const worker = new URL("../../support/proof-broken-worker.mjs", import.meta.url)
  const pool = openTestPool({ worker, timeoutMs: 60_000 })
  const jobs = [1, 2, 3].map(() => pool.run(echo("x")))
  expect(await Promise.all(jobs)).toEqual(jobs.map(() => refused("crashed")))
  expect(await pool.run(echo("later"))).toEqual(refused("crashed"))
})

describe("close", () => {
  test("refuses new jobs, drops queued ones, lets a running one finish", async () => {
    const pool = openTestPool()
    await pool.run(echo("warm"))
    const running = pool.run({ do: "sleep", ms: 200 })
    const queued = pool.run(echo("queued"))
    const closing = pool.close({ graceMs: 5000 })
    expect(await queued).toEqual(refused("pool-closed"))
    expect(await pool.run(echo("late"))).toEqual(refused("pool-closed"))
    expect(await running).toEqual(answered(""))
    await closing
  })

  test("ends what outlives the grace", async () => {
    const pool = openTestPool()
    await pool.run(echo("warm"))
    const running = pool.run({ do: "spin" })
    const start = performance.now()
    await pool.close({ graceMs: 100 })
    expect(await running).toEqual(refused("pool-closed"))
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

test("a thread costs one thread of the operating system", async () => {
  const plain = { worker: new URL("../../support/proof-plain-worker.mjs", import.meta.url) }
  await openTestPool(plain).run(echo("the process's own helpers exist from here on"))
  const before = osThreads()
  const pool = openTestPool({ ...plain, threads: { min: 2, max: 2 } })
  await Promise.all([pool.run(echo("x")), pool.run(echo("y"))])
  expect(osThreads() - before).toBe(2)
})

test("a process with a closed pool exits by itself, and one with an idle pool too", async () => {
  const program = (end: string): string => `
    const { openBoundedPool } = await import("./src/proofs/pool/bounded-pool.ts")
    const worker = new URL(${JSON.stringify(WORKER.href)})
    const pool = openBoundedPool({ worker, threads: { min: 1, max: 1 }, bound: 2, timeoutMs: 10000 })
    const verdict = await pool.run({ do: "echo", text: "ran" })
    console.log(verdict.value.text)
    ${end}`
  for (const end of ["await pool.close({ graceMs: 0 })", ""]) {
    expect(await runFresh(program(end), 20_000)).toMatchObject({ stdout: "ran\n", exited: true })
  }
})
