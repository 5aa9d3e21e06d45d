// Entries that say something about the log itself: checked against it as it stands, and written only there.
import { LedgerError } from "./errors.ts"
import type { Admission, CloseCompute, DraftCompute } from "./ledger.ts"
import type { OpenLog } from "./open-log.ts"
import { storedReceipt } from "./proofs.ts"
import type { LedgerStore } from "./store.ts"

/**
 * Most times an entry is computed anew: in one process such entries take turns, so only ballots, once a window, and other
 * instances come between.
 */
const MAX_TRIES = 32

/** Appends what `compute` makes of the head, if the log still has that size then. @throws as `Ledger.appendAt` */
export function appendAt(log: OpenLog, compute: DraftCompute): Promise<Admission | null> {
  return log.inTurn(async () => {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const { head } = log
      const draft = await compute(head)
      if (draft === null) return null
      const { preconditions = [] } = draft
      const sized = [...preconditions, { require: "sizeIs", size: head.size } as const]
      const admission = await log.admit({ ...draft, preconditions: sized })
      if (admission.ok || admission.headMoved !== true) return admission
      await log.sequencer.refresh()
    }
    throw new LedgerError("storage-failed", "the log grew faster than an entry could be checked against it")
  })
}

/** Appends the close of an election, or finds the one there is. @throws as `Ledger.closeElection` */
export async function closeElection(
  log: OpenLog,
  store: LedgerStore,
  compute: CloseCompute,
): Promise<Admission> {
  await log.sequencer.flushBallots()
  await log.sequencer.refresh()
  const admission = await appendAt(log, async (head) =>
    (await log.indexOf(["close"])) === null ? { entry: await compute(head) } : null,
  )
  return admission ?? closedBefore(log, store)
}

async function closedBefore(log: OpenLog, store: LedgerStore): Promise<Admission> {
  await log.sequencer.refresh()
  const { proven, head } = log
  const index = await log.indexOf(["close"])
  const stored = index === null ? null : await storedReceipt(store, proven, index, head.size)
  if (index === null || stored === null) throw new LedgerError("storage-failed", "the close cannot be proven")
  const { receipt, entry } = stored
  const place = { origin: proven.origin, index, size: head.size, entryBytes: entry.body, receipt }
  return { ok: true, outcome: "existing", ...place }
}
