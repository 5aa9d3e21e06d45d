// The only way from a proof in wire form to points that a verification accepts.
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import { openCurve } from "./curve.ts"
import type { Bn254, Point } from "./curve.ts"
import { isInG2 } from "./subgroup.ts"

/** A proof whose points are on their curves, finite, and of order r. Only `decodeProof` makes one. */
export type Proof = { readonly wire: WireProof } & ProofPoints & { readonly __brand: "Proof" }

/**
 * Decodes the points of a proof. Infinity has no spelling but (0, 0), which is on no curve here. B is checked for its
 * order because snarkjs checks the curve equation only and a twist point outside the subgroup breaks the pairing's
 * guarantees. Nothing may be keyed on proof bytes: every re-randomisation of a valid proof is valid by definition.
 * @param wire - shape and coordinates checked by `parseProof`; points still attacker-controlled
 */
export async function decodeProof(wire: WireProof): Promise<Verdict<Proof, "proof-off-curve">> {
  const curve = await openCurve()
  const points = readPoints(curve, wire)
  const isSound = points !== null && isInG2(curve, points.b)
  return isSound ? accept({ wire, ...points } as Proof) : refuse("proof-off-curve")
}

/** The points of a proof, finite and on their curves. The order of B is still attacker-controlled. */
export interface ProofPoints {
  readonly a: Point
  readonly b: Point
  readonly c: Point
}

/** All of `decodeProof` but the order of B, for a caller that finds it out by other means; null when off the curve. */
export function readPoints({ G1, G2 }: Bn254, wire: WireProof): ProofPoints | null {
  const a = G1.fromObject(wire.a.map(BigInt))
  const b = G2.fromObject(wire.b.map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const))
  const c = G1.fromObject(wire.c.map(BigInt))
  return isFinite(G1, a) && isFinite(G1, c) && isFinite(G2, b) ? { a, b, c } : null
}

/** Finite and on the curve: ffjavascript's own `isValid` counts infinity as valid. */
function isFinite(group: Pick<Bn254["G1"], "isZero" | "isValid">, point: Point): boolean {
  return !group.isZero(point) && group.isValid(point)
}
