// A second opinion on a proof from other code: @noble/curves, no WebAssembly, no snarkjs, no shared tables.
import { bn254 } from "@noble/curves/bn254.js"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import type { VerificationKey } from "./verification-key.ts"

const { G1, G2, fields, pairingBatch } = bn254
type G1Point = InstanceType<typeof G1.Point>

/**
 * True when the proof holds for these signals; false too for points off the curve or outside the subgroup. Slower than
 * `verifyProof`; a disagreement between the two is a fault of the machine, never a verdict.
 */
export function verifyWithSecondVerifier(
  key: VerificationKey,
  signals: readonly Fr[],
  proof: WireProof,
): boolean {
  const { vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC } = key.json
  const points = { a: g1(proof.a), b: g2(proof.b), c: g1(proof.c) }
  try {
    points.a.assertValidity()
    points.b.assertValidity()
    points.c.assertValidity()
  } catch {
    return false // noble tells an invalid point only by throwing
  }
  if (IC.length !== signals.length + 1) return false
  let l: G1Point = G1.Point.ZERO
  IC.forEach((point, i) => {
    const scalar = i === 0 ? 1n : BigInt(signals[i - 1] ?? "0")
    if (scalar !== 0n) l = l.add(g1(point).multiplyUnsafe(scalar))
  })
  const pairs = [
    { g1: points.a.negate(), g2: points.b },
    { g1: g1(vk_alpha_1), g2: g2(vk_beta_2) },
    { g1: points.c, g2: g2(vk_delta_2) },
    { g1: l, g2: g2(vk_gamma_2) },
  ].filter((pair) => !pair.g1.is0())
  return fields.Fp12.eql(pairingBatch(pairs), fields.Fp12.ONE)
}

function g1(point: readonly string[]): G1Point {
  const [x, y] = point.map(BigInt)
  return G1.Point.fromAffine({ x: x ?? 0n, y: y ?? 0n })
}

function g2(point: readonly (readonly [string, string])[]): InstanceType<typeof G2.Point> {
  const [x, y] = point.map(([c0, c1]) => ({ c0: BigInt(c0), c1: BigInt(c1) }))
  return G2.Point.fromAffine({ x: x ?? fields.Fp2.ZERO, y: y ?? fields.Fp2.ZERO })
}
