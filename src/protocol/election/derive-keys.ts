// From n deals to the keys of an election: what everyone computes alike from the log alone.
import { BABYJUBJUB, isIdentity, parsePointOnCurve, pointBytes } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts"
import { evaluateCommitments, sumCommitments } from "../primitives/secret-sharing.ts"
import { digestPart, taggedHash } from "../primitives/tagged-hash.ts"
import { accept } from "../primitives/verdict.ts"
import type { DealBody } from "./deal.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** The keys of an election. */
export interface DerivedKeys {
  /** PK_j, one per ciphertext. */
  readonly keys: readonly CurvePoint[]
  /** D_(k,j) as [k - 1][j]: what trustee k proves its shares with. */
  readonly trusteeKeys: readonly (readonly CurvePoint[])[]
}

/**
 * PK_j = sum of A_(i,j,0) and D_(k,j) = sum over i and x of k^x * A_(i,j,x); the order of the deals does not matter.
 * @param deals - of all n dealers, each accepted by `checkDeal`
 */
export function deriveKeys(deals: readonly Pick<DealBody, "A">[]): DerivedKeys {
  const pairs = deals[0]?.A.length ?? 0
  // Per key, the commitments of the sum of all dealers' polynomials.
  const sums = Array.from({ length: pairs }, (_, j) =>
    sumCommitments(deals.map(({ A }) => (A[j] ?? []).map((point) => parsePointOnCurve(point)))),
  )
  return {
    keys: sums.map((sum) => evaluateAtZero(sum)),
    trusteeKeys: deals.map((_, k) => sums.map((sum) => evaluateCommitments(BABYJUBJUB, sum, k + 1))),
  }
}

/**
 * hash("sotto/keys/1"; ceremonyId, SHA-256 of each `dkg-deal` entry, all enc(PK_j), all enc(D_(k,j)) by k then j).
 * @param ceremonyId - 64 hexadecimal digits
 * @param dealDigests - SHA-256 of the canonical bytes of each deal entry, by trustee
 */
export function computeKeysHash(
  ceremonyId: string,
  dealDigests: readonly Uint8Array[],
  { keys, trusteeKeys }: DerivedKeys,
): string {
  const points = [...keys, ...trusteeKeys.flat()].map(pointBytes)
  const digests = dealDigests.map(digestPart)
  return bytesToHex(taggedHash("sotto/keys/1", hexToBytes(ceremonyId), ...digests, ...points))
}

/**
 * Checks what makes one randomness safe under all keys: every PK and D of order l and not O, the PK pairwise distinct
 * and none +-1 or +-2 times another. Under related keys two ciphertexts show how their marks differ.
 */
export function checkKeys({ keys, trusteeKeys }: DerivedKeys): ElectionVerdict<true, "point-refused"> {
  const isGood = (point: CurvePoint): boolean => !isIdentity(point) && point.isTorsionFree()
  for (const [j, key] of keys.entries()) {
    if (!isGood(key)) return refuseAt("point-refused", `keys.${j}`)
    if (keys.some((other, i) => i !== j && isRelated(key, other)))
      return refuseAt("point-refused", `keys.${j}`)
  }
  const bad = trusteeKeys.findIndex((row) => !row.every(isGood))
  return bad < 0 ? accept(true) : refuseAt("point-refused", `trusteeKeys.${bad}`)
}

const evaluateAtZero = (sum: readonly CurvePoint[]): CurvePoint => sum[0] ?? BABYJUBJUB.identity

/** True when left is +-1 or +-2 times right; called for both orders. */
function isRelated(left: CurvePoint, right: CurvePoint): boolean {
  return [right, right.double()].some((point) => left.equals(point) || left.equals(point.negate()))
}
