import { readdirSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import { openVerificationPool } from "../../src/service/verification/pool.ts"
import type { VerificationOptions, VerificationPool } from "../../src/service/verification/pool.ts"
import { shippedCircuit, startTestService } from "../support/running-service.ts"
import { answerTo, ask, submit } from "../support/answered-request.ts"

const pools: VerificationPool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close(0)))
})

async function open(options: Partial<VerificationOptions> = {}): Promise<VerificationPool> {
  const { parts } = await shippedCircuit()
  const usual = { parts, threads: 1, maxQueued: 32, maxWaitMs: 60_000, timeoutMs: 20_000, jitter: () => 0 }
  const pool = openVerificationPool({ ...usual, ...options })
  pools.push(pool)
  return pool
}

const hangs = new URL("../support/verify-worker-hangs.ts", import.meta.url)
const dies = new URL("../support/verify-worker-dies.ts", import.meta.url)

describe("the verification pool", () => {
  it("passes its self-test with the shipped key and sample", async () => {
    const pool = await open({ threads: 2 })
    await expect(pool.selfTest()).resolves.toBeUndefined()
  })

  it("adds one thread per worker, beside the one in which tsx loads its sources, and snarkjs none", async () => {
    const count = (): number => readdirSync("/proc/self/task").length
    const before = count()
    const pool = await open({ threads: 2 })
    await pool.selfTest() // every thread has verified twice
    expect(count() - before).toBeLessThanOrEqual(4)
  })

  it.each([
    ["wrong signals", { signals: Array.from({ length: 125 }, () => "1") }],
    ["too few signals", { signals: ["1"] }],
  ])("fails its self-test over a sample of %s", async (_name, change) => {
    const { parts } = await shippedCircuit()
    const { presentation } = parts
    const sample = { ...presentation.sample, ...(change as object) }
    const pool = await open({ parts: { ...parts, presentation: { ...presentation, sample } } })
    await expect(pool.selfTest()).rejects.toMatchObject({ code: "self-test-failed" })
  })

  it("fails its self-test over a key with one flipped digit", async () => {
    const { parts } = await shippedCircuit()
    const vkey = parts.presentation.vkey.slice()
    const at = new TextDecoder().decode(vkey).indexOf("IC") + 20
    vkey[at] = vkey[at] === 0x31 ? 0x32 : 0x31
    const pool = await open({ parts: { ...parts, presentation: { ...parts.presentation, vkey } } })
    await expect(pool.selfTest()).rejects.toMatchObject({ code: "self-test-failed" })
  })
})

describe("over HTTP", () => {
  it("a thread that hangs is a verification-timeout, never a no, and leaves no entry", async () => {
    const service = await startTestService({
      environment: { SOTTO_VERIFY_TIMEOUT_MS: "1000" },
      parts: { openPool: (options) => openVerificationPool({ ...options, worker: hangs }) },
    })
    const request = await ask(service)
    const before = service.parts.ledger.head(service.parts.config.ledgerOrigin).size
    const reply = await submit(service, await answerTo(request))
    expect(reply).toMatchObject({ status: 503, code: "verification-timeout" })
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(service.parts.ledger.head(service.parts.config.ledgerOrigin).size).toBe(before)
    await service.remove()
  })

  it("a caller that fills its quarter of the queue is told so, and when to return", async () => {
    const service = await startTestService({
      environment: { SOTTO_VERIFY_TIMEOUT_MS: "1000", SOTTO_VERIFY_QUEUE: "4" },
      parts: { openPool: (options) => openVerificationPool({ ...options, worker: hangs }) },
    })
    const answers = await Promise.all([1, 2, 3].map(async () => answerTo(await ask(service))))
    const replies = await Promise.all(answers.map((answer) => submit(service, answer)))
    const refused = replies.find(({ status }) => status === 429)
    expect(refused).toMatchObject({ status: 429, code: "client-queue-full" })
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0)
    await service.remove()
  })

  it("two threads that die over one proof are a verification-timeout, and the service lives", async () => {
    const service = await startTestService({
      parts: { openPool: (options) => openVerificationPool({ ...options, worker: dies }) },
    })
    const reply = await submit(service, await answerTo(await ask(service)))
    expect(reply).toMatchObject({ status: 503, code: "verification-timeout" })
    expect(await service.call("GET", "/healthz")).toMatchObject({ status: 200 })
    await service.remove()
  })

  it("a failing self-test refuses the start with R6", async () => {
    const circuit = await shippedCircuit()
    const { presentation } = circuit.parts
    const sample = { ...presentation.sample, signals: presentation.sample.signals.slice(1) }
    const changed = { ...circuit.parts, presentation: { ...presentation, sample } }
    const parts = { circuit: { ...circuit, parts: changed } }
    await expect(startTestService({ parts })).rejects.toMatchObject({ code: "R6" })
  })
})
