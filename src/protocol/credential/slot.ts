// One slot of the circuit: a literal over one or two attributes.

/** The circuit's eight operations; `off` is false, negated or not. */
export const OP = {
  off: 0,
  equal: 1,
  between: 2,
  in: 3,
  difference: 4,
  same: 5,
  present: 6,
  inSet: 7,
} as const
/** An operation's number in the slot code. */
type Op = (typeof OP)[keyof typeof OP]

/** Slots and clauses of one part: the largest that fit the circuit's domain. */
export const SLOTS = 6
/** Clauses of one part. */
export const CLAUSES = 6
/** 2^64 - 1: no upper bound. */
export const LARGEST_BOUND = (1n << 64n) - 1n

/** A literal as the circuit takes it; what its op does not use is zero or empty, so equal meaning is equal form. */
export interface Slot {
  /** Attribute positions 0..15. */
  readonly field: number
  readonly op: Op
  readonly field2: number
  readonly not: boolean
  /** Inclusive bounds; those of a difference are biased by 2^63. `lo` is the value of an equality. */
  readonly lo: bigint
  readonly hi: bigint
  /** Sixteen ascending values, padded by repeating the last, or empty. */
  readonly list: readonly bigint[]
  /** The value set of op 7, else null. */
  readonly valueSetId: string | null
}

/** Literals of which at least one must hold. */
export type Clause = readonly Slot[]

/** A slot; what is left out is zero, empty or null. */
export function makeSlot(given: Pick<Slot, "field" | "op"> & Partial<Slot>): Slot {
  return { field2: 0, not: false, lo: 0n, hi: 0n, list: [], valueSetId: null, ...given }
}

/** Bits 0-3 field, 4-7 field2, 8-10 op, 11 not. */
export function slotCode({ field, field2, op, not }: Slot): bigint {
  return BigInt(field + 16 * field2 + 256 * op + (not ? 2048 : 0))
}

/** The positions whose presence a literal needs. */
export function operandsOf({ field, field2, op }: Slot): readonly number[] {
  return op === OP.difference || op === OP.same ? [field, field2] : [field]
}

/** True for the literal "field is present". */
export function isPresenceOf(slot: Slot, field: number): boolean {
  return slot.op === OP.present && !slot.not && slot.field === field
}

/** Canonical order: (field, op, field2, not, lo, hi, list), then the value set. */
export function compareSlots(a: Slot, b: Slot): number {
  const [left, right] = [orderOf(a), orderOf(b)]
  for (const [i, value] of left.entries()) {
    const other = right[i] ?? -1n // a shorter list comes first
    if (value !== other) return value < other ? -1 : 1
  }
  if (left.length !== right.length) return -1
  const [x, y] = [a.valueSetId ?? "", b.valueSetId ?? ""]
  return x < y ? -1 : x > y ? 1 : 0
}

function orderOf({ field, op, field2, not, lo, hi, list }: Slot): readonly bigint[] {
  return [BigInt(field), BigInt(op), BigInt(field2), not ? 1n : 0n, lo, hi, ...list]
}
