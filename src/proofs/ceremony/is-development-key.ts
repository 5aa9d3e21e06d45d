import { bn254 } from "@noble/curves/bn254.js"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import type { ArtifactEntry } from "../groth16/artifacts.ts"
import type { VerificationKeyJson } from "../groth16/verification-key.ts"
import { deriveDevelopmentTrapdoor } from "./development-trapdoor.ts"

/**
 * Whether anyone can forge under this key: true when its alpha, beta and delta are those of the published seed for this
 * circuit. Recomputed from the constraint file's digest, so a manifest that claims a ceremony does not hide it.
 * @param key - verification key in snarkjs's members
 * @param entry - the manifest entry it is used under; `ceremony` is ignored
 */
export function isDevelopmentKey(
  key: VerificationKeyJson,
  entry: Pick<ArtifactEntry, "id" | "r1cs" | "domainLog2">,
): boolean {
  const { alpha, beta, delta } = deriveDevelopmentTrapdoor(
    entry.id,
    hexToBytes(entry.r1cs.sha256),
    entry.domainLog2,
  )
  return (
    sameCoordinates(g1Of(alpha), key.vk_alpha_1) &&
    sameCoordinates(g2Of(beta), key.vk_beta_2) &&
    sameCoordinates(g2Of(delta), key.vk_delta_2)
  )
}

function g1Of(scalar: bigint): string[] {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine()
  return [x, y].map(String)
}

function g2Of(scalar: bigint): string[] {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine()
  return [x.c0, x.c1, y.c0, y.c1].map(String)
}

/** Compares affine coordinates, pairs flattened; the third coordinate of `point` is 1 in every parsed key. */
function sameCoordinates(
  expected: readonly string[],
  point: readonly (string | readonly string[])[],
): boolean {
  return point.slice(0, 2).flat().join() === expected.join()
}
