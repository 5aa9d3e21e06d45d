// A complaint opens one box to everyone. Whoever reads the log reaches the same verdict.
import { parsePointOnCurve } from "../primitives/babyjubjub.ts"
import { parseShare, verifyShare } from "../primitives/chaum-pedersen.ts"
import { hexToBytes } from "../primitives/bytes.ts"
import { accept } from "../primitives/verdict.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import { openBox } from "./deal.ts"
import type { DealBody } from "./deal.ts"
import type { CeremonyFacts } from "./key-ceremony.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** Who ended a ceremony, and how: the dealer by a bad share, or the complainer by a false complaint. */
export interface ComplaintVerdict {
  readonly reason: "dealer-faulty" | "complaint-false"
  /** Index of the one that is named. */
  readonly trustee: number
}

/**
 * Opens the disputed box with the pad point of the complaint and decides. A complaint whose proof fails is none: it is
 * refused, so that nobody can be blamed with an invented pad point.
 * @param deal - the accused dealer's, accepted by `checkDeal`
 * @param trusteeKey - the complainer's encryption key E, accepted by `checkTrusteeKey`
 * @param complaint - attacker-controlled, as from `parseEntry`
 */
export function judgeComplaint(
  ceremony: CeremonyFacts,
  deal: DealBody,
  trusteeKey: ElectionBodies["trustee-key"],
  complaint: ElectionBodies["dkg-complaint"],
): ElectionVerdict<ComplaintVerdict, "point-refused" | "share-invalid"> {
  const { dealer, trustee, Z, proof } = complaint
  const share = parseAt("Z", () => parseShare({ delta: Z, ...proof }))
  if (!share.ok) return share
  const context = {
    kind: "dkg-complaint",
    ceremonyId: hexToBytes(ceremony.ceremonyId),
    dealer,
    trustee,
  } as const
  const U = parsePointOnCurve(deal.boxes[trustee - 1]?.U)
  const E = parsePointOnCurve(trusteeKey.key)
  if (!verifyShare(context, E, U, share.value)) return refuseAt("share-invalid", "proof")
  return openBox(ceremony, deal, trustee, share.value.delta) === null
    ? accept({ reason: "dealer-faulty", trustee: dealer })
    : accept({ reason: "complaint-false", trustee })
}
