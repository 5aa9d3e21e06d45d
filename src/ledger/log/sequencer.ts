// The single writer of one log in this process: drafts wait, batches are cut, faults are told apart.
import { setImmediate as nextTurn } from "node:timers/promises"
import { appendBatch, loadEdge } from "./append.ts"
import type { AppendContext, Appended } from "./append.ts"
import { answerOf } from "./answer.ts"
import type { Clock } from "./clock.ts"
import { isBallotKind } from "./draft.ts"
import type { PreparedDraft } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import type { LedgerErrorCode } from "./errors.ts"
import { Lane, soon, windowEnd } from "./lane.ts"
import type { Waiting } from "./lane.ts"
import type { Admission, BallotWindow, SignedHead } from "./ledger.ts"
import { headAt } from "./proofs.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { StoreError } from "./store.ts"
import type { LogRow } from "./store.ts"

/** Bounds of a ledger's queues. */
export interface SequencerLimits {
  /** Most entries of a batch: one transaction, one signature, two fsyncs for all of them. */
  readonly batchEntries: number
  /** How long the first draft of a batch waits for others. */
  readonly batchMilliseconds: number
  /** Most drafts that wait for a log, ballots aside, so that memory is bounded when the disk is slow. */
  readonly queue: number
  /**
   * Most ballots that wait for the window of one election; beyond it a ballot is refused and tried again. A window is one
   * transaction, never two, since a split would tell the early from the late. 8,192 of them took 100 MB and were written
   * and answered in 4 s on two busy cores.
   */
  readonly windowBallots: number
}

/** The limits of a service. */
export const DEFAULT_LIMITS: SequencerLimits = {
  batchEntries: 256,
  batchMilliseconds: 50,
  queue: 4096,
  windowBallots: 8192,
}

/** How ballots are written before the log's own rule is known: the window that elections have unless they say another. */
const DEFAULT_WINDOW: BallotWindow = { batchWindowSeconds: 10, closesAtUnixSeconds: Number.MAX_SAFE_INTEGER }

/** Receipts made before others get a turn: a window of thousands must not hold up the whole process. */
const ANSWERS_AT_A_STRETCH = 256
const TRIES = 3 // of a busy transaction; each has already waited for the engine's own lock timeout
const JITTER_MILLISECONDS = 50

/** What the sequencers of one process share. */
export interface SequencerHost {
  readonly limits: SequencerLimits
  readonly clock: Clock
  /** The fault after which this process signs nothing more; null while it runs. */
  readonly halted: () => unknown
  readonly halt: (cause: unknown) => void
}

/**
 * Appends to one log. Owned by the ledger; no other writer in this process. Ballots have a lane of their own, so that a
 * control entry of the same log goes at once and leaves their window whole.
 */
export class Sequencer {
  #log: AppendContext
  #published: SignedHead
  #state: LogRow["state"]
  readonly #guard: RollbackGuard
  readonly #host: SequencerHost
  readonly #urgent: Lane
  readonly #ballots: Lane
  #flushing: Promise<void> | null = null
  #closed = false

  /** @param opened - the log's state and its head, which the guard has recorded */
  constructor(
    log: AppendContext,
    guard: RollbackGuard,
    host: SequencerHost,
    opened: { readonly state: LogRow["state"]; readonly head: SignedHead },
  ) {
    this.#log = log
    this.#state = opened.state
    this.#published = opened.head
    this.#guard = guard
    this.#host = host
    const { clock, limits } = host
    const pump = (): void => {
      this.#pump()
    }
    const { batchMilliseconds, batchEntries } = limits
    this.#urgent = new Lane(clock, soon(batchMilliseconds), batchEntries, pump)
    this.#ballots = new Lane(clock, windowEnd(DEFAULT_WINDOW, batchMilliseconds), Infinity, pump)
  }

  /** The newest head that is durable in database and guard. */
  get published(): SignedHead {
    return this.#published
  }

  /** Closed: nothing is ever appended again. */
  get state(): LogRow["state"] {
    return this.#state
  }

