// From t trustees' shares to the opened sums: M_c = C_c - sum of lambda_i * delta_(i,c).
import { BABYJUBJUB } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"
import { interpolateAtZero } from "../primitives/secret-sharing.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"

/** One trustee's shares of a sum, one delta a ciphertext; their proofs are verified before. */
export interface TrusteeShares {
  readonly trustee: number
  readonly deltas: readonly CurvePoint[]
}

/** Why shares cannot be combined. */
export type CombineRefusal = "share-index-refused" | "share-duplicate" | "share-count" | "shares-missing"

/** The opened sums, and the trustees whose shares were used, ascending. */
export interface OpenedSum {
  readonly trustees: readonly number[]
  /** M_c = T_(2c)*G + T_(2c+1)*J. */
  readonly openings: readonly CurvePoint[]
}

/**
 * Opens a sum with the t shares of lowest index. Any other t valid shares give the same points.
 * @param sum - R and C of the counted ballots
 * @param shares - valid ones, in any order; more than t are fine
 * @param threshold - of the ceremony: t shares needed of n
 */
export function combineShares(
  sum: Ciphertexts,
  shares: readonly TrusteeShares[],
  threshold: { readonly t: number; readonly n: number },
): Verdict<OpenedSum, CombineRefusal> {
  const indices = shares.map(({ trustee }) => trustee)
  if (!indices.every((index) => Number.isInteger(index) && index >= 1 && index <= threshold.n))
    return refuse("share-index-refused")
  if (new Set(indices).size !== indices.length) return refuse("share-duplicate")
  if (shares.some(({ deltas }) => deltas.length !== sum.C.length)) return refuse("share-count")
  if (shares.length < threshold.t) return refuse("shares-missing")
  const used = [...shares].sort((a, b) => a.trustee - b.trustee).slice(0, threshold.t)
  const openings = sum.C.map((C, c) => {
    const points = used.map(({ trustee, deltas }) => ({ index: trustee, point: deltas[c] ?? C }))
    return C.subtract(interpolateAtZero(BABYJUBJUB, points, threshold.n))
  })
  return accept({ trustees: used.map(({ trustee }) => trustee), openings })
}
