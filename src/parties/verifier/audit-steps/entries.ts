import type { EntryOf } from "../../../protocol/election/signers.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"

/** Entries of one kind in the order of the log. */
export function ofKind<K extends ElectionEntry["kind"]>(
  entries: readonly ElectionEntry[],
  kind: K,
): readonly EntryOf<K>[] {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind)
}
