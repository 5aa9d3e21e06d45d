// The constraint file of circom, iden3/r1csfile:doc/r1cs_bin_format.md. Little-endian throughout.
import { R } from "../../protocol/primitives/field.ts"
import { CeremonyError } from "./ceremony-error.ts"
import { readElement } from "./little-endian.ts"

/** Counts of one circuit; wires include the constant wire 0. */
export interface CircuitShape {
  readonly constraints: number
  readonly wires: number
  readonly publicOutputs: number
  readonly publicInputs: number
  readonly privateInputs: number
}

/** A constraint file whose header was read; `constraintsAt` is the byte offset of its constraint section. */
export interface R1cs extends CircuitShape {
  readonly bytes: Uint8Array
  readonly constraintsAt: number
}

/** Which side of A * B = C a term stands on. */
export type Matrix = 0 | 1 | 2

const HEADER_SECTION = 1
const CONSTRAINT_SECTION = 2
const ELEMENT_BYTES = 32

/**
 * Reads the header and finds the constraints.
 * @param bytes - a whole `.r1cs` file, digest already checked or just compiled
 * @throws CeremonyError `r1cs-malformed`: other magic, version or field, or a missing section
 */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const view = viewOf(bytes)
  if (bytes.length < 12 || view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== 1) {
    throw new CeremonyError("r1cs-malformed", "expected version 1 of the r1cs format")
  }
  const sections = new Map<number, number>()
  let at = 12
  for (let left = view.getUint32(8, true); left > 0; left--) {
    if (at + 12 > bytes.length) throw new CeremonyError("r1cs-malformed", "the section table is cut short")
    sections.set(view.getUint32(at, true), at + 12)
    at += 12 + Number(view.getBigUint64(at + 4, true))
  }
  const header = sections.get(HEADER_SECTION)
  const constraintsAt = sections.get(CONSTRAINT_SECTION)
  if (header === undefined || constraintsAt === undefined || at !== bytes.length) {
    throw new CeremonyError("r1cs-malformed", "expected a header and a constraint section")
  }
  if (view.getUint32(header, true) !== ELEMENT_BYTES || readElement(view, header + 4) !== R) {
    throw new CeremonyError("r1cs-malformed", "expected the BN254 scalar field")
  }
  return {
    bytes,
    constraintsAt,
    wires: view.getUint32(header + 36, true),
    publicOutputs: view.getUint32(header + 40, true),
    publicInputs: view.getUint32(header + 44, true),
    privateInputs: view.getUint32(header + 48, true),
    constraints: view.getUint32(header + 60, true),
  }
}

/** Outputs and public inputs; the constant wire is not counted. */
export const publicSignalsOf = (shape: CircuitShape): number => shape.publicOutputs + shape.publicInputs

/**
 * Calls `visit` for every non-zero term, constraint by constraint, A before B before C: the order of the file,
 * hence deterministic.
 */
export function forEachTerm(
  r1cs: R1cs,
  visit: (matrix: Matrix, constraint: number, wire: number, value: bigint) => void,
): void {
  const view = viewOf(r1cs.bytes)
  let at = r1cs.constraintsAt
  for (let constraint = 0; constraint < r1cs.constraints; constraint++) {
    for (const matrix of [0, 1, 2] as const) {
      const terms = view.getUint32(at, true)
      at += 4
      for (let term = 0; term < terms; term++, at += 4 + ELEMENT_BYTES) {
        visit(matrix, constraint, view.getUint32(at, true), readElement(view, at + 4))
      }
    }
  }
}

const MAGIC = 0x73633172 // "r1cs"

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
