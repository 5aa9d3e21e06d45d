// Bounded discrete logarithms (baby steps, giant steps): the counters in a decrypted sum, or the certainty that there are none.
import { BASE8, IDENTITY } from "./babyjubjub.ts"
import type { CurvePoint } from "./babyjubjub.ts"
import { openPointWalk } from "./point-walk.ts"

/** Most rows of a table: a full census of 2^24 votes, and 0. 200 MB. */
const MAX_ROWS = 2 ** 24 + 1

/** Finds a and b in point = a*G + b*giant. */
export interface LogSearch {
  /**
   * The one pair with 0 <= a < rows, 0 <= b < giants and point = a*G + b*giant, or null when there is none; at most
   * `giants` points are compared, whatever the point.
   */
  find: (point: CurvePoint, onBlock?: (compared: number) => void) => { a: number; b: number } | null
}

/** The extent of a search: rows a*G in the table, giant steps of one point. */
export interface LogBounds {
  readonly rows: number
  readonly giant: CurvePoint
  readonly giants: number
}

/**
 * Builds the table of a*G once for any number of searches; about 12 bytes a row.
 * @param bounds - 1 <= rows <= 2^24 + 1, giants >= 1; a + b*log(giant) must be distinct for all a and b within
 * @param onBlock - called with how many rows were made since it was last called
 */
export function openLogSearch(bounds: LogBounds, onBlock?: (made: number) => void): LogSearch {
  const { rows, giant, giants } = bounds
  if (rows < 1 || rows > MAX_ROWS || giants < 1) throw new RangeError("a search out of bounds")
  const table = new RowTable(rows)
  openPointWalk(BASE8, rows).walk(IDENTITY, (x, row) => table.put(x, row), onBlock)
  const steps = openPointWalk(giant.negate(), giants)
  return {
    find: (point, onCompared) => {
      let found: { a: number; b: number } | null = null
      const isFound = (x: bigint, b: number): boolean =>
        table.some(x, (a) => {
          const sum = BASE8.multiplyUnsafe(BigInt(a)).add(giant.multiplyUnsafe(BigInt(b)))
          if (sum.equals(point)) found = { a, b }
          return found !== null
        })
      steps.walk(point, isFound, onCompared)
      return found
    },
  }
}

// From 52 bits of an x coordinate to rows: open addressing at most half full, 32 bits kept to compare. Two coordinates
// may share the 52 bits, so what comes out are candidates.
class RowTable {
  readonly #slots: Uint32Array // row + 1; 0 is empty
  readonly #fingerprints: Uint32Array // by row
  readonly #mask: number

  constructor(rows: number) {
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * rows)))
    this.#fingerprints = new Uint32Array(rows)
    this.#mask = this.#slots.length - 1
  }

  put(x: bigint, row: number): false {
    const key = keyOf(x)
    let slot = key & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = row + 1
    this.#fingerprints[row] = fingerprintOf(key)
    return false
  }

  /** True when `accept` takes one of the rows that may have this coordinate. */
  some(x: bigint, accept: (row: number) => boolean): boolean {
    const key = keyOf(x)
    let slot = key & this.#mask
    for (let entry = this.#slots[slot]; entry !== undefined && entry !== 0; entry = this.#slots[slot]) {
      if (this.#fingerprints[entry - 1] === fingerprintOf(key) && accept(entry - 1)) return true
      slot = (slot + 1) & this.#mask
    }
    return false
  }
}

const keyOf = (x: bigint): number => Number(BigInt.asUintN(52, x))
const fingerprintOf = (key: number): number => Math.floor(key / 2 ** 20)
