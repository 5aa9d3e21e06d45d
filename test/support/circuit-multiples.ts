// circomlib's EscalarMulFix and EscalarMulAny over the integers: which multiples of the base meet in which addition.
// Lemmas 1 and 2 of circuits/lib/curve-point.circom speak of these numbers; a test compares them with the wires.
import { SUBGROUP_ORDER } from "./circuit-oracle.ts"

/** One MontgomeryAdd: multiples of the base at its two inputs, and the name of its component. */
export interface Addition {
  readonly at: string
  readonly left: bigint
  readonly right: bigint
}

/** All that a multiplication does in Montgomery form. */
export interface Multiplication {
  readonly additions: readonly Addition[]
  /** Multiples that are doubled, or converted between the two forms of the curve. */
  readonly doubled: readonly bigint[]
  readonly converted: readonly bigint[]
  readonly result: bigint
}

const FIX_BITS = 249 // of a full segment: 83 windows of three bits
const FIX_SPLIT = 246 // from here on there is a second segment
const ANY_BITS = 148

const bitOf = (scalar: bigint, place: number): bigint => (scalar >> BigInt(place)) & 1n

/** EscalarMulFix(width) of `scalar`, 0 <= scalar < 2^width. */
export function fixedMultiplication(scalar: bigint, width: number): Multiplication {
  const additions: Addition[] = []
  const [doubled, converted]: [bigint[], bigint[]] = [[], []]
  const segments = Math.floor((width - 1) / FIX_SPLIT) + 1
  let result = 0n
  for (let s = 0; s < segments; s++) {
    const bits = s < segments - 1 ? FIX_BITS : width - (segments - 1) * FIX_BITS
    const windows = Math.ceil(bits / 3)
    const part = (scalar >> BigInt(s * FIX_BITS)) & ((1n << BigInt(bits)) - 1n)
    const base = 1n << BigInt(s * FIX_BITS)
    const weight = (i: number): bigint => base * 8n ** BigInt(i)
    const start = 2n * weight(windows)
    let [sum, constant] = [start, base]
    converted.push(base)
    doubled.push(weight(windows))
    for (let i = 0; i < windows; i++) {
      const at = (name: string): string => `segments[${s}].${name}`
      doubled.push(weight(i))
      for (const k of [2n, 3n, 4n, 5n, 6n, 7n]) {
        const [left, right] = [weight(i), k * weight(i)]
        additions.push({ at: at(`windows[${i}].adr${k + 1n}`), left, right })
      }
      const next = i < windows - 1 ? weight(i + 1) : start
      additions.push({ at: at(`cadders[${i}]`), left: constant, right: next })
      constant += next
      const digit = (part >> BigInt(3 * i)) & 7n
      const picked = (1n + digit) * weight(i)
      additions.push({ at: at(`adders[${i}]`), left: sum, right: picked })
      sum += picked
    }
    converted.push(sum, constant)
    result += sum - constant
  }
  return { additions, doubled, converted, result }
}

/** EscalarMulAny(width) of `scalar`, in multiples of its base. */
export function anyMultiplication(scalar: bigint, width: number): Multiplication {
  const additions: Addition[] = []
  const [doubled, converted]: [bigint[], bigint[]] = [[], []]
  const segments = Math.floor((width - 1) / ANY_BITS) + 1
  let result = 0n
  for (let s = 0; s < segments; s++) {
    const bits = s < segments - 1 ? ANY_BITS : width - (segments - 1) * ANY_BITS
    const base = 1n << BigInt(s * ANY_BITS)
    converted.push(base)
    let sum = base
    for (let i = 0; i < bits - 1; i++) {
      const power = base << BigInt(i + 1)
      doubled.push(power / 2n)
      additions.push({ at: `segments[${s}].bits[${i}].adder`, left: power, right: sum })
      if (bitOf(scalar, s * ANY_BITS + i + 1) === 1n) sum += power
    }
    converted.push(sum)
    if (s < segments - 1) doubled.push(base << BigInt(bits - 1))
    result += bitOf(scalar, s * ANY_BITS) === 1n ? sum : sum - base
  }
  return { additions, doubled, converted, result }
}

/** Additions whose inputs are equal (the slope is free) or opposite (there is none), for a base of order l. */
export function exceptions({
  additions,
}: Multiplication): readonly (Addition & { readonly isEqual: boolean })[] {
  const isZero = (multiple: bigint): boolean => multiple % SUBGROUP_ORDER === 0n
  return additions
    .filter(({ left, right }) => isZero(left - right) || isZero(left + right))
    .map((addition) => ({ ...addition, isEqual: isZero(addition.left - addition.right) }))
}

/** Whether a doubling or a conversion meets O; points of order 2, 4 and 8 are no multiples of a base of order l. */
export function meetsIdentity({ doubled, converted }: Multiplication): boolean {
  return [...doubled, ...converted].some((multiple) => multiple % SUBGROUP_ORDER === 0n)
}

/** rho*: numbers of 251 bits whose low 249 bits are these have no witness. */
export const EXCEPTIONAL_LOW_BITS =
  797546722194482024037982888770643071568945925300745316575367714387401675944n
