// From the verdicts of a batch to what its callers are told.
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import type { Appended, Item } from "./append.ts"
import type { Decision } from "./decide.ts"
import { LedgerError } from "./errors.ts"
import type { Admission, Place, Refused } from "./ledger.ts"
import { receiptOf, storedReceipt } from "./proofs.ts"
import type { ProvenLog } from "./proofs.ts"
import type { IdempotencyRecord, LedgerReads } from "./store.ts"

/** What answers need beside the batch itself; `size` is that of the newest published head. */
export interface AnswerContext {
  readonly log: ProvenLog
  readonly reads: LedgerReads
  readonly size: number
}

/** The answer to one draft of a batch that is durable. */
export async function answerOf<D extends Item>(
  context: AnswerContext,
  done: Appended<D>,
  item: D,
): Promise<Admission> {
  const decision = done.decisions.get(item)
  if (decision === undefined) throw new LedgerError("storage-failed", "a draft was not decided")
  switch (decision.verdict) {
    case "winner":
      return winnerAnswer(context, done, item)
    case "refused":
      return refusedAnswer(context, item, decision)
    case "existing":
      return decision.index === null
        ? { ok: true, outcome: "claimed" }
        : existingAnswer(context, decision.index)
    case "existing-with": {
      const first = winnerAnswer(context, done, decision.with)
      return first.ok && first.outcome === "committed" ? { ...first, outcome: "existing" } : first
    }
    case "replay":
      return { ok: true, outcome: "replayed", record: decision.record }
    case "replay-with":
      return { ok: true, outcome: "replayed", record: recordOf(done, decision.with, context.size) }
  }
}

function winnerAnswer<D extends Item>({ log }: AnswerContext, { growth }: Appended<D>, item: D): Admission {
  const index = growth?.indices.get(item)
  const { entry } = item.draft
  if (growth === null || index === undefined || entry === null) return { ok: true, outcome: "claimed" }
  const row = { index, kind: entry.kind, body: entry.bytes }
  const receipt = receiptOf(log, growth.head, row, growth.read)
  const place: Place = { origin: log.origin, index, size: growth.head.size, entryBytes: entry.bytes, receipt }
  return { ok: true, outcome: "committed", ...place }
}

/**
 * A control entry that stands in the log byte for byte was written before, by this sender or another: it is told its
 * place. So a retry after a lost answer is safe, and instances that compute one close all succeed.
 */
async function refusedAnswer(
  context: AnswerContext,
  { draft: { entry } }: Item,
  { reason, index, headMoved }: Extract<Decision<Item>, { verdict: "refused" }>,
): Promise<Admission> {
  if (entry?.isOrdered === true && index !== null) {
    const existing = await existingAnswer(context, index)
    if (equalBytes(existing.entryBytes, entry.bytes)) return existing
  }
  const refused: Refused = { ok: false, reason, index }
  return headMoved === undefined ? refused : { ...refused, headMoved }
}

async function existingAnswer(
  { log, reads, size }: AnswerContext,
  index: number,
): Promise<Extract<Admission, { outcome: "existing" }>> {
  const stored = await storedReceipt(reads, log, index, size)
  if (stored === null) throw new LedgerError("storage-failed", `the entry ${index} cannot be proven`)
  const { receipt, entry } = stored
  return { ok: true, outcome: "existing", origin: log.origin, index, size, entryBytes: entry.body, receipt }
}

/** What the idempotency row of a winner of the same batch says. */
function recordOf<D extends Item>({ growth }: Appended<D>, winner: D, size: number): IdempotencyRecord {
  const row = winner.draft.idempotency
  if (row === null) throw new LedgerError("storage-failed", "a replayed draft has no key")
  const { key, bodySha256, status, expiresAtUnixSeconds } = row
  const ref = row.ref ?? `${growth?.indices.get(winner) ?? ""}/${growth?.head.size ?? size}`
  return { key, bodySha256, status, ref, expiresAtUnixSeconds }
}
