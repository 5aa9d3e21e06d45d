// Two machine checks that a circuit leaves the prover no choice beyond its inputs.
import { divide, reduce } from "./circuit-attacks.ts"
import type { Circuit, Witness } from "./circuit-harness.ts"
import { evaluate, wiresOf, type Constraint, type LinearCombination } from "./circuit-r1cs.ts"

const coefficientOf = (combination: LinearCombination, wire: number): bigint =>
  combination.find(([each]) => each === wire)?.[1] ?? 0n

/**
 * Sweep 1. Starts from the inputs and lets every constraint that leaves one value for one unknown wire settle it: a
 * constraint linear in its only unknown, or a sum of distinct powers of two times bits, shorter than the field.
 * @param isStrict - whether a 254-bit decomposition that holds this wire is pinned by an alias check of its own
 * @returns the names of the wires that stay undetermined at this witness
 */
export function undetermined({ circuit, values }: Witness, isStrict: (signal: string) => boolean): string[] {
  const { r1cs, symbols, use } = circuit
  const isBit = new Set(r1cs.constraints.flatMap((constraint) => bitOf(constraint) ?? []))
  const known = new Set(
    Array.from({ length: 1 + r1cs.publicInputs + r1cs.privateInputs }, (_, i) => i && i + r1cs.outputs),
  )
  const queue = r1cs.constraints.map((_, index) => index)
  const nameOf = (wire: number): string => symbols.namesOf.get(wire)?.[0] ?? `wire ${wire}`
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const constraint = r1cs.constraints[next]
    if (constraint === undefined) continue
    const settled =
      settledByLine(constraint, values, known) ??
      settledByBits(constraint, known, isBit, (wires) => wires.every((wire) => isStrict(nameOf(wire)))) ??
      []
    for (const wire of settled) {
      known.add(wire)
      queue.push(...(use[wire] ?? []))
    }
  }
  return Array.from({ length: r1cs.wires }, (_, wire) => wire)
    .filter((wire) => !known.has(wire))
    .map(nameOf)
}

function settledByLine(
  { a, b, c }: Constraint,
  values: readonly bigint[],
  known: ReadonlySet<number>,
): number[] | undefined {
  if (countUnknown(c, known) > 1) return undefined // cheap, and true of most turns
  const isZero = (side: LinearCombination): boolean =>
    side.every(([wire]) => known.has(wire)) && evaluate(side, values) === 0n
  // A factor that is known to be 0 hides the other factor: what is left says that c is 0.
  const [left, right]: [LinearCombination, LinearCombination] = isZero(a) || isZero(b) ? [[], []] : [a, b]
  const unknown = [...new Set([...left, ...right, ...c].map(([wire]) => wire))].filter(
    (wire) => !known.has(wire),
  )
  const [wire] = unknown
  if (wire === undefined || unknown.length > 1) return undefined
  const [inLeft, inRight] = [coefficientOf(left, wire), coefficientOf(right, wire)]
  if (inLeft !== 0n && inRight !== 0n) return undefined // a square has two roots
  const slope = inLeft * evaluate(right, values) + inRight * evaluate(left, values) - coefficientOf(c, wire)
  return reduce(slope) === 0n ? undefined : [wire]
}

function countUnknown(side: LinearCombination, known: ReadonlySet<number>): number {
  let count = 0
  for (const [wire] of side) if (!known.has(wire) && ++count > 1) break
  return count
}

function settledByBits(
  { a, b, c }: Constraint,
  known: ReadonlySet<number>,
  isBit: ReadonlySet<number>,
  isStrict: (wires: readonly number[]) => boolean,
): number[] | undefined {
  if (a.length > 0 && b.length > 0) return undefined
  const terms = c.filter(([wire]) => !known.has(wire))
  if (terms.length === 0 || !terms.every(([wire]) => isBit.has(wire))) return undefined
  const wires = terms.map(([wire]) => wire)
  const isWeighted = [1n, -1n].some((sign) =>
    areDistinctPowers(terms.map(([, weight]) => reduce(sign * weight))),
  )
  return isWeighted && (terms.length <= 253 || isStrict(wires)) ? wires : undefined
}

function areDistinctPowers(weights: readonly bigint[]): boolean {
  const isPower = (weight: bigint): boolean => weight > 0n && (weight & (weight - 1n)) === 0n
  return weights.every(isPower) && new Set(weights).size === weights.length
}

/** The wire x of a constraint that says x is 0 or 1. */
function bitOf(constraint: Constraint): number | undefined {
  const [wire, ...others] = wiresOf(constraint).filter((each) => each !== 0)
  if (wire === undefined || others.length > 0) return undefined
  const { a, b, c } = constraint
  const at = (side: LinearCombination, x: bigint): bigint =>
    coefficientOf(side, 0) + coefficientOf(side, wire) * x
  const isRoot = (x: bigint): boolean => reduce(at(a, x) * at(b, x) - at(c, x)) === 0n
  return reduce(coefficientOf(a, wire) * coefficientOf(b, wire)) !== 0n && isRoot(0n) && isRoot(1n)
    ? wire
    : undefined
}

/** A wire that can move alone, and the value it can move to; `undefined` if to any value. */
export interface FreeWire {
  readonly wire: number
  readonly other: bigint | undefined
}

/**
 * Sweep 2. For each wire alone, whether any other value whatever keeps every constraint: moving a wire by d turns
 * a*b = c into d * (quadratic * d + linear) = 0, so each constraint leaves every d, one d, or none.
 */
export function freeWires({ circuit, values }: Witness): FreeWire[] {
  const { r1cs, use } = circuit
  const sides = r1cs.constraints.map(({ a, b }) => [evaluate(a, values), evaluate(b, values)] as const)
  const freedom = (wire: number): FreeWire[] => {
    let only: readonly [quadratic: bigint, linear: bigint] | undefined
    for (const index of use[wire] ?? []) {
      const condition = conditionOf(circuit, index, wire, sides[index] ?? [0n, 0n])
      const [quadratic, linear] = condition
      if (quadratic === 0n && linear === 0n) continue
      if (quadratic === 0n || linear === 0n) return [] // the only solution is d = 0
      if (only !== undefined && reduce(only[0] * linear - only[1] * quadratic) !== 0n) return []
      only = condition
    }
    const other = only === undefined ? undefined : reduce((values[wire] ?? 0n) + divide(-only[1], only[0]))
    return [{ wire, other }]
  }
  return Array.from({ length: r1cs.wires - 1 }, (_, i) => i + 1).flatMap(freedom)
}

function conditionOf(
  circuit: Circuit,
  index: number,
  wire: number,
  [left, right]: readonly [bigint, bigint],
) {
  const { a, b, c } = circuit.r1cs.constraints[index] ?? { a: [], b: [], c: [] }
  const [inA, inB] = [coefficientOf(a, wire), coefficientOf(b, wire)]
  return [reduce(inA * inB), reduce(inA * right + inB * left - coefficientOf(c, wire))] as const
}
