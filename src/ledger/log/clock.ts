// Time as the ledger sees it. A parameter, so that a test plays a week of voting in a second.

/** A wall clock with an alarm. */
export interface Clock {
  /** Unix milliseconds. */
  readonly now: () => number
  /** Runs `alarm` once, about `delayMs` from now, unless what it answers is called before. */
  readonly schedule: (delayMs: number, alarm: () => void) => () => void
}

/** Longest delay a timer takes, milliseconds: 2^31 - 1; above it Node fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** The alarm of the process; it keeps the process alive, as what waits for it does. @param now - Unix milliseconds */
export function createClock(now: () => number = Date.now): Clock {
  return {
    now,
    schedule: (delayMs, alarm) => {
      const timer = setTimeout(alarm, Math.min(MAX_DELAY_MS, Math.max(0, delayMs)))
      return () => {
        clearTimeout(timer)
      }
    },
  }
}
