// Showing every new head to the cosigners, beside the sequencer and never within it: what they do can delay publication
// and nothing else.
import { keysForOrigin } from "../../protocol/log/log-keys.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import type { CosignAnswer, CosignerClient } from "./cosigner-client.ts"
import { compareHead } from "./cosigner-evidence.ts"
import { LedgerError } from "./errors.ts"
import type { Ledger, LogSummary, SignedHead } from "./ledger.ts"
import { StoreError } from "./store.ts"
import type { LedgerStore } from "./store.ts"

/** What the feed works with. */
export interface CosignFeedParts {
  readonly ledger: Pick<Ledger, "logs" | "head" | "refresh" | "consistency" | "halt">
  readonly store: LedgerStore
  /** The main log's; that of elections is the same under their names. */
  readonly logKey: VerifierKey
  readonly cosigners: readonly CosignerClient[]
  /** Least milliseconds between two looks: how long a split view could go unseen by cosigners. */
  readonly intervalMs: number
  /** Unix seconds. */
  readonly now: () => number
  /** From when on a new date is wanted of a log that does not grow any more; null for most. Unix seconds. */
  readonly dateFrom?: (log: LogSummary) => Promise<number | null>
  /** Told of each failure; a cosigner's name is public. */
  readonly onFailure: (cosigner: string, reason: CosignProblem) => void
}

/** What went wrong with one cosigner. */
export type CosignProblem =
  | Extract<CosignAnswer, { kind: "failed" }>["reason"]
  | "ahead" // it says, without proof, that it has a larger size
  | "forked" // it has our size and does not sign our head: one of us lies
  | "storage-failed"

/** A head that does not change is dated again, so that freshness can be judged, seconds. */
const REDATE_SECONDS = 600
/** A cosigner that failed is asked again after this, then after twice as long, milliseconds. */
const LONGEST_PAUSE_MS = 60_000
/** The first answer may only say where to begin. */
const TRIES = 3

/** What one cosigner signed last of one log. */
interface Seen {
  readonly size: number
  readonly at: number
}

/** Feeds the cosigners. Losing one costs its signature; nothing that it says reaches the sequencer but proof of a fork. */
export class CosignFeed {
  readonly #parts: CosignFeedParts
  readonly #lanes: readonly Lane[]
  #timer: NodeJS.Timeout | null = null

  constructor(parts: CosignFeedParts) {
    this.#parts = parts
    // Each has a lane of its own: one that hangs holds up no other.
    this.#lanes = parts.cosigners.map((cosigner) => new Lane(cosigner, parts))
  }

  start(): void {
    if (this.#lanes.length === 0) return
    this.#timer = setInterval(() => {
      for (const lane of this.#lanes) void lane.run()
    }, this.#parts.intervalMs)
  }

  /** One look at every log now; resolves when every cosigner answered or failed. */
  async round(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.run()))
  }

  /** Resolves when nothing of it runs any more; a call to a cosigner ends by its own time limit. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
  }
}

class Lane {
  readonly #cosigner: CosignerClient
  readonly #parts: CosignFeedParts
  readonly #seen = new Map<string, Seen>()
  /** Logs whose last date is as late as anybody will ask for. */
  readonly #finished = new Set<string>()
  #running: Promise<void> | null = null
  #stopped = false
  #failures = 0
  #pausedUntilMs = 0

  constructor(cosigner: CosignerClient, parts: CosignFeedParts) {
    this.#cosigner = cosigner
    this.#parts = parts
  }

  run(): Promise<void> {
    if (this.#stopped || performance.now() < this.#pausedUntilMs) return Promise.resolve()
    this.#running ??= this.#round().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #round(): Promise<void> {
    let hasFailed = false
    for (const log of this.#parts.ledger.logs()) {
      const problem = this.#stopped ? null : await this.#look(log)
      if (problem === null) continue
      this.#parts.onFailure(this.#cosigner.key.name, problem)
      hasFailed = true
      if (problem === "unreachable") break // the others would wait as long each
    }
    if (!hasFailed) {
      this.#failures = 0
      return
    }
    const pause = this.#parts.intervalMs * 2 ** Math.min(this.#failures++, 10)
    this.#pausedUntilMs = performance.now() + Math.min(LONGEST_PAUSE_MS, pause)
  }

  async #look(log: LogSummary): Promise<CosignProblem | null> {
    const { origin } = log
    if (this.#finished.has(origin)) return null
    try {
      const isDue = await this.#isDue(log)
      return isDue ? await this.#show(origin) : null
    } catch (error) {
      if (error instanceof StoreError || error instanceof LedgerError) return "storage-failed"
      throw error
    }
  }

  async #isDue(log: LogSummary): Promise<boolean> {
    const { now, ledger, dateFrom } = this.#parts
    const { origin, state } = log
    const seen = this.#seen.get(origin)
    if (seen?.size !== ledger.head(origin).size) return true
    const from = (await dateFrom?.(log)) ?? null
    if (from !== null && seen.at < from) return now() >= from
    if (state === "closed") this.#finished.add(origin)
    return state === "open" && now() >= seen.at + REDATE_SECONDS
  }

  /** Offers the head, beginning where the cosigner says that it is. */
  async #show(origin: string): Promise<CosignProblem | null> {
    const { ledger } = this.#parts
    let oldSize = this.#seen.get(origin)?.size ?? 0
    for (let i = 0; i < TRIES; i++) {
      const head = ledger.head(origin)
      const proof = oldSize === 0 ? [] : await ledger.consistency(origin, oldSize, head.size)
      if (proof === null) return this.#suspect(origin)
      const answer = await this.#cosigner.add({ oldSize, proof, checkpoint: head.note })
      if (answer.kind === "signed") return this.#keep(head, answer)
      if (answer.kind === "failed") return this.#failed(origin, answer.reason)
      // At our size, asked with a proof from it: it has another tree, or lies.
      if (answer.size === oldSize) return this.#suspect(origin)
      oldSize = answer.size
    }
    return this.#suspect(origin)
  }

  async #keep(
    head: SignedHead,
    { line, timeUnixSeconds }: Extract<CosignAnswer, { kind: "signed" }>,
  ): Promise<null> {
    const { store, logKey } = this.#parts
    const row = await store.findLog(head.origin)
    if (row === null) return null
    const { name, keyId, signature } = line
    const cosignature = { size: head.size, name, keyId, timeUnixSeconds, signature }
    // Dates of an election's head are kept: the first one after the end of voting is what its auditors go by.
    await store.putCosignature(row.id, cosignature, head.origin === logKey.name ? "dropped" : "kept")
    this.#seen.set(head.origin, { size: head.size, at: timeUnixSeconds })
    return null
  }

  async #failed(
    origin: string,
    reason: Extract<CosignAnswer, { kind: "failed" }>["reason"],
  ): Promise<CosignProblem> {
    return reason === "refused-422" ? this.#suspect(origin, reason) : reason
  }

  /** It has another idea of our log. Its word is an alarm; its proof, under our own signature, ends our writing. */
  async #suspect(origin: string, told: CosignProblem = "ahead"): Promise<CosignProblem> {
    const { ledger, store, logKey } = this.#parts
    this.#seen.delete(origin)
    await ledger.refresh(origin) // another instance may have shown it a head that we have not read yet
    const [key] = keysForOrigin([logKey], origin)
    if (key === undefined) return told
    const found = await compareHead(store, key, await this.#cosigner.monitor(origin))
    if (found !== "ahead" && found !== "forked") return told
    ledger.halt(
      new LedgerError("cosigner-ahead", `${this.#cosigner.key.name} proves another history of ${origin}`),
    )
    return found
  }
}
