// When voting ended, by the only clocks that a reader has: the times at which cosigners saw a tree.

/** A signed head of the election's log with what the policy's cosigners say about it. */
export interface DatedHead {
  readonly size: number
  readonly hasQuorum: boolean
  /** Unix seconds at which cosigners of the policy saw it. */
  readonly cosignedAt: readonly number[]
}

/** What two honest clocks may differ by: a cosigned close older than this before the end was made early. */
export const CLOCK_SECONDS = 5
/** Every ballot that arrived in time is in the log by then: the close comes at 30 s. */
export const SETTLED_SECONDS = 60
/** Heads are cosigned again every 600 s; later than this the end of voting rests on the service's word. */
export const DATED_WITHIN_SECONDS = 900

/** What the times say. */
export interface CloseTimes {
  readonly refusal: "close-early" | "ballots-late" | null
  /** False when nobody but the service says when voting ended. */
  readonly isDated: boolean
}

/**
 * Holds the close against the cosigners' clocks: no head with the close may be older than the end of voting, and the
 * first head that is a minute younger must already have everything that counts.
 * @param heads - every head that was seen, signed by the log
 * @param closeIndex - index of `election-close`
 * @param closesAt - Unix seconds, extensions included
 */
export function checkCloseTimes(
  heads: readonly DatedHead[],
  closeIndex: number,
  closesAt: number,
): CloseTimes {
  const dated = heads.filter(({ hasQuorum, cosignedAt }) => hasQuorum && cosignedAt.length > 0)
  const isEarly = ({ size, cosignedAt }: DatedHead): boolean =>
    size > closeIndex && Math.min(...cosignedAt) < closesAt - CLOCK_SECONDS
  if (dated.some(isEarly)) return { refusal: "close-early", isDated: true }
  const settled = dated
    .filter(({ cosignedAt }) => Math.min(...cosignedAt) >= closesAt + SETTLED_SECONDS)
    .sort((a, b) => Math.max(...a.cosignedAt) - Math.max(...b.cosignedAt))
  const [first] = settled
  if (first === undefined) return { refusal: null, isDated: false }
  if (closeIndex > first.size) return { refusal: "ballots-late", isDated: true }
  return { refusal: null, isDated: Math.max(...first.cosignedAt) <= closesAt + DATED_WITHIN_SECONDS }
}
