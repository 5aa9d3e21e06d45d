// Later closing times: an answer to an outage or an attack on the last hours, and never one person's decision.
import { accept } from "../primitives/verdict.ts"
import { MAX_EXTENSIONS } from "../wire/election-entries.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import type { CeremonyBody } from "./key-ceremony.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"
import { signingTrustees } from "./signers.ts"
import type { EntryOf } from "./signers.ts"

/** All extensions of an election together: three days. */
const MAX_EXTENSION_SECONDS = 3 * 86_400

/**
 * Checks an extension: the next number, at most three, later than the last closing time, at most three days after the
 * definition's, signed by at least t trustees beside the organizer.
 * @param entry - attacker-controlled; its signatures accepted by `checkSigners`
 * @param earlier - the closing times of the extensions so far
 */
export function checkExtension(
  entry: EntryOf<"extension">,
  ceremony: CeremonyBody,
  definition: ElectionDefinition,
  earlier: readonly number[],
): ElectionVerdict<true, "phase-refused" | "signature-refused"> {
  const { number, closesAt } = entry.body
  if (number !== earlier.length + 1 || number > MAX_EXTENSIONS) return refuseAt("phase-refused", "number")
  const first = definition.closesAtUnixSeconds
  const last = earlier.at(-1) ?? first
  if (closesAt <= last || closesAt > first + MAX_EXTENSION_SECONDS)
    return refuseAt("phase-refused", "closesAt")
  const signers = signingTrustees(entry, ceremony).length
  return signers >= ceremony.threshold.t ? accept(true) : refuseAt("signature-refused", "signatures")
}
