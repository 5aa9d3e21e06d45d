// The matrices A and B of a key, row by row: one record holds a coefficient of each.
import { Groth16Error } from "../errors.ts"
import { COEFFICIENT_RECORD } from "./assignment.ts"
import { COEFFICIENT_BYTES } from "./zkey-sections.ts"

/** Where a coefficient goes. */
interface Entry {
  readonly matrix: number
  readonly row: number
  readonly wire: number
  readonly value: Uint8Array
}

/** Records per row. */
export interface RowCounts {
  readonly counts: Uint32Array
  readonly records: number
}

/**
 * Counts the records of every row: as many as the longer of its two sides needs.
 * @throws Groth16Error `artifact-refused` when a coefficient names another matrix, row or wire than there is
 */
export function countRows(coefficients: Uint8Array, rows: number, wires: number, circuit: string): RowCounts {
  const sides = [new Uint32Array(rows), new Uint32Array(rows)] as const
  forEachEntry(coefficients, ({ matrix, row, wire }) => {
    const side = sides[matrix]
    if (side === undefined || row >= rows || wire >= wires) {
      throw new Groth16Error("artifact-refused", `the zkey of ${circuit}: a coefficient out of range`)
    }
    side[row] = (side[row] ?? 0) + 1
  })
  const counts = sides[0].map((count, row) => Math.max(count, sides[1][row] ?? 0))
  return { counts, records: counts.reduce((sum, count) => sum + count, 0) }
}

/** Writes the records as a key has the values, for `fr_import` to convert. Sides that are missing stay zero. */
export function writeRecords(coefficients: Uint8Array, counts: Uint32Array, target: Uint8Array): void {
  let next = 0
  const starts = counts.map((count) => (next += count) - count)
  const filled = [new Uint32Array(counts.length), new Uint32Array(counts.length)] as const
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength)
  forEachEntry(coefficients, ({ matrix, row, wire, value }) => {
    const side = filled[matrix as 0 | 1]
    const place = (starts[row] ?? 0) + (side[row] ?? 0)
    side[row] = (side[row] ?? 0) + 1
    const record = COEFFICIENT_RECORD.bytes * place
    target.set(value, record + 32 * matrix)
    const offset = matrix === 0 ? COEFFICIENT_RECORD.firstWire : COEFFICIENT_RECORD.secondWire
    view.setUint32(record + offset, wire, true)
  })
}

function forEachEntry(coefficients: Uint8Array, visit: (entry: Entry) => void): void {
  const view = new DataView(coefficients.buffer, coefficients.byteOffset, coefficients.byteLength)
  for (let at = 0; at < coefficients.length; at += COEFFICIENT_BYTES) {
    visit({
      matrix: view.getUint32(at, true),
      row: view.getUint32(at + 4, true),
      wire: view.getUint32(at + 8, true),
      value: coefficients.subarray(at + 12, at + COEFFICIENT_BYTES),
    })
  }
}
