// Drafts that wait for one batch, and the alarm that says when it is due.
import type { Clock } from "./clock.ts"
import type { PreparedDraft } from "./draft.ts"
import type { Admission, BallotWindow } from "./ledger.ts"

/** A draft and whom to tell. */
export interface Waiting {
  readonly draft: PreparedDraft
  readonly resolve: (answer: Admission) => void
  readonly reject: (reason: unknown) => void
}

/** Says when a batch that begins to wait now is due, Unix milliseconds. */
export type DueTime = (nowMs: number) => number

/**
 * One queue of a sequencer. It becomes due by its alarm, by its size or by order; what is due stays due until a batch
 * was taken.
 */
export class Lane {
  readonly #clock: Clock
  readonly #onDue: () => void
  readonly #most: number
  #dueTime: DueTime
  #waiting: Waiting[] = []
  #cancel: (() => void) | null = null
  #isDue = false

  /**
   * @param most - drafts of one batch: with so many the lane is due at once
   * @param onDue - called when it becomes due by itself
   */
  constructor(clock: Clock, dueTime: DueTime, most: number, onDue: () => void) {
    this.#clock = clock
    this.#dueTime = dueTime
    this.#most = most
    this.#onDue = onDue
  }

  get length(): number {
    return this.#waiting.length
  }

  get isDue(): boolean {
    return this.#isDue && this.#waiting.length > 0
  }

  add(item: Waiting): void {
    this.#waiting.push(item)
    if (this.#waiting.length >= this.#most) this.makeDue()
    else this.#arm()
  }

  /** Makes what waits due now. */
  makeDue(): void {
    if (this.#waiting.length === 0) return
    this.#disarm()
    this.#isDue = true
    this.#onDue()
  }

  /** Changes the rule; what waits is due by the new one. */
  setDueTime(dueTime: DueTime): void {
    this.#dueTime = dueTime
    this.#disarm()
    if (!this.#isDue && this.#waiting.length > 0) this.#arm()
  }

  /** The next batch, in the order of arrival; the lane is not due any more. */
  take(): readonly Waiting[] {
    this.#disarm()
    this.#isDue = false
    const batch = this.#waiting.splice(0, this.#most)
    if (this.#waiting.length > 0) this.#arm()
    return batch
  }

  #arm(): void {
    if (this.#cancel !== null || this.#isDue) return
    let due = this.#dueTime(this.#clock.now())
    const wait = (): void => {
      const now = this.#clock.now()
      // Timers ring early by rounding and at any time when the wall clock is set: the clock decides, and nobody waits
      // longer because it was set back.
      due = Math.min(due, this.#dueTime(now))
      if (now < due) this.#cancel = this.#clock.schedule(due - now, wait)
      else this.makeDue()
    }
    wait()
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = null
  }
}

/** Due so long after the first draft came. */
export const soon =
  (delayMs: number): DueTime =>
  (nowMs) =>
    nowMs + delayMs

/**
 * Due at the next multiple of the window on the wall clock, at the latest at the end of voting, and soon after it.
 * @param soonMs - how long a batch waits once voting is over
 */
export const windowEnd =
  ({ batchWindowSeconds, closesAtUnixSeconds }: BallotWindow, soonMs: number): DueTime =>
  (nowMs) => {
    const windowMs = batchWindowSeconds * 1000
    const closesAtMs = closesAtUnixSeconds * 1000
    if (nowMs >= closesAtMs) return nowMs + soonMs
    return Math.min((Math.floor(nowMs / windowMs) + 1) * windowMs, closesAtMs)
  }
