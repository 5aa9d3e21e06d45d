// Circuit inputs as bytes: what crosses to a thread, so that it can be zeroed there.
import { R } from "../../protocol/primitives/field.ts"
import type { CircuitInput, CircuitValue } from "../../protocol/primitives/prove.ts"
import type { ArtifactEntry } from "./artifacts.ts"
import { Groth16Error } from "./errors.ts"

/** Bytes of one element, little-endian. */
export const ELEMENT_BYTES = 32

/**
 * Flattens named inputs into 32-byte little-endian elements in the manifest's order. snarkjs would reduce a value
 * above r silently, so that `x` and `x + r` prove the same statement; here it is refused.
 * @param input - secret; the result is secret too and the caller's to zero
 * @throws Groth16Error `input-malformed`, naming the input and the counts, never a value
 */
export function encodeInput(
  entry: Pick<ArtifactEntry, "id" | "inputs">,
  input: CircuitInput,
): Uint8Array<ArrayBuffer> {
  const names = new Set(entry.inputs.map(([name]) => name))
  const unknown = Object.keys(input).find((name) => !names.has(name))
  if (unknown !== undefined) throw malformed(`${entry.id} has no input ${unknown}`)
  const bytes = new Uint8Array(ELEMENT_BYTES * entry.inputs.reduce((sum, [, size]) => sum + size, 0))
  let at = 0
  for (const [name, size] of entry.inputs) {
    const values = flatten(input[name] ?? [])
    if (values.length !== size) {
      throw malformed(`expected ${size} elements of ${name}, got ${values.length}`)
    }
    for (const value of values) {
      if (value < 0n || value >= R) throw malformed(`an element of ${name} is not below r`)
      writeElement(bytes, at, value)
      at += ELEMENT_BYTES
    }
  }
  return bytes
}

function flatten(value: CircuitValue): readonly bigint[] {
  if (typeof value === "bigint") return [value]
  // Callers are typed; one that lost its types would otherwise have `true` or "0x0f" read as a number.
  if (!Array.isArray(value)) throw malformed("expected bigints and lists of them")
  return (value as readonly CircuitValue[]).flatMap(flatten)
}

/** Scalars as `multiExpAffine` takes them: 32 little-endian bytes each, one after another. */
export function encodeElements(values: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ELEMENT_BYTES * values.length)
  values.forEach((value, i) => {
    writeElement(bytes, ELEMENT_BYTES * i, value)
  })
  return bytes
}

/** Writes a scalar as 32 little-endian bytes. */
export function writeElement(bytes: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, ELEMENT_BYTES)
  for (let limb = 0; limb < 4; limb++) view.setBigUint64(8 * limb, (value >> BigInt(64 * limb)) & LIMB, true)
}

/** Reads 32 little-endian bytes. */
export function readElement(bytes: Uint8Array, offset: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, ELEMENT_BYTES)
  let value = 0n
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | view.getBigUint64(8 * limb, true)
  return value
}

const LIMB = (1n << 64n) - 1n

function malformed(message: string): Groth16Error {
  return new Groth16Error("input-malformed", message)
}
