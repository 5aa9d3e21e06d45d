// The order of an election's life: every control entry at its time, none missing, none twice, the tally last.
import { PhaseTable } from "../../../protocol/election/phase-table.ts"
import type { EntryOf } from "../../../protocol/election/signers.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"

/** An entry with its place in the log. */
export type Placed<K extends ElectionEntry["kind"]> = EntryOf<K> & { readonly index: number }

/** The entries around which everything else is ordered. */
export interface Milestones {
  readonly definition: Placed<"definition">
  readonly open: Placed<"election-open">
  readonly close: Placed<"election-close">
  readonly tally: Placed<"tally">
}

/**
 * Checks the order of the control entries. Ballots are V9's question and complaints V5's, so both are passed over; of an
 * extension only the place is asked here.
 */
export function checkPhaseOrder(entries: readonly ElectionEntry[]): Outcome<Milestones> {
  const table = new PhaseTable()
  const reached: { -readonly [member in keyof Milestones]?: Milestones[member] } = {}
  for (const [index, entry] of entries.entries()) {
    if (isElsewhere(entry)) continue
    const isDue = entry.kind === "extension" ? isVoting(table, entry, reached) : table.check(entry).ok
    if (!isDue) return stop("phase-order", `entry ${index}: ${entry.kind} is not due there`)
    if (entry.kind !== "extension") table.add(entry)
    if (entry.kind === "definition") reached.definition = { ...entry, index }
    if (entry.kind === "election-open") reached.open = { ...entry, index }
    if (entry.kind === "election-close") reached.close = { ...entry, index }
    if (entry.kind === "tally") reached.tally = { ...entry, index }
  }
  const { definition, open, close, tally } = reached
  if (definition === undefined || open === undefined || close === undefined || tally === undefined) {
    return stop("phase-order", "the log ends before the tally")
  }
  if (tally.index !== entries.length - 1) return stop("phase-order", "the log goes on behind the tally")
  return accept({ definition, open, close, tally })
}

function isElsewhere({ kind }: ElectionEntry): boolean {
  return kind === "ballot" || kind === "challenged-ballot" || kind === "dkg-complaint"
}

function isVoting(
  table: PhaseTable,
  { body }: EntryOf<"extension">,
  { definition }: { readonly definition?: Milestones["definition"] },
): boolean {
  return table.phase === "open" && body.electionId === definition?.body.electionId
}
