/** Watches the verdicts of a thread, so that a flood of wrong proofs does not make it pay for batches that fail. */
export interface RefusalRate {
  /** Takes note of verdicts that came in a row. */
  note(verdict: boolean, count: number): void
  /** True for the 256 verdicts after a time in which more than 1 of 8 were negative. */
  isHigh(): boolean
}

const WINDOW = 256 // verdicts looked back on, and verdicts for which the answer then stays
const MAX_NEGATIVE = WINDOW / 8

/** Begins with a clean record. */
export function openRefusalRate(): RefusalRate {
  let recent: boolean[] = []
  let single = 0
  return {
    note: (verdict, count) => {
      single = Math.max(0, single - count)
      recent = [...recent, ...new Array<boolean>(Math.min(count, WINDOW)).fill(verdict)].slice(-WINDOW)
      if (recent.filter((one) => !one).length <= MAX_NEGATIVE) return
      single = WINDOW
      recent = []
    },
    isHigh: () => single > 0,
  }
}
