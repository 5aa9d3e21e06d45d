// V6: the keys that ballots are encrypted to are those of the deals, sound and unrelated, and nobody signed others.
import { checkElectionKeys } from "../../../protocol/election/definition.ts"
import { computeKeysHash, checkKeys } from "../../../protocol/election/derive-keys.ts"
import type { CeremonyFacts } from "../../../protocol/election/key-ceremony.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import { sha256 } from "../../../protocol/primitives/hash.ts"
import { canonicalBytes } from "../../../protocol/wire/canonical-json.ts"
import type { ElectionDefinition } from "../../../protocol/wire/election-definition.ts"
import { found } from "./outcome.ts"
import type { Finding } from "./outcome.ts"
import { ofKind } from "./entries.ts"
import type { CeremonyKeys } from "../verify-key-ceremony.ts"

/** V6. */
export function checkKeysOfElection(
  entries: readonly ElectionEntry[],
  { ceremonyId }: CeremonyFacts,
  definition: ElectionDefinition,
  keys: CeremonyKeys,
): Finding | null {
  const sound = checkKeys(keys)
  if (!sound.ok)
    return found("keys-invalid", `${sound.at ?? "keys"}: not of the prime order, or related to another key`)
  const deals = [...ofKind(entries, "dkg-deal")].sort((a, b) => a.body.trustee - b.body.trustee)
  const keysHash = computeKeysHash(
    ceremonyId,
    deals.map((deal) => sha256(canonicalBytes(deal))),
    keys,
  )
  if (keysHash !== keys.confirmedHash) return found("keys-invalid", "dkg-confirm: of other keys")
  const named = checkElectionKeys(definition, { keys: keys.keys, keysHash })
  return named.ok ? null : found("keys-invalid", `definition.json: ${named.at ?? named.reason}`)
}
