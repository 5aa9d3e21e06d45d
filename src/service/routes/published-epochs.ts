// An epoch exists for others once its checkpoint is published: between commit and publication lies the rollback guard.
import type { Ledger } from "../../ledger/log/ledger.ts"
import type { RegistryEpochRow, ServiceStore } from "../store.ts"

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
  const { size } = ledger.head(ledgerOrigin)
  // One may be committed and not published yet: three rows hold two that are.
  const rows = await store.listRegistryEpochs(registry, Math.max(1, newest.number - 2))
  return rows
    .filter(({ entryIndex }) => entryIndex < size)
    .sort((a, b) => b.number - a.number)
    .slice(0, 2)
}
