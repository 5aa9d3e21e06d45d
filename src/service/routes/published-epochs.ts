// An epoch exists for others once its checkpoint is published: between commit and publication lie guard and cosigners.
import type { Ledger } from "../../ledger/log/ledger.ts"
import type { RegistryEpochRow, ServiceStore } from "../store.ts"

/** Rows that are looked at further back, where the newest are not published. */
const ROWS = 16

/**
 * The newest published epoch and its predecessor, newest first; empty before the first.
 * @param registry - its id
 */
export async function publishedEpochs(
  deps: { readonly store: ServiceStore; readonly ledger: Ledger; readonly ledgerOrigin: string },
  registry: string,
): Promise<readonly RegistryEpochRow[]> {
  const { store, ledger, ledgerOrigin } = deps
  const newest = await store.newestRegistryEpoch(registry)
  if (newest === null) return []
  const size = (await ledger.published(ledgerOrigin))?.size ?? 0
  // Some may be committed and not published yet, as many as were made since the quorum was lost.
  for (let from = newest.number - 2; ; from -= ROWS) {
    const rows = await store.listRegistryEpochs(registry, Math.max(1, from))
    const published = rows.filter(({ entryIndex }) => entryIndex < size)
    if (published.length >= 2 || from <= 1) return published.sort((a, b) => b.number - a.number).slice(0, 2)
  }
}
