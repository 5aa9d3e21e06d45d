// In front of the threads: a bounded queue that is fair between callers and says no within milliseconds.
import { VerificationError } from "./verification-error.ts"

/** Bounds of the gate. */
export interface GateOptions {
  readonly threads: number
  /** Most waiting tasks; a quarter of it per caller. */
  readonly maxQueued: number
  /** Refuse when a new task would wait longer than this, in milliseconds. */
  readonly maxWaitMs: number
}

/** Who waits: a name within this process, and a signal that tells when the caller has gone. */
export interface Caller {
  readonly clientKey: string
  readonly signal: AbortSignal
}

interface Ticket {
  readonly start: () => void
}

/** Task time assumed before the first was measured, in milliseconds: one cold verification of one part. */
const FIRST_GUESS_MS = 30
/** Weight of the newest measurement. */
const SMOOTHING = 0.1
/** Spread of `Retry-After`, so that refused callers do not return in one wave, in seconds. */
const JITTER_SECONDS = 2

/** Starts at most `threads` tasks at once; the rest waits in turns, one caller after the other. */
export class AdmissionGate {
  readonly #options: GateOptions
  readonly #jitter: () => number
  /** Insertion order is the order of turns. */
  readonly #waiting = new Map<string, Ticket[]>()
  #queued = 0
  #running = 0
  #averageMs = FIRST_GUESS_MS

  /** @param jitter - 0 <= value < 1, spreads retries */
  constructor(options: GateOptions, jitter: () => number) {
    this.#options = options
    this.#jitter = jitter
  }

  /** Waiting and running tasks, and how many may wait. */
  load(): { readonly queued: number; readonly running: number; readonly maxQueued: number } {
    return { queued: this.#queued, running: this.#running, maxQueued: this.#options.maxQueued }
  }

  /**
   * Runs the task when its turn comes. A caller who goes away while waiting loses its place; a running task finishes.
   * @throws VerificationError `queue-full`, `client-queue-full`, `caller-gone`, and what the task throws
   */
  async run<T>(caller: Caller, task: () => Promise<T>): Promise<T> {
    this.#refuseEarly(caller)
    if (this.#running < this.#options.threads) this.#running++
    else await this.#wait(caller)
    const started = performance.now()
    try {
      return await task()
    } finally {
      this.#averageMs += SMOOTHING * (performance.now() - started - this.#averageMs)
      this.#running--
      this.#startNext()
    }
  }

  #refuseEarly({ clientKey, signal }: Caller): void {
    const { threads, maxQueued, maxWaitMs } = this.#options
    if (signal.aborted) throw new VerificationError("caller-gone", "the caller has gone")
    const own = this.#waiting.get(clientKey)?.length ?? 0
    if (own >= Math.max(1, Math.floor(maxQueued / 4))) {
      throw new VerificationError(
        "client-queue-full",
        "too many of the caller's proofs wait",
        this.#retryAfter(0),
      )
    }
    const waitMs = ((this.#queued + this.#running) / threads) * this.#averageMs
    const isBusy = this.#running >= threads
    if (isBusy && (this.#queued >= maxQueued || waitMs > maxWaitMs)) {
      throw new VerificationError("queue-full", "too many proofs wait", this.#retryAfter(waitMs))
    }
  }

  #wait({ clientKey, signal }: Caller): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#remove(clientKey, ticket)
        reject(new VerificationError("caller-gone", "the caller has gone"))
      }
      const ticket: Ticket = {
        start: () => {
          signal.removeEventListener("abort", leave)
          resolve()
        },
      }
      signal.addEventListener("abort", leave, { once: true })
      const own = this.#waiting.get(clientKey)
      if (own === undefined) this.#waiting.set(clientKey, [ticket])
      else own.push(ticket)
      this.#queued++
    })
  }

  #startNext(): void {
    const [turn] = this.#waiting
    if (turn === undefined) return
    const [clientKey, own] = turn
    const ticket = own.shift()
    this.#waiting.delete(clientKey)
    if (own.length > 0) this.#waiting.set(clientKey, own) // to the end of the turns
    if (ticket === undefined) return
    this.#queued--
    this.#running++
    ticket.start()
  }

  #remove(clientKey: string, ticket: Ticket): void {
    const own = this.#waiting.get(clientKey)
    const at = own?.indexOf(ticket) ?? -1
    if (own === undefined || at < 0) return
    own.splice(at, 1)
    if (own.length === 0) this.#waiting.delete(clientKey)
    this.#queued--
  }

  #retryAfter(waitMs: number): number {
    return Math.max(1, Math.ceil(waitMs / 1000) + Math.floor(this.#jitter() * (JITTER_SECONDS + 1)))
  }
}
