// What anybody can make of a valid Groth16 proof without knowing what it proves: other valid proofs of the same.
import { bn254 } from "@noble/curves/bn254.js"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { g1OfWire, g2OfWire, wireOfG1, wireOfG2 } from "./proof-points.ts"

const { Fr } = bn254.fields

/** (s·A, s⁻¹·B, C): e(sA, s⁻¹B) = e(A, B). */
export function scaled({ a, b, c }: WireProof, s: bigint): WireProof {
  const inverse = g2OfWire(b).multiply(Fr.inv(s))
  return { a: wireOfG1(g1OfWire(a).multiply(s)), b: wireOfG2(inverse), c }
}

/** (-A, -B, C). */
export function negated({ a, b, c }: WireProof): WireProof {
  return { a: wireOfG1(g1OfWire(a).negate()), b: wireOfG2(g2OfWire(b).negate()), c }
}
