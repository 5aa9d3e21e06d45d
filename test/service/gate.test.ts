import { describe, expect, it } from "vitest"
import { AdmissionGate } from "../../src/service/verification/gate.ts"
import type { Caller } from "../../src/service/verification/gate.ts"

/** A task that ends when told. */
function task() {
  let end: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return { run: () => done, end }
}

const caller = (clientKey: string, signal = new AbortController().signal): Caller => ({ clientKey, signal })
const open = (maxQueued: number, maxWaitMs = 60_000, threads = 1) =>
  new AdmissionGate({ threads, maxQueued, maxWaitMs }, () => 0)

describe("the admission gate", () => {
  it("runs at most as many tasks as there are threads", async () => {
    const gate = open(16, 60_000, 2)
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running--
    }
    await Promise.all(Array.from({ length: 8 }, (_, i) => gate.run(caller(`c${i}`), work)))
    expect(most).toBe(2)
    expect(gate.load()).toEqual({ queued: 0, running: 0, maxQueued: 16 })
  })

  it("serves callers in turns: one with many proofs does not hold up one with a single one", async () => {
    const gate = open(16)
    const order: string[] = []
    const note = (name: string) => async () => void order.push(name)
    const first = task()
    const held = gate.run(caller("greedy"), first.run)
    const rest = [
      gate.run(caller("greedy"), note("greedy 1")),
      gate.run(caller("greedy"), note("greedy 2")),
      gate.run(caller("greedy"), note("greedy 3")),
      gate.run(caller("modest"), note("modest")),
    ]
    first.end()
    await Promise.all([held, ...rest])
    expect(order.indexOf("modest")).toBe(1)
  })

  it("refuses a caller with a quarter of the queue with client-queue-full, others with queue-full", async () => {
    const gate = open(8)
    const first = task()
    const all = [gate.run(caller("a"), first.run)]
    for (let i = 0; i < 2; i++) all.push(gate.run(caller("a"), first.run))
    await expect(gate.run(caller("a"), first.run)).rejects.toMatchObject({ code: "client-queue-full" })
    for (const name of ["b", "c", "d"])
      for (let i = 0; i < 2; i++) all.push(gate.run(caller(name), first.run))
    await expect(gate.run(caller("e"), first.run)).rejects.toMatchObject({
      code: "queue-full",
      retryAfterSeconds: 1,
    })
    first.end()
    await Promise.all(all)
    await expect(gate.run(caller("a"), () => Promise.resolve("served"))).resolves.toBe("served")
  })

  it("refuses early when the wait would be too long, and says for how long", async () => {
    const gate = open(1000, 50)
    const first = task()
    const all = [gate.run(caller("a"), first.run), gate.run(caller("b"), first.run)]
    const started = performance.now()
    await expect(gate.run(caller("c"), first.run)).rejects.toMatchObject({ code: "queue-full" })
    expect(performance.now() - started).toBeLessThan(50)
    first.end()
    await Promise.all(all)
  })

  it("drops a caller who goes away while waiting, and never starts the task", async () => {
    const gate = open(8)
    const first = task()
    const held = gate.run(caller("a"), first.run)
    const gone = new AbortController()
    let started = false
    const dropped = gate.run(caller("b", gone.signal), async () => {
      started = true
    })
    gone.abort()
    await expect(dropped).rejects.toMatchObject({ code: "caller-gone" })
    expect(gate.load().queued).toBe(0)
    first.end()
    await held
    expect(started).toBe(false)
    await expect(gate.run(caller("b", gone.signal), first.run)).rejects.toMatchObject({ code: "caller-gone" })
  })

  it("gives its place on when a task fails", async () => {
    const gate = open(8)
    await expect(gate.run(caller("a"), () => Promise.reject(new Error("broken")))).rejects.toThrow("broken")
    await expect(gate.run(caller("a"), () => Promise.resolve(1))).resolves.toBe(1)
  })
})
