import type { VerificationKeyJson } from "../groth16/verification-key.ts"
import { Q } from "../../protocol/primitives/field.ts"
import { CeremonyError } from "./ceremony-error.ts"
import { readElement } from "./little-endian.ts"
import { G1_BYTES, HEADER, ZKEY_MAGIC, ZKEY_SECTION } from "./zkey-layout.ts"

type G1 = VerificationKeyJson["vk_alpha_1"]
type G2 = VerificationKeyJson["vk_beta_2"]

/**
 * Reads the verification key that a proving key contains: snarkjs's members without the redundant `vk_alphabeta_12`.
 * Says nothing about how the key was made.
 * @param zkey - whole file
 * @throws CeremonyError `zkey-malformed`: another format, a section missing or cut short, infinity for a point
 */
export function readVerificationKey(zkey: Uint8Array): VerificationKeyJson {
  const view = new DataView(zkey.buffer, zkey.byteOffset, zkey.byteLength)
  const sections = locateSections(view)
  const header = sections.get(ZKEY_SECTION.header)
  const publicPoints = sections.get(ZKEY_SECTION.publicPoints)
  if (header?.length !== HEADER.bytes || readElement(view, header.at + HEADER.baseField) !== Q) {
    throw new CeremonyError("zkey-malformed", "expected a BN254 header")
  }
  const nPublic = view.getUint32(header.at + HEADER.publicSignals, true)
  if (publicPoints?.length !== G1_BYTES * (nPublic + 1)) {
    throw new CeremonyError("zkey-malformed", "expected one point per public signal")
  }
  const { at } = header
  return {
    protocol: "groth16",
    curve: "bn128", // snarkjs's name of BN254
    nPublic,
    vk_alpha_1: readG1(view, at + HEADER.alpha1),
    vk_beta_2: readG2(view, at + HEADER.beta2),
    vk_gamma_2: readG2(view, at + HEADER.gamma2),
    vk_delta_2: readG2(view, at + HEADER.delta2),
    IC: Array.from({ length: nPublic + 1 }, (_, i) => readG1(view, publicPoints.at + i * G1_BYTES)),
  }
}

function locateSections(view: DataView): Map<number, { at: number; length: number }> {
  if (view.byteLength < 12 || view.getUint32(0, true) !== ZKEY_MAGIC || view.getUint32(4, true) !== 1) {
    throw new CeremonyError("zkey-malformed", "expected version 1 of the zkey format")
  }
  const sections = new Map<number, { at: number; length: number }>()
  let at = 12
  for (let left = view.getUint32(8, true); left > 0; left--) {
    const length = at + 12 > view.byteLength ? Infinity : Number(view.getBigUint64(at + 4, true))
    if (at + 12 + length > view.byteLength)
      throw new CeremonyError("zkey-malformed", "a section is cut short")
    sections.set(view.getUint32(at, true), { at: at + 12, length })
    at += 12 + length
  }
  return sections
}

/** A finite affine point at byte `at`. @throws CeremonyError `zkey-malformed` for infinity */
export function readG1(view: DataView, at: number): G1 {
  return [...readFinite(view, [at, at + 32]), "1"] as unknown as G1
}

/** A finite affine point of G2 at byte `at`. @throws as readG1 */
export function readG2(view: DataView, at: number): G2 {
  const [x0, x1, y0, y1] = readFinite(view, [at, at + 32, at + 64, at + 96])
  return [
    [x0, x1],
    [y0, y1],
    ["1", "0"],
  ] as unknown as G2
}

/** Coordinates as decimals. Infinity is all zeros and has no place in a verification key. */
function readFinite(view: DataView, offsets: readonly number[]): string[] {
  const coordinates = offsets.map((offset) => (readElement(view, offset) * MONTGOMERY_INVERSE) % Q)
  if (coordinates.every((value) => value === 0n)) {
    throw new CeremonyError("zkey-malformed", "expected finite points in the verification key")
  }
  return coordinates.map(String)
}

const MONTGOMERY_INVERSE = inverseModQ(2n ** 256n)

function inverseModQ(value: bigint): bigint {
  let result = 1n
  let square = value % Q
  for (let rest = Q - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % Q
    square = (square * square) % Q
  }
  return result
}
