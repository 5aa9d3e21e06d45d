// sotto ledger export: the log as files in the C2SP layout, for a CDN or an audit bundle. Incremental and durable.
import { parseCheckpoint } from "../../protocol/log/checkpoint.ts"
import { resourcePath, tileWidth, TILE_WIDTH } from "../../protocol/log/tile.ts"
import { LedgerError } from "./errors.ts"
import type { PublicReader } from "./fsck.ts"
import type { SignedHead } from "./ledger.ts"
import { readResource, resourcesOf } from "./resource.ts"
import type { LedgerStore } from "./store.ts"

/** Where an export goes. */
export interface ExportTarget {
  /** Durable once resolved: written beside its place, synced, renamed, its directory synced. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>
  /** The bytes of an earlier export; null when there are none. */
  readonly read: PublicReader
}

/**
 * Writes tiles and bundles, then the checkpoint, so that a reader of the directory never sees a head without its tree.
 * Files that an earlier export completed are not written again.
 * @returns the number of files written
 */
export async function exportLog(store: LedgerStore, head: SignedHead, target: ExportTarget): Promise<number> {
  const row = await store.findLog(head.origin)
  if (row === null) throw new LedgerError("log-unknown", "no log of this origin")
  const done = await exportedSize(target, head)
  let written = 0
  for (const resource of resourcesOf(head.size)) {
    const level = resource.kind === "tile" ? resource.level : 0
    if (tileWidth({ level, n: resource.n }, done) === TILE_WIDTH) continue
    const path = resourcePath(resource)
    const bytes = await readResource(store, row.id, head, path)
    if (bytes === null) throw new LedgerError("head-inconsistent", `${path} cannot be read`)
    await target.write(path, bytes)
    written++
  }
  await target.write("checkpoint", head.note)
  return written + 1
}

/** The size whose tiles are in the directory already. @throws LedgerError `rolled-back` when it is ahead of the log */
async function exportedSize(target: ExportTarget, head: SignedHead): Promise<number> {
  const note = await target.read("checkpoint")
  if (note === null) return 0
  const { checkpoint } = parseCheckpoint(note)
  if (checkpoint.origin !== head.origin || checkpoint.size > head.size) {
    throw new LedgerError(
      "rolled-back",
      `the directory holds ${checkpoint.origin} at size ${checkpoint.size}`,
    )
  }
  return checkpoint.size
}