  /** Queues a draft; resolves when its batch is durable. @throws LedgerError as `Ledger.admit` */
  admit(draft: PreparedDraft): Promise<Admission> {
    if (this.#closed) return Promise.reject(new LedgerError("log-closed", "the ledger is closing"))
    if (this.#host.halted() !== null) return Promise.reject(haltedError())
    const { queue, windowBallots } = this.#host.limits
    const isBallot = draft.entry !== null && isBallotKind(draft.entry.kind)
    const [lane, most] = isBallot ? [this.#ballots, windowBallots] : [this.#urgent, queue]
    if (lane.length >= most) {
      return Promise.reject(new LedgerError("queue-full", `${most} drafts wait already`))
    }
    return new Promise((resolve, reject) => {
      lane.add({ draft, resolve, reject })
    })
  }

  /** Says when ballots are written; those that wait follow the new rule. */
  setBallotWindow(window: BallotWindow): void {
    this.#ballots.setDueTime(windowEnd(window, this.#host.limits.batchMilliseconds))
  }

  /** Writes the ballots that wait now; resolves when they are answered. */
  async flushBallots(): Promise<void> {
    this.#ballots.makeDue()
    await this.#flushing // either theirs, or the batch after which theirs is next
    await this.#flushing
  }

  /** Looks at the database for entries of another instance. @throws LedgerError as `Ledger.refresh` */
  async refresh(): Promise<void> {
    if (this.#host.halted() !== null) return
    await this.#flushing // may have looked before we were asked; a batch that begins after it looks for us
    if (this.#flushing !== null) {
      await this.#flushing
      return
    }
    const failures: LedgerError[] = []
    await this.#alone(async () => {
      try {
        const row = await this.#log.store.findLog(this.#log.origin)
        if (row !== null) await this.#follow(row)
      } catch (cause) {
        failures.push(await this.#errorFor(cause instanceof StoreError ? cause.code : null, cause))
      }
    })
    if (failures[0] !== undefined) throw failures[0]
  }

  /** Refuses new drafts and resolves when those that wait are answered. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#urgent.length > 0 || this.#ballots.length > 0 || this.#flushing !== null) {
      this.#ballots.makeDue()
      this.#urgent.makeDue()
      await this.#flushing
    }
    await this.#guard.close()
  }

  /** Starts the batch that is due, a window first: it is the one that promised a time. */
  #pump(): void {
    if (this.#flushing !== null) return // the next batch starts when this one ends
    const lane = [this.#ballots, this.#urgent].find((one) => one.isDue)
    if (lane === undefined) return
    // In an order nobody can foresee: should a batch have to be written one by one, arrival must not show either.
    const batch = this.#log.shuffle(lane.take())
    void this.#alone(async () => {
      await this.#settle(batch)
      this.#urgent.makeDue() // what came meanwhile does not wait for its alarm: the commit it waited for is over
    })
  }

  /** Runs a step while no batch is written, then the batch that became due. @param run - never rejects */
  #alone(run: () => Promise<void>): Promise<void> {
    this.#flushing = run().finally(() => {
      this.#flushing = null
      this.#pump()
    })
    return this.#flushing
  }

  /** Answers every draft of a batch; never rejects. */
  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const done = await this.#appendDurably(batch)
      const context = { log: this.#proven(), reads: this.#log.store, size: this.#published.size }
      for (const [i, item] of batch.entries()) {
        if (i % ANSWERS_AT_A_STRETCH === 0) await nextTurn()
        await answerOf(context, done, item).then(item.resolve, item.reject)
      }
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
      for (const lane of [this.#urgent, this.#ballots]) {
        while (lane.length > 0) for (const item of lane.take()) item.reject(haltedError())
      }
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
        if (done.growth === null) await this.#follow(done.found)
        else await this.#remember(done.growth)
        return done
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "store-busy" || attempt === TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MILLISECONDS * attempt))
      }
    }
  }

  /** T10 and T11: the guard first; until it has the head nobody may see it. */
  async #remember({ head, edge, state }: NonNullable<Appended<Waiting>["growth"]>): Promise<void> {
    try {
      await this.#guard.record(head)
    } catch (cause) {
      throw new LedgerError("commit-outcome-unknown", "the guard could not record a committed head", {
        cause,
      })
    }
    this.#log = { ...this.#log, edge }
    this.#state = state
    this.#published = head
  }

  /** Takes over a head that another instance wrote: believed when its edge carries our signature, guarded, then shown. */
  async #follow(row: LogRow): Promise<void> {
    if (row.size < this.#published.size) throw new LedgerError("head-inconsistent", "the head went backwards")
    if (row.size === this.#published.size) return
    const edge = await loadEdge(this.#log.store, this.#log, row)
    const head = await headAt(this.#log.store, this.#proven(), row.size)
    if (head === null) throw new LedgerError("head-inconsistent", "the head has no checkpoint")
    await this.#guard.record(head)
    this.#log = { ...this.#log, edge }
    this.#state = row.state
    this.#published = head
  }

  #proven() {
    const { logId, origin, signer } = this.#log
    return { logId, origin, key: signer.key }
  }
}

function haltedError(): LedgerError {
  return new LedgerError("storage-failed", "the ledger has halted")
}
