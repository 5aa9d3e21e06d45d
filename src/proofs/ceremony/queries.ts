import { R } from "../../protocol/primitives/field.ts"
import type { Trapdoor } from "./development-trapdoor.ts"
import { computeLagrangeBasis } from "./lagrange.ts"
import { forEachTerm, publicSignalsOf, type CircuitShape, type R1cs } from "./r1cs.ts"

/** Per wire s, its polynomials of A and B at tau, and k = beta*a + alpha*b + c, the combination a proof is checked by. */
export interface Queries {
  readonly a: readonly bigint[]
  readonly b: readonly bigint[]
  readonly k: readonly bigint[]
}

/** log2 of the smallest domain with a row for each constraint, each public signal and the constant. */
export function domainLog2Of(shape: CircuitShape): number {
  return Math.max(1, Math.ceil(Math.log2(shape.constraints + publicSignalsOf(shape) + 1)))
}

/**
 * Evaluates every wire's polynomials at tau.
 *
 * The extra rows (one for the constant and each public signal) keep the polynomials of public signals linearly
 * independent; without them a public signal absent from A could be exchanged in a finished proof. snarkjs adds the same.
 */
export function evaluateQueries(r1cs: R1cs, trapdoor: Trapdoor, domainLog2: number): Queries {
  const basis = computeLagrangeBasis(trapdoor.tau, domainLog2)
  const columns = [0, 1, 2].map(() => new Array<bigint>(r1cs.wires).fill(0n))
  forEachTerm(r1cs, (matrix, constraint, wire, value) => {
    const column = columns[matrix]
    const weight = basis[constraint]
    const before = column?.[wire]
    if (column === undefined || weight === undefined || before === undefined)
      throw new RangeError("wire out of range")
    column[wire] = before + value * weight // reduced once below: fewer divisions
  })
  const [a = [], b = [], c = []] = columns
  for (let signal = 0; signal <= publicSignalsOf(r1cs); signal++) {
    a[signal] = (a[signal] ?? 0n) + (basis[r1cs.constraints + signal] ?? 0n)
  }
  const reduceAll = (column: bigint[]) => column.map((value) => value % R)
  const [aAtTau, bAtTau] = [reduceAll(a), reduceAll(b)]
  const k = c.map(
    (value, wire) =>
      (trapdoor.beta * (aAtTau[wire] ?? 0n) + trapdoor.alpha * (bAtTau[wire] ?? 0n) + value) % R,
  )
  return { a: aAtTau, b: bAtTau, k }
}
