// V5: every message of the key ceremony holds, none complains, and the drill shows that every key is at hand twice.
import type { DerivedKeys } from "../../../protocol/election/derive-keys.ts"
import { checkDrillRound, checkDrillShare } from "../../../protocol/election/drill-share.ts"
import { deriveDrill } from "../../../protocol/election/drill.ts"
import type { CeremonyFacts } from "../../../protocol/election/key-ceremony.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { verifyKeyCeremony } from "../verify-key-ceremony.ts"
import type { CeremonyKeys } from "../verify-key-ceremony.ts"
import { ofKind } from "./entries.ts"
import { found, stop } from "./outcome.ts"
import type { Finding, Outcome, StepProgress } from "./outcome.ts"

/** V5. @param entries - in the order that V3 accepted */
export function checkKeyCeremony(
  entries: readonly ElectionEntry[],
  facts: CeremonyFacts,
  electionId: Fr,
  progress: StepProgress,
): Outcome<CeremonyKeys> {
  const messages = 2 * facts.n
  const keys = verifyKeyCeremony(entries, facts, (done) => progress(done, messages + 2))
  if (!keys.ok) return stop("ceremony-invalid", `${keys.at ?? "ceremony"}: ${keys.reason}`)
  for (const round of [1, 2] as const) {
    const finding = checkDrill(entries, { facts, electionId, keys: keys.value, round })
    if (finding !== null) return { ok: false, finding }
    progress(messages + round, messages + 2)
  }
  return accept(keys.value)
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
  const drill = deriveDrill(electionId, round, keys.keys)
  const sum = { electionId, round, drill, trusteeKeys: keys.trusteeKeys }
  const shares = []
  for (const { body } of ofKind(entries, "drill-share")) {
    if (body.round !== round) continue
    const verdict = checkDrillShare(sum, body)
    if (!verdict.ok) {
      return found("ceremony-invalid", `drill-share ${round} of trustee ${body.trustee}: ${verdict.reason}`)
    }
    shares.push(verdict.value)
  }
  const opened = checkDrillRound(sum, shares, facts)
  return opened.ok ? null : found("ceremony-invalid", `drill round ${round}: wrong counts`)
}
