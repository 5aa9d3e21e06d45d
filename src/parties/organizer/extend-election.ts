// A later closing time: the organizer's signature and those of at least t trustees over one body.
import { checkExtension } from "../../protocol/election/extension.ts"
import { checkSigners } from "../../protocol/election/signers.ts"
import type { EntryOf } from "../../protocol/election/signers.ts"
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import { OrganizerError } from "./organizer-error.ts"

/**
 * Puts an extension together.
 * @param signed - from trustees, each entry with that trustee's signature alone
 * @param earlier - entries of the log
 * @throws OrganizerError `description-refused`: bodies that differ, too few signatures, a time out of bounds
 */
export function assembleExtension(
  log: ElectionLog,
  earlier: readonly ElectionEntry[],
  signed: readonly EntryOf<"extension">[],
  key: SigningKey,
): EntryOf<"extension"> {
  const [first] = signed
  if (log.phase !== "open") throw new OrganizerError("phase-refused", "voting is not open")
  if (first === undefined) throw refused("no trustee has signed it")
  if (signed.some(({ body }) => canonicalText(body) !== canonicalText(first.body)))
    throw refused("the trustees signed different extensions")
  const { trustees } = log.ceremony
  const place = (text: string): number => trustees.findIndex((trustee) => trustee.key === text)
  const signatures = signed.flatMap((entry) => entry.signatures).sort((a, b) => place(a.key) - place(b.key))
  const own = signBody("extension", first.body, key)
  const entry: EntryOf<"extension"> = { ...own, signatures: [...own.signatures, ...signatures] }
  const signers = checkSigners(entry, log.ceremony)
  if (!signers.ok) throw refused(signers.at ?? signers.reason)
  const closings = earlier.flatMap((one) => (one.kind === "extension" ? [one.body.closesAt] : []))
  const verdict = checkExtension(entry, log.ceremony, log.definition, closings)
  if (!verdict.ok) throw refused(verdict.at ?? verdict.reason)
  return entry
}

const refused = (what: string): OrganizerError =>
  new OrganizerError("description-refused", `extension: ${what}`)
