// Where things lie at the beginning of every memory. What follows is laid out per circuit, in `key.ts`.
import { VECTOR_BYTES } from "./layout.ts"

/**
 * Constants of both fields; the one of Fq2; two points of each group that stand where
 * nothing is to be added; b of both curve equations y² = x³ + b. Addresses below are left alone:
 * no pointer of ours is zero.
 */
export const CONSTANTS = {
  fq: 1024,
  fr: 2048,
  oneFq2: 3072,
  spareG1: 3200,
  spareG2: 3344,
  b1: 3632,
  b2: 3712,
} as const

/** Pairs that one operation leaves behind for the next. Derived from secrets: zeroed after every proof. */
const NAMES = ["x1", "x2", "y1", "y2", "slope", "term", "inverse", "left", "right", "step"] as const

const SCRATCH_BASE = 4096

/** Addresses of the scratch pairs. */
export const SCRATCH = Object.fromEntries(
  NAMES.map((name, i) => [name, SCRATCH_BASE + VECTOR_BYTES * i]),
) as Readonly<Record<(typeof NAMES)[number], number>>

/** Seventeen pairs: the table of an inversion. */
export const INVERSION_TABLE = SCRATCH_BASE + VECTOR_BYTES * NAMES.length

/** One point as a key has it, on its way in or out. */
export const EXCHANGE = 7168

/** First address that is free. */
export const FREE = 8192

/** Bytes from here to `FREE` may hold secrets. */
export const SECRET_SCRATCH = SCRATCH_BASE
