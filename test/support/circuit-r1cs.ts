// The r1cs binary format of iden3 (doc/r1cs_bin_format.md of iden3/r1csfile): our own reader, so that a fault in the
// library that makes the keys cannot hide in the tests of the constraints.

/** BN254 scalar field order, EIP-197. */
export const FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** A linear combination: (wire, coefficient) pairs; wire 0 is the constant 1. */
export type LinearCombination = readonly (readonly [wire: number, coefficient: bigint])[]

/** a * b = c over the scalar field. */
export interface Constraint {
  readonly a: LinearCombination
  readonly b: LinearCombination
  readonly c: LinearCombination
}

/** Wires in order: 1, outputs, public inputs, private inputs, the rest. */
export interface R1cs {
  readonly wires: number
  readonly outputs: number
  readonly publicInputs: number
  readonly privateInputs: number
  readonly constraints: readonly Constraint[]
}

const FIELD_BYTES = 32 // of BN254
const HEADER_SECTION = 1
const CONSTRAINT_SECTION = 2

/** Reads an r1cs file over BN254; throws on any other field, since the tests would reduce by the wrong order. */
export function readR1cs(bytes: Uint8Array): R1cs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sections = sectionsOf(view)
  const header = sections.get(HEADER_SECTION)
  const body = sections.get(CONSTRAINT_SECTION)
  if (header === undefined || body === undefined) throw new Error("r1cs file lacks a section")
  if (view.getUint32(header, true) !== FIELD_BYTES || readField(view, header + 4) !== FIELD_ORDER) {
    throw new Error("r1cs file is not over the BN254 scalar field")
  }
  const count = (index: number): number => view.getUint32(header + 4 + FIELD_BYTES + 4 * index, true)
  return {
    wires: count(0),
    outputs: count(1),
    publicInputs: count(2),
    privateInputs: count(3),
    constraints: readConstraints(view, body, count(6)), // 4 and 5 hold the number of labels, 64 bits
  }
}

function sectionsOf(view: DataView): Map<number, number> {
  const sections = new Map<number, number>()
  let at = 12 // after magic, version and the number of sections
  while (at < view.byteLength) {
    sections.set(view.getUint32(at, true), at + 12)
    at += 12 + Number(view.getBigUint64(at + 4, true))
  }
  return sections
}

function readConstraints(view: DataView, start: number, count: number): Constraint[] {
  let at = start
  const combination = (): LinearCombination => {
    const terms: [number, bigint][] = []
    const length = view.getUint32(at, true)
    at += 4
    for (let i = 0; i < length; i++, at += 4 + FIELD_BYTES) {
      terms.push([view.getUint32(at, true), readField(view, at + 4)])
    }
    return terms
  }
  return Array.from({ length: count }, () => ({ a: combination(), b: combination(), c: combination() }))
}

function readField(view: DataView, at: number): bigint {
  let value = 0n
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | view.getBigUint64(at + 8 * limb, true)
  return value
}

/** The wires a constraint mentions, the constant included, each once. */
export function wiresOf({ a, b, c }: Constraint): number[] {
  return [...new Set([...a, ...b, ...c].map(([wire]) => wire))]
}

/** The value of a linear combination under an assignment, in 0..r-1 (wires hold canonical values). */
export function evaluate(combination: LinearCombination, values: readonly bigint[]): bigint {
  let sum = 0n
  for (const [wire, coefficient] of combination) sum += coefficient * (values[wire] ?? 0n)
  return sum % FIELD_ORDER
}

/** Whether one constraint holds under an assignment of all wires. */
export function holds({ a, b, c }: Constraint, values: readonly bigint[]): boolean {
  return (evaluate(a, values) * evaluate(b, values) - evaluate(c, values)) % FIELD_ORDER === 0n
}

/** For each wire, the indexes of the constraints that mention it. */
export function constraintsByWire(r1cs: R1cs): number[][] {
  const use: number[][] = Array.from({ length: r1cs.wires }, () => [])
  r1cs.constraints.forEach((constraint, index) => {
    for (const wire of wiresOf(constraint)) use[wire]?.push(index)
  })
  return use
}
