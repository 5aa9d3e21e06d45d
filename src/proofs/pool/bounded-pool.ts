// Threads with a bounded queue, abort, a time limit, and faults as values. Home of piscina.
import { Piscina } from "piscina"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { threadOptions } from "./source-threads.ts"

/** Why a job has no outcome. None of them says anything about the job's content. */
export type PoolFault = "queue-full" | "pool-closed" | "aborted" | "timed-out" | "crashed"

/** How a pool is built. */
export interface BoundedPoolOptions {
  /** The thread's file: its default export, or what that promise gives, takes a job and resolves to an outcome. */
  readonly worker: URL
  /** Threads kept alive, and at most. */
  readonly threads: { readonly min: number; readonly max: number }
  /** Jobs queued and running together; the next one is refused with `queue-full`. */
  readonly bound: number
  /** From `run` to outcome, queue time included, in milliseconds; a running thread is ended. */
  readonly timeoutMs: number
  /** Idle threads above the minimum end after this time, in milliseconds; never by default. */
  readonly idleTimeoutMs?: number
  /** Handed to every thread: plain data, compiled WebAssembly modules and shared memory; public values only. */
  readonly workerData?: unknown
  /** Heap limit of each thread in megabytes, 256 by default. WebAssembly memory is outside of it. */
  readonly heapMb?: number
}

/** How one job runs. */
interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Memory that moves to the thread instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[]
}

/** A bounded pool; `Outcome` is what the thread's function answers. */
export interface BoundedPool<Job, Outcome> {
  /** Never rejects. What a thread throws is `crashed`, its text dropped: it may quote the job. */
  run(job: Job, options?: RunOptions): Promise<Verdict<Outcome, PoolFault>>
  /** Jobs that no thread has begun, and jobs that one has. */
  load(): { readonly queued: number; readonly running: number }
  /** Refuses new jobs, drops queued ones as `pool-closed`, waits `graceMs` for running ones, then ends the threads. */
  close(options: { readonly graceMs: number }): Promise<void>
}

const DEFAULT_HEAP_MB = 256 // a proof of 2^14 constraints needs about 100; a runaway thread must not take the process

/**
 * Opens a pool. Threads start at once; a thread that dies is replaced, and its job is answered with `crashed`.
 * The queue is ours: piscina tells a full queue by message text only and cannot say which job a thread has begun.
 */
export function openBoundedPool<Job, Outcome>(options: BoundedPoolOptions): BoundedPool<Job, Outcome> {
  return new PiscinaPool<Job, Outcome>(options)
}

/** One accepted job. `settle` counts once; later calls change nothing. */
interface Ticket<Job, Outcome> {
  readonly job: Job
  readonly transfer: readonly ArrayBuffer[]
  readonly stop: AbortController
  readonly settle: (verdict: Verdict<Outcome, PoolFault>) => void
}

class PiscinaPool<Job, Outcome> implements BoundedPool<Job, Outcome> {
  readonly #threads: Piscina
  readonly #options: BoundedPoolOptions
  readonly #queued: Ticket<Job, Outcome>[] = []
  readonly #running = new Set<Ticket<Job, Outcome>>()
  #closed = false

  constructor(options: BoundedPoolOptions) {
    this.#options = options
    this.#threads = new Piscina({
      filename: options.worker.href,
      minThreads: Math.max(1, options.threads.min), // with none alive, nobody would take what waits
      maxThreads: options.threads.max,
      maxQueue: options.threads.max,
      concurrentTasksPerWorker: 1, // one secret per memory
      atomics: "disabled", // else the thread blocks between jobs and stalls a cleanup left behind
      idleTimeout: options.idleTimeoutMs ?? Infinity,
      recordTiming: false, // no statistics of durations: they depend on secrets
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb ?? DEFAULT_HEAP_MB },
      workerData: options.workerData,
      ...threadOptions(options.worker),
    })
    // Told of a thread that dies without a job. When its replacements die too, nobody is left to take what was handed over.
    this.#threads.on("error", () => {
      if (this.#threads.threads.length === 0)
        for (const ticket of this.#running) this.#drop(ticket, "crashed")
    })
  }

  load(): { readonly queued: number; readonly running: number } {
    return { queued: this.#queued.length, running: this.#running.size }
  }

  run(job: Job, { signal, transfer = [] }: RunOptions = {}): Promise<Verdict<Outcome, PoolFault>> {
    if (this.#closed) return Promise.resolve(refuse("pool-closed"))
    if (signal?.aborted === true) return Promise.resolve(refuse("aborted"))
    if (this.#queued.length + this.#running.size >= this.#options.bound) {
      return Promise.resolve(refuse("queue-full"))
    }
    return new Promise((resolve) => {
      const stop = new AbortController()
      const onAbort = (): void => {
        this.#drop(ticket, "aborted")
      }
      const timer = setTimeout(() => {
        this.#drop(ticket, "timed-out")
      }, this.#options.timeoutMs)
      const settle = (verdict: Verdict<Outcome, PoolFault>): void => {
        clearTimeout(timer)
        signal?.removeEventListener("abort", onAbort)
        resolve(verdict)
      }
      const ticket: Ticket<Job, Outcome> = { job, transfer, stop, settle }
      signal?.addEventListener("abort", onAbort, { once: true })
      this.#queued.push(ticket)
      this.#dispatch()
    })
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#closed = true
    for (const ticket of this.#queued.splice(0)) ticket.settle(refuse("pool-closed"))
    const deadline = performance.now() + graceMs
    while (this.#running.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(20, graceMs)))
    }
    for (const ticket of this.#running) ticket.settle(refuse("pool-closed"))
    await this.#threads.destroy()
  }

  /** Hands over as many jobs as there are threads: what waits stays with us and can leave at once. */
  #dispatch(): void {
    while (this.#running.size < this.#options.threads.max) {
      const ticket = this.#queued.shift()
      if (ticket === undefined) return
      this.#running.add(ticket)
      void this.#begin(ticket)
    }
  }

  async #begin(ticket: Ticket<Job, Outcome>): Promise<void> {
    const { job, transfer, stop } = ticket
    try {
      const options = { signal: stop.signal, transferList: [...transfer] }
      ticket.settle(accept((await this.#threads.run(job, options)) as Outcome))
    } catch {
      ticket.settle(refuse("crashed")) // the text is dropped: it may quote the job
    } finally {
      this.#running.delete(ticket)
      if (!this.#closed) this.#dispatch()
    }
  }

  /** Ends a job early; ending a running one ends its thread, since WebAssembly does not listen to signals. */
  #drop(ticket: Ticket<Job, Outcome>, fault: PoolFault): void {
    const waiting = this.#queued.indexOf(ticket)
    if (waiting >= 0) this.#queued.splice(waiting, 1)
    ticket.settle(refuse(fault))
    ticket.stop.abort()
  }
}
