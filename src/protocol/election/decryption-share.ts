// Trustees' shares of the closed sum, held against the statement that everyone can rebuild from the log.
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { hexToBytes } from "../primitives/bytes.ts"
import { parseShare, verifyShare } from "../primitives/chaum-pedersen.ts"
import type { Fr } from "../primitives/field.ts"
import { accept } from "../primitives/verdict.ts"
import type { ElectionBodies, WireShare } from "../wire/election-entries.ts"
import type { TrusteeShares } from "./combine.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** A trustee's shares as published. */
export type DecryptionShareBody = ElectionBodies["decryption-share"]
type ShareVerdict<T> = ElectionVerdict<T, "point-refused" | "share-invalid">

/** What the shares of an election are shares of. */
export interface ClosedSum {
  readonly electionId: Fr
  /** 64 hexadecimal digits. */
  readonly closeHash: string
  /** R of the sum: the base of every share. */
  readonly R: CurvePoint
  /** D_(k,j) as [k - 1][j]. */
  readonly trusteeKeys: readonly (readonly CurvePoint[])[]
}

/**
 * Checks that a trustee's shares are of this sum and of this close, made with the trustee's own keys.
 * @param body - attacker-controlled, as from `parseEntry`
 * @returns the deltas, ready to be combined
 */
export function checkDecryptionShare(sum: ClosedSum, body: DecryptionShareBody): ShareVerdict<TrusteeShares> {
  const { electionId, trustee, closeHash } = body
  if (electionId !== sum.electionId) return refuseAt("share-invalid", "electionId")
  if (closeHash !== sum.closeHash) return refuseAt("share-invalid", "closeHash")
  const keys = sum.trusteeKeys[trustee - 1]
  if (keys === undefined) return refuseAt("share-invalid", "trustee")
  const context = { kind: "decryption-share", electionId, closeHash: hexToBytes(closeHash), trustee } as const
  return checkShares(keys, sum.R, body.shares, trustee, (ciphertext) => ({ ...context, ciphertext }))
}

/** The valid ones among published shares, by ascending index, and the indices of the others; a bad one blocks nothing. */
export function sortShares(
  sum: ClosedSum,
  bodies: readonly DecryptionShareBody[],
): { readonly valid: readonly TrusteeShares[]; readonly invalid: readonly number[] } {
  const [valid, invalid]: [TrusteeShares[], number[]] = [[], []]
  for (const body of [...bodies].sort((a, b) => a.trustee - b.trustee)) {
    const verdict = checkDecryptionShare(sum, body)
    if (verdict.ok) valid.push(verdict.value)
    else invalid.push(body.trustee)
  }
  return { valid, invalid }
}

/**
 * Checks one share per key of a trustee, each proved for its own context.
 * @param keys - D_(k,j) of the trustee, by j
 * @param base - R of the sum that is opened or rehearsed
 */
export function checkShares(
  keys: readonly CurvePoint[],
  base: CurvePoint,
  wire: readonly WireShare[],
  trustee: number,
  contextOf: (ciphertext: number) => Parameters<typeof verifyShare>[0],
): ShareVerdict<TrusteeShares> {
  if (wire.length !== keys.length) return refuseAt("share-invalid", "shares")
  const deltas: CurvePoint[] = []
  for (const [c, key] of keys.entries()) {
    const share = parseAt(`shares.${c}`, () => parseShare(wire[c] ?? NO_SHARE))
    if (!share.ok) return share
    if (!verifyShare(contextOf(c), key, base, share.value)) return refuseAt("share-invalid", `shares.${c}`)
    deltas.push(share.value.delta)
  }
  return accept({ trustee, deltas })
}

const NO_SHARE = { delta: null, A1: null, A2: null, z: null }
