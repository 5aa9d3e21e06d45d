// V5: every message of the key ceremony holds, none complains, and the drill shows that every key is at hand twice.
import { checkDeal, checkDealCommitment } from "../../../protocol/election/deal.ts"
import { deriveKeys } from "../../../protocol/election/derive-keys.ts"
import type { DerivedKeys } from "../../../protocol/election/derive-keys.ts"
import { checkDrillRound, checkDrillShare } from "../../../protocol/election/drill-share.ts"
import { deriveDrill } from "../../../protocol/election/drill.ts"
import { checkTrusteeKey } from "../../../protocol/election/key-ceremony.ts"
import type { CeremonyFacts } from "../../../protocol/election/key-ceremony.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { ofKind } from "./entries.ts"
import { found } from "./outcome.ts"
import type { Finding, Outcome, StepProgress } from "./outcome.ts"

/** Keys as the deals give them, and the digest that every trustee confirmed. */
export interface CeremonyKeys extends DerivedKeys {
  /** 64 hexadecimal digits, said n times by confirms and n times by signatures of the definition. */
  readonly confirmedHash: string
}

/** V5. @param entries - in the order that V3 accepted */
export function checkKeyCeremony(
  entries: readonly ElectionEntry[],
  facts: CeremonyFacts,
  electionId: Fr,
  progress: StepProgress,
): Outcome<CeremonyKeys> {
  const complaint = ofKind(entries, "dkg-complaint")[0]
  if (complaint !== undefined) return refused(`complaint of trustee ${complaint.body.trustee}`)
  const total = 2 * facts.n + 2
  const messages = checkMessages(entries, facts, (done) => progress(done, total))
  if (messages !== null) return { ok: false, finding: messages }
  const hashes = [...ofKind(entries, "dkg-confirm"), ...ofKind(entries, "definition-signature")]
  const [confirmedHash = ""] = hashes.map(({ body }) => body.keysHash)
  const other = hashes.find(({ body }) => body.keysHash !== confirmedHash)
  if (other !== undefined) return refused(`${other.kind} of trustee ${other.body.trustee}: other keys`)
  const keys = deriveKeys(ofKind(entries, "dkg-deal").map(({ body }) => body))
  for (const round of [1, 2] as const) {
    const finding = checkDrill(entries, { facts, electionId, keys, round })
    if (finding !== null) return { ok: false, finding }
    progress(2 * facts.n + round, total)
  }
  return accept({ ...keys, confirmedHash })
}

function checkMessages(
  entries: readonly ElectionEntry[],
  facts: CeremonyFacts,
  progress: (done: number) => void,
): Finding | null {
  let done = 0
  for (const { body } of ofKind(entries, "trustee-key")) {
    const verdict = checkTrusteeKey(facts, body)
    if (!verdict.ok)
      return found("ceremony-invalid", `trustee-key of trustee ${body.trustee}: ${verdict.reason}`)
    progress(++done)
  }
  for (const { body } of ofKind(entries, "dkg-deal")) {
    const commit = ofKind(entries, "dkg-commit").find((entry) => entry.body.trustee === body.trustee)
    const committed = checkDealCommitment(body, commit?.body.commitment ?? "")
    const verdict = committed.ok ? checkDeal(facts, body) : committed
    if (!verdict.ok)
      return found("ceremony-invalid", `dkg-deal of trustee ${body.trustee}: ${verdict.reason}`)
    progress(++done)
  }
  return null
}

interface DrillPart {
  readonly facts: CeremonyFacts
  readonly electionId: Fr
  readonly keys: DerivedKeys
  readonly round: 1 | 2
}

function checkDrill(
  entries: readonly ElectionEntry[],
  { facts, electionId, keys, round }: DrillPart,
): Finding | null {
  const sum = {
    electionId,
    round,
    drill: deriveDrill(electionId, round, keys.keys),
    trusteeKeys: keys.trusteeKeys,
  }
  const shares = []
  for (const { body } of ofKind(entries, "drill-share")) {
    if (body.round !== round) continue
    const verdict = checkDrillShare(sum, body)
    if (!verdict.ok) {
      return found("ceremony-invalid", `drill-share ${round} of trustee ${body.trustee}: ${verdict.reason}`)
    }
    shares.push(verdict.value)
  }
  return checkDrillRound(sum, shares, facts).ok
    ? null
    : found("ceremony-invalid", `drill round ${round}: wrong counts`)
}

const refused = (place: string): Outcome<never> => ({ ok: false, finding: found("ceremony-invalid", place) })
