import { Q, R } from "../../protocol/primitives/field.ts"
import { writeElement } from "./little-endian.ts"
import { forEachTerm, publicSignalsOf, type Matrix, type R1cs } from "./r1cs.ts"
import { HEADER, ZKEY_MAGIC, ZKEY_SECTION } from "./zkey-layout.ts"

/** All points of a proving key: affine, little-endian, Montgomery 2^256, infinity all zeros. */
export interface ZkeyPoints {
  readonly alpha1: Uint8Array
  readonly beta1: Uint8Array
  readonly delta1: Uint8Array
  readonly beta2: Uint8Array
  readonly gamma2: Uint8Array
  readonly delta2: Uint8Array
  /** [a_s], [b_s] in G1 and in G2, one per wire. */
  readonly a: Uint8Array
  readonly b1: Uint8Array
  readonly b2: Uint8Array
  /** [k_s] of the constant and the public signals; [k_s / delta] of the others. */
  readonly publicPoints: Uint8Array
  readonly c: Uint8Array
  /** One per row of the domain. */
  readonly h: Uint8Array
}

/** The bytes of a zkey without contributions. */
export function writeZkey(circuit: R1cs, domainSize: number, points: ZkeyPoints): Uint8Array {
  return joinSections([
    [ZKEY_SECTION.protocol, Uint8Array.of(1, 0, 0, 0)], // Groth16
    [ZKEY_SECTION.header, headerOf(circuit, domainSize, points)],
    [ZKEY_SECTION.publicPoints, points.publicPoints],
    [ZKEY_SECTION.coefficients, coefficientsOf(circuit)],
    [ZKEY_SECTION.a, points.a],
    [ZKEY_SECTION.b1, points.b1],
    [ZKEY_SECTION.b2, points.b2],
    [ZKEY_SECTION.c, points.c],
    [ZKEY_SECTION.h, points.h],
    [ZKEY_SECTION.contributions, new Uint8Array(64 + 4)], // no circuit hash, count 0: no ceremony made this key
  ])
}

function headerOf(circuit: R1cs, domainSize: number, points: ZkeyPoints): Uint8Array {
  const header = new Uint8Array(HEADER.bytes)
  const view = new DataView(header.buffer)
  view.setUint32(HEADER.baseField - 4, 32, true)
  writeElement(view, HEADER.baseField, Q)
  view.setUint32(HEADER.scalarField - 4, 32, true)
  writeElement(view, HEADER.scalarField, R)
  view.setUint32(HEADER.wires, circuit.wires, true)
  view.setUint32(HEADER.publicSignals, publicSignalsOf(circuit), true)
  view.setUint32(HEADER.domainSize, domainSize, true)
  for (const name of ["alpha1", "beta1", "beta2", "gamma2", "delta1", "delta2"] as const) {
    header.set(points[name], HEADER[name])
  }
  return header
}

const COEFFICIENT_BYTES = 4 + 4 + 4 + 32 // matrix, row, signal, value
const MONTGOMERY_SQUARED = 2n ** 512n % R // the form snarkjs multiplies a plain witness value with

/** A and B row by row; C is not needed, the prover computes it as A*B. */
function coefficientsOf(circuit: R1cs): Uint8Array {
  const publicRows = publicSignalsOf(circuit) + 1
  let count = publicRows
  forEachTerm(circuit, (matrix) => {
    if (matrix !== 2) count++
  })
  const section = new Uint8Array(4 + COEFFICIENT_BYTES * count)
  const view = new DataView(section.buffer)
  view.setUint32(0, count, true)
  let at = 4
  const append = (matrix: Matrix, row: number, signal: number, value: bigint): void => {
    view.setUint32(at, matrix, true)
    view.setUint32(at + 4, row, true)
    view.setUint32(at + 8, signal, true)
    writeElement(view, at + 12, (value * MONTGOMERY_SQUARED) % R)
    at += COEFFICIENT_BYTES
  }
  forEachTerm(circuit, (matrix, row, signal, value) => {
    if (matrix !== 2) append(matrix, row, signal, value)
  })
  for (let signal = 0; signal < publicRows; signal++) append(0, circuit.constraints + signal, signal, 1n)
  return section
}

function joinSections(sections: readonly (readonly [number: number, body: Uint8Array])[]): Uint8Array {
  const file = new Uint8Array(sections.reduce((sum, [, body]) => sum + 12 + body.length, 12))
  const view = new DataView(file.buffer)
  view.setUint32(0, ZKEY_MAGIC, true)
  view.setUint32(4, 1, true)
  view.setUint32(8, sections.length, true)
  let at = 12
  for (const [number, body] of sections) {
    view.setUint32(at, number, true)
    view.setBigUint64(at + 4, BigInt(body.length), true)
    file.set(body, at + 12)
    at += 12 + body.length
  }
  return file
}
