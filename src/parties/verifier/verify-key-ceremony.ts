// A key ceremony from its messages alone: what every reader of an election's log can find out about its keys.
import { checkDeal, checkDealCommitment } from "../../protocol/election/deal.ts"
import { deriveKeys } from "../../protocol/election/derive-keys.ts"
import type { DerivedKeys } from "../../protocol/election/derive-keys.ts"
import { checkTrusteeKey } from "../../protocol/election/key-ceremony.ts"
import type { CeremonyFacts } from "../../protocol/election/key-ceremony.ts"
import { refuseAt } from "../../protocol/election/refusal.ts"
import type { ElectionVerdict } from "../../protocol/election/refusal.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { accept } from "../../protocol/primitives/verdict.ts"
import { ofKind } from "./audit-steps/entries.ts"

/** Keys as the deals give them, and the digest that every trustee confirmed; whether it is theirs is another check. */
export interface CeremonyKeys extends DerivedKeys {
  /** 64 hexadecimal digits. */
  readonly confirmedHash: string
}

/** Why a ceremony does not hold; the verdict's `at` names the message. */
export type CeremonyRefusal = "phase-refused" | "point-refused" | "commit-mismatch" | "share-invalid"

/**
 * Verifies every message: proofs of the trustees' encryption keys, deals equal to their commitments, points of order l,
 * proofs of all constant terms and box keys, no complaint, and one keysHash in all confirms and signatures.
 * @param entries - of the election's log, in the order of its life; signatures and order accepted before
 * @param progress - told after each message, 2n in all
 */
export function verifyKeyCeremony(
  entries: readonly ElectionEntry[],
  facts: CeremonyFacts,
  progress: (done: number) => void = () => undefined,
): ElectionVerdict<CeremonyKeys, CeremonyRefusal> {
  const [complaint] = ofKind(entries, "dkg-complaint")
  if (complaint !== undefined) return refuseAt("phase-refused", placeOf(complaint))
  let done = 0
  for (const entry of ofKind(entries, "trustee-key")) {
    const verdict = checkTrusteeKey(facts, entry.body)
    if (!verdict.ok) return refuseAt(verdict.reason, placeOf(entry))
    progress(++done)
  }
  const commits = ofKind(entries, "dkg-commit")
  const deals = ofKind(entries, "dkg-deal")
  for (const deal of deals) {
    const commit = commits.find(({ body }) => body.trustee === deal.body.trustee)
    const committed = checkDealCommitment(deal.body, commit?.body.commitment ?? "")
    const verdict = committed.ok ? checkDeal(facts, deal.body) : committed
    if (!verdict.ok) return refuseAt(verdict.reason, placeOf(deal))
    progress(++done)
  }
  const said = [...ofKind(entries, "dkg-confirm"), ...ofKind(entries, "definition-signature")]
  const [confirmedHash = ""] = said.map(({ body }) => body.keysHash)
  const other = said.find(({ body }) => body.keysHash !== confirmedHash)
  if (other !== undefined) return refuseAt("phase-refused", placeOf(other))
  return accept({ ...deriveKeys(deals.map(({ body }) => body)), confirmedHash })
}

function placeOf({
  kind,
  body,
}: {
  readonly kind: string
  readonly body: { readonly trustee: number }
}): string {
  return `${kind} of trustee ${body.trustee}`
}
