// Shares of the rehearsal: everyone knows beforehand what each trustee must show, and that it reveals nothing.
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import type { Fr } from "../primitives/field.ts"
import { accept } from "../primitives/verdict.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import { combineShares } from "./combine.ts"
import type { TrusteeShares } from "./combine.ts"
import { checkShares } from "./decryption-share.ts"
import { drillDelta } from "./drill.ts"
import type { Drill } from "./drill.ts"
import { areCountsOf } from "./recover.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** What the shares of one drill round are held against. */
export interface DrillSum {
  readonly electionId: Fr
  readonly round: 1 | 2
  /** `deriveDrill(electionId, round, keys)`. */
  readonly drill: Drill
  /** D_(k,j) as [k - 1][j]. */
  readonly trusteeKeys: readonly (readonly CurvePoint[])[]
}

/**
 * Checks a trustee's shares of a drill: the points that everyone can compute, with the proof that the keys are at hand.
 * @param body - attacker-controlled, as from `parseEntry`
 */
export function checkDrillShare(
  sum: DrillSum,
  body: ElectionBodies["drill-share"],
): ElectionVerdict<TrusteeShares, "point-refused" | "share-invalid"> {
  const { electionId, trustee, round } = body
  if (electionId !== sum.electionId) return refuseAt("share-invalid", "electionId")
  if (round !== sum.round) return refuseAt("share-invalid", "round")
  const keys = sum.trusteeKeys[trustee - 1]
  if (keys === undefined) return refuseAt("share-invalid", "trustee")
  const context = { kind: "drill-share", electionId, round: sum.round, trustee } as const
  const base = sum.drill.sum.R
  const shares = checkShares(keys, base, body.shares, trustee, (ciphertext) => ({ ...context, ciphertext }))
  if (!shares.ok) return shares
  const wrong = keys.findIndex(
    (key, c) => shares.value.deltas[c]?.equals(drillDelta(sum.drill, key)) !== true,
  )
  return wrong < 0 ? shares : refuseAt("share-invalid", `shares.${wrong}`)
}

/**
 * Checks that the t lowest and the t highest shares of a round both open the drill to its counts: neither half of the
 * trustees is needed for the count.
 * @param shares - of all n trustees, each accepted by `checkDrillShare`
 */
export function checkDrillRound(
  { drill }: DrillSum,
  shares: readonly TrusteeShares[],
  threshold: { readonly t: number; readonly n: number },
): ElectionVerdict<true, "share-invalid"> {
  const sorted = [...shares].sort((a, b) => a.trustee - b.trustee)
  const opens = (some: readonly TrusteeShares[]): boolean => {
    const sum = combineShares(drill.sum, some, threshold)
    return sum.ok && areCountsOf(sum.value.openings, drill.counts)
  }
  if (!opens(sorted.slice(0, threshold.t))) return refuseAt("share-invalid", "lowest")
  return opens(sorted.slice(-threshold.t)) ? accept(true) : refuseAt("share-invalid", "highest")
}
