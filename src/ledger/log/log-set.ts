// The logs of one service in one process: all of them at the start, elections as they begin, here or in another instance.
import { EMPTY_ROOT } from "../../protocol/log/tree.ts"
import { LedgerError } from "./errors.ts"
import { isElectionOf } from "./first-entry.ts"
import type { LogSummary } from "./ledger.ts"
import { openEmpty, openFinished, openWritten } from "./open-log.ts"
import type { LogParts, OpenLog } from "./open-log.ts"
import { readOrphanGuards } from "./rollback-guard.ts"
import { checkOrphans } from "./start-checks.ts"
import { StoreError } from "./store.ts"
import type { LogRow } from "./store.ts"

/** Every log that this process has opened. */
export class LogSet {
  readonly #parts: LogParts
  readonly #mainOrigin: string
  readonly #open = new Map<string, OpenLog>()
  /** Openings under way: two at once would be two writers of one log. */
  readonly #opening = new Map<string, Promise<OpenLog | null>>()
  #closed = false

  constructor(parts: LogParts, mainOrigin: string) {
    this.#parts = parts
    this.#mainOrigin = mainOrigin
  }

  /**
   * Opens the main log and every election's that has entries. One that cannot be opened keeps all from starting: it is
   * the sign of a restored backup, or of damage, that an operator must look at.
   * @param stateDirectory - where the guards are
   * @throws LedgerError as `openWritten`; `rolled-back` for a guard whose log is gone
   */
  async start(stateDirectory: string): Promise<void> {
    this.#open.set(this.#mainOrigin, await openWritten(this.#parts, this.#mainOrigin))
    // A row without entries is that of an election that never began: the process ended before its entry 0.
    const rows = (await this.#parts.store.listLogs()).filter(({ size }) => size > 0)
    const origins = rows.map(({ origin }) => origin)
    checkOrphans(this.#mainOrigin, await readOrphanGuards(stateDirectory, origins))
    for (const row of rows) {
      if (row.kind === "election") this.#open.set(row.origin, await this.#openRow(row))
    }
  }

  /** An open log that has entries. @throws LedgerError `log-unknown` */
  get(origin: string): OpenLog {
    const log = this.#open.get(origin)
    if (log === undefined || log.head.size === 0) throw unknown()
    return log
  }

  /** A log that has entries, also when another instance began it. @throws LedgerError `log-unknown`, as `openWritten` */
  async find(origin: string): Promise<OpenLog> {
    const empty = this.#open.get(origin)
    if (empty?.head.size === 0) await empty.sequencer.refresh()
    else if (empty === undefined && isElectionOf(this.#mainOrigin, origin)) {
      await this.#openOnce(origin, async () => {
        const row = await this.#parts.store.findLog(origin)
        return row === null || row.size === 0 ? null : openWritten(this.#parts, origin, true)
      })
    }
    return this.get(origin)
  }

  /** Opens the logs of elections that another instance began. @throws as `find`, StoreError */
  async findOthers(): Promise<void> {
    for (const { origin, size } of await this.#parts.store.listLogs())
      if (size > 0 && !this.#open.has(origin)) await this.find(origin)
  }

  /** The log of an election that may not have begun. @throws LedgerError `rolled-back`, as `openWritten` */
  async begin(origin: string): Promise<OpenLog> {
    const log = await this.#openOnce(origin, async () => {
      const row = await this.#create(origin)
      return row.size === 0 ? openEmpty(this.#parts, row) : openWritten(this.#parts, origin, true)
    })
    if (log === null) throw unknown()
    return log
  }

  /** Every log that has entries, in the order in which they were opened. */
  list(): readonly LogSummary[] {
    return [...this.#open.values()].map((log) => log.summary).filter(({ size }) => size > 0)
  }

  /** Answers what waits in every log and closes their guards. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#opening.values())
    await Promise.all([...this.#open.values()].map((log) => log.sequencer.close()))
  }

  async #create(origin: string): Promise<LogRow> {
    try {
      return await this.#parts.store.createLog(origin, "election", EMPTY_ROOT)
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause
      throw new LedgerError("storage-failed", "the log of an election could not begin", { cause })
    }
  }

  #openRow(row: LogRow): Promise<OpenLog> {
    return row.state === "closed" ? openFinished(this.#parts, row) : openWritten(this.#parts, row.origin)
  }

  async #openOnce(origin: string, open: () => Promise<OpenLog | null>): Promise<OpenLog | null> {
    if (this.#closed) throw new LedgerError("log-closed", "the ledger is closing")
    const found = this.#open.get(origin)
    if (found !== undefined) return found
    const running = this.#opening.get(origin)
    if (running !== undefined) {
      await Promise.allSettled([running])
      return this.#openOnce(origin, open)
    }
    const opening = open()
      .then((log) => {
        if (log !== null) this.#open.set(origin, log)
        return log
      })
      .finally(() => this.#opening.delete(origin))
    this.#opening.set(origin, opening)
    return opening
  }
}

const unknown = (): LedgerError => new LedgerError("log-unknown", "no log of this origin")
