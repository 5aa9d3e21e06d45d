// V11: at least t trustees showed valid shares of exactly this sum; who showed an invalid one is named and blocks nothing.
import type { TrusteeShares } from "../../../protocol/election/combine.ts"
import { sortShares } from "../../../protocol/election/decryption-share.ts"
import type { ClosedSum } from "../../../protocol/election/decryption-share.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { ofKind } from "./entries.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"

/** Shares by what they are worth. */
export interface AuditedShares {
  /** By ascending index. */
  readonly valid: readonly TrusteeShares[]
  /** Indices of trustees. */
  readonly invalid: readonly number[]
}

/** V11. @param t - shares needed */
export function checkShares(
  entries: readonly ElectionEntry[],
  sum: ClosedSum,
  t: number,
): Outcome<AuditedShares> {
  const shares = sortShares(
    sum,
    ofKind(entries, "decryption-share").map(({ body }) => body),
  )
  return shares.valid.length >= t
    ? accept(shares)
    : stop("shares-too-few", `${shares.valid.length} valid decryption shares of ${t} needed`)
}
