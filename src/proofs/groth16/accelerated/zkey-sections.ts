// The sections of a Groth16 proving key, iden3/snarkjs:src/zkey_utils.js, checked against the manifest before use.
import { Q, R } from "../../../protocol/primitives/field.ts"
import type { ArtifactEntry } from "../artifacts.ts"
import { Groth16Error } from "../errors.ts"
import { readElement } from "../input.ts"

/** What the prover reads; views of the file, nothing is copied. */
export interface ZkeySections {
  /** [α]₁ [β]₁ [δ]₁ and [β]₂ [δ]₂. */
  readonly alpha1: Uint8Array
  readonly beta1: Uint8Array
  readonly delta1: Uint8Array
  readonly beta2: Uint8Array
  readonly delta2: Uint8Array
  /** Records of 44 bytes: matrix, row, wire, value·2^512 mod r. */
  readonly coefficients: Uint8Array
  /** Points, one per wire; `c` begins behind the public signals, `h` has one per row of the domain. */
  readonly a: Uint8Array
  readonly b1: Uint8Array
  readonly b2: Uint8Array
  readonly c: Uint8Array
  readonly h: Uint8Array
}

/** Bytes of one record of the coefficients. */
export const COEFFICIENT_BYTES = 44

const G1_BYTES = 64
const HEADER_BYTES = 660
const SECTIONS = 10
const CONTRIBUTIONS_LEAST = 68 // circuit hash and a count of 0

/**
 * Finds the sections of a key whose digest was checked. Version, number, sizes and header must be those of the circuit,
 * so that no later read leaves its section.
 * @throws Groth16Error `artifact-refused`, naming the circuit and the section
 */
export function readZkeySections(zkey: Uint8Array, entry: ArtifactEntry): ZkeySections {
  const sections = findSections(zkey, entry.id)
  const { wires, publicSignals, domainLog2 } = entry
  const section = (number: number, bytes: number): Uint8Array => {
    const found = sections.get(number)
    if (found?.length !== bytes) throw refused(entry.id, `section ${number} has another size`)
    return found
  }
  if (viewOf(section(1, 4)).getUint32(0, true) !== 1) throw refused(entry.id, "not a Groth16 key")
  const header = section(2, HEADER_BYTES)
  requireHeader(header, entry)
  section(3, G1_BYTES * (publicSignals + 1))
  if ((sections.get(10)?.length ?? 0) < CONTRIBUTIONS_LEAST)
    throw refused(entry.id, "section 10 is too short")
  const coefficients = sections.get(4) ?? new Uint8Array()
  const count = coefficients.length >= 4 ? viewOf(coefficients).getUint32(0, true) : -1
  if (coefficients.length !== 4 + COEFFICIENT_BYTES * count)
    throw refused(entry.id, "section 4 has another size")
  const at = (offset: number, bytes: number): Uint8Array => header.subarray(offset, offset + bytes)
  return {
    alpha1: at(84, 64),
    beta1: at(148, 64),
    beta2: at(212, 128),
    delta1: at(468, 64),
    delta2: at(532, 128),
    coefficients: coefficients.subarray(4),
    a: section(5, G1_BYTES * wires),
    b1: section(6, G1_BYTES * wires),
    b2: section(7, 2 * G1_BYTES * wires),
    c: section(8, G1_BYTES * (wires - publicSignals - 1)),
    h: section(9, G1_BYTES * 2 ** domainLog2),
  }
}

function findSections(zkey: Uint8Array, circuit: string): Map<number, Uint8Array> {
  const view = viewOf(zkey)
  const isZkey = zkey.length >= 12 && view.getUint32(0, true) === 0x79656b7a // "zkey"
  if (!isZkey || view.getUint32(4, true) !== 1 || view.getUint32(8, true) !== SECTIONS) {
    throw refused(circuit, "not a zkey of version 1 with ten sections")
  }
  const sections = new Map<number, Uint8Array>()
  let at = 12
  for (let i = 0; i < SECTIONS; i++) {
    if (at + 12 > zkey.length) throw refused(circuit, "the file ends early")
    const number = view.getUint32(at, true)
    const bytes = Number(view.getBigUint64(at + 4, true))
    at += 12
    if (bytes > zkey.length - at || sections.has(number))
      throw refused(circuit, `section ${number} does not fit`)
    sections.set(number, zkey.subarray(at, at + bytes))
    at += bytes
  }
  if (at !== zkey.length) throw refused(circuit, "bytes behind the last section")
  return sections
}

/** Element lengths, both moduli, wires, public signals, domain. */
function requireHeader(header: Uint8Array, entry: ArtifactEntry): void {
  const view = viewOf(header)
  const fits =
    view.getUint32(0, true) === 32 &&
    readElement(header, 4) === Q &&
    view.getUint32(36, true) === 32 &&
    readElement(header, 40) === R &&
    view.getUint32(72, true) === entry.wires &&
    view.getUint32(76, true) === entry.publicSignals &&
    view.getUint32(80, true) === 2 ** entry.domainLog2
  if (!fits) throw refused(entry.id, "the header is that of another circuit")
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function refused(circuit: string, why: string): Groth16Error {
  return new Groth16Error("artifact-refused", `the zkey of ${circuit}: ${why}`)
}
