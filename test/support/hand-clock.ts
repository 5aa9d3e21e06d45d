// A wall clock that stands until a test moves it; alarms go off in the order of their times.
import type { Clock } from "../../src/ledger/log/clock.ts"
import { isOnPostgres } from "./databases.ts"

interface Alarm {
  readonly at: number
  readonly run: () => void
}

/** On a server every look at the log is a round trip, and two of them must fit on a busy machine. */
const ROUND_TRIPS_MS = 400

/** Lets drafts reach their queues. @param ms - what that takes where the database is in the process */
export const turn = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, isOnPostgres() ? Math.max(ms, ROUND_TRIPS_MS) : ms))

/** A `Clock` that is moved by hand. */
export class HandClock implements Clock {
  #now: number
  readonly #alarms = new Set<Alarm>()

  /** @param startMs - Unix milliseconds */
  constructor(startMs: number) {
    this.#now = startMs
  }

  readonly now = (): number => this.#now

  readonly schedule = (delayMs: number, run: () => void): (() => void) => {
    const alarm = { at: this.#now + delayMs, run }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** When the alarms that are set will go off, ascending. */
  get alarms(): readonly number[] {
    return [...this.#alarms].map(({ at }) => at).sort((a, b) => a - b)
  }

  /** Moves on, ringing each alarm at its time. */
  moveTo(ms: number): void {
    for (;;) {
      const [next] = [...this.#alarms].filter(({ at }) => at <= ms).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
    this.#now = ms
  }
}
