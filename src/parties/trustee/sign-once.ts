// A message is signed once: whatever was signed first is what is sent, today and after every crash.
import { encodeEntry } from "../../protocol/log/entry.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { ElectionBodies, ElectionControlKind } from "../../protocol/wire/election-entries.ts"
import type { CeremonyWork } from "./trustee-state.ts"

/**
 * The work with this message signed in its slot, or as it is when that slot is taken: two different messages in one slot
 * would be two promises.
 * @param slot - the kind, with the round of a drill behind it
 */
export function signOnce<K extends ElectionControlKind>(
  work: CeremonyWork,
  kind: K,
  body: ElectionBodies[K],
  key: SigningKey,
  slot: string = kind,
): CeremonyWork {
  if (work.signed.has(slot)) return work
  // The compiler cannot follow that a body of kind K makes an entry of kind K; encodeEntry reads it back.
  const bytes = encodeEntry(signBody<ElectionControlKind>(kind, body, key) as ElectionEntry)
  return { ...work, signed: new Map([...work.signed, [slot, bytes]]) }
}
