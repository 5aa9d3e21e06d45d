// The single writer of one log in this process: drafts wait, batches are cut, faults are told apart.
import { appendBatch } from "./append.ts"
import type { AppendContext, Appended } from "./append.ts"
import { answerOf } from "./answer.ts"
import type { PreparedDraft } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import type { LedgerErrorCode } from "./errors.ts"
import type { Admission, SignedHead } from "./ledger.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { StoreError } from "./store.ts"

/** Bounds of one sequencer. */
export interface SequencerLimits {
  /** Most entries of a batch: one transaction, one signature, two fsyncs for all of them. */
  readonly batchEntries: number
  /** How long the first draft of a batch waits for others. */
  readonly batchMilliseconds: number
  /** Most drafts that wait, so that memory is bounded when the disk is slow. */
  readonly queue: number
}

/** The limits of a service. */
export const DEFAULT_LIMITS: SequencerLimits = { batchEntries: 256, batchMilliseconds: 50, queue: 4096 }

const TRIES = 3 // of a busy transaction; each has already waited for the engine's own lock timeout
const JITTER_MILLISECONDS = 50

/** What the sequencers of one process share. */
export interface SequencerHost {
  readonly limits: SequencerLimits
  /** The fault after which this process signs nothing more; null while it runs. */
  readonly halted: () => unknown
  readonly halt: (cause: unknown) => void
  /** Called only after the guard has recorded the head. */
  readonly publish: (head: SignedHead) => void
}

interface Waiting {
  readonly draft: PreparedDraft
  readonly resolve: (answer: Admission) => void
  readonly reject: (reason: unknown) => void
}

/** Appends to one log. Owned by the ledger; no other writer in this process. */
export class Sequencer {
  #log: AppendContext
  readonly #guard: RollbackGuard
  readonly #host: SequencerHost
  #waiting: Waiting[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #flushing: Promise<void> | null = null
  #closed = false

  constructor(log: AppendContext, guard: RollbackGuard, host: SequencerHost) {
    this.#log = log
    this.#guard = guard
    this.#host = host
  }

  /** Queues a draft; resolves when its batch is durable. @throws LedgerError as `Ledger.admit` */
  admit(draft: PreparedDraft): Promise<Admission> {
    if (this.#closed) return Promise.reject(new LedgerError("log-closed", "the ledger is closing"))
    if (this.#host.halted() !== null) return Promise.reject(haltedError())
    if (this.#waiting.length >= this.#host.limits.queue) {
      return Promise.reject(new LedgerError("queue-full", `${this.#host.limits.queue} drafts wait already`))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, resolve, reject })
      this.#schedule()
    })
  }

  /** Refuses new drafts and resolves when those that wait are answered. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#waiting.length > 0 || this.#flushing !== null) {
      this.#startFlush()
      await this.#flushing
    }
    await this.#guard.close()
  }

  #schedule(): void {
    if (this.#flushing !== null) return // the next batch starts when this one ends
    if (this.#waiting.length >= this.#host.limits.batchEntries) this.#startFlush()
    else {
      this.#timer ??= setTimeout(() => {
        this.#startFlush()
      }, this.#host.limits.batchMilliseconds)
    }
  }

  #startFlush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#flushing !== null || this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, this.#host.limits.batchEntries)
    this.#flushing = this.#settle(batch).finally(() => {
      this.#flushing = null
      if (this.#waiting.length > 0) this.#startFlush()
    })
  }

  /** Answers every draft of a batch; never rejects. */
  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const done = await this.#appendDurably(batch)
      const context = { log: this.#proven(), reads: this.#log.store, size: this.#log.edge.size }
      for (const item of batch) await answerOf(context, done, item).then(item.resolve, item.reject)
    } catch (cause) {
      await this.#settleFault(batch, cause)
    }
  }

  async #settleFault(batch: readonly Waiting[], cause: unknown): Promise<void> {
    const code = cause instanceof StoreError ? cause.code : null
    if ((code === "claim-conflict" || code === "store-conflict") && batch.length > 1) {
      // One of them clashes with a row the lock should have shown: each gets its own transaction.
      for (const item of batch) await this.#settle([item])
      return
    }
    const answer = await this.#errorFor(code, cause)
    for (const item of batch) item.reject(answer)
    if (this.#host.halted() !== null) {
      for (const item of this.#waiting.splice(0)) item.reject(haltedError())
    }
  }

  /** Decides whether a fault ends this process's writing, and what the callers are told. */
  async #errorFor(code: StoreError["code"] | null, cause: unknown): Promise<LedgerError> {
    const told = (name: LedgerErrorCode, message: string) => new LedgerError(name, message, { cause })
    if (this.#host.halted() !== null) return haltedError()
    if (code === "store-busy") return told("storage-failed", "the database is busy")
    if (code === "store-conflict") return told("storage-failed", "a row of this draft is refused")
    if (code === "store-full" && (await this.#headIsUnchanged()))
      return told("storage-full", "the disk is full")
    this.#host.halt(cause)
    const known = cause instanceof LedgerError ? cause.code : code
    if (known === "commit-outcome-unknown")
      return told(known, "it is not known whether the batch was written")
    return told("storage-failed", "the ledger has halted")
  }

  async #headIsUnchanged(): Promise<boolean> {
    try {
      const row = await this.#log.store.findLog(this.#log.origin)
      return row?.size === this.#log.edge.size
    } catch {
      return false // a head that cannot be read is not known to be the old one
    }
  }

  /** T1 to T11; a busy database is tried again. */
  async #appendDurably(batch: readonly Waiting[]): Promise<Appended<Waiting>> {
    for (let attempt = 1; ; attempt++) {
      if (this.#host.halted() !== null) throw haltedError()
      try {
        const done = await appendBatch(this.#log, batch)
        if (done.growth !== null) await this.#remember(done.growth)
        return done
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "store-busy" || attempt === TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MILLISECONDS * attempt))
      }
    }
  }

  /** T10 and T11: the guard first; until it has the head nobody may see it. */
  async #remember(growth: NonNullable<Appended<Waiting>["growth"]>): Promise<void> {
    try {
      await this.#guard.record(growth.head)
    } catch (cause) {
      throw new LedgerError("commit-outcome-unknown", "the guard could not record a committed head", {
        cause,
      })
    }
    this.#log = { ...this.#log, edge: growth.edge }
    this.#host.publish(growth.head)
  }

  #proven() {
    const { logId, origin, signer } = this.#log
    return { logId, origin, key: signer.key }
  }
}

function haltedError(): LedgerError {
  return new LedgerError("storage-failed", "the ledger has halted")
}
