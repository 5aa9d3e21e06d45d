// The two acts of an operator: beginning a log, and vouching for a restored one.
import { rm } from "node:fs/promises"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { EMPTY_ROOT } from "../../protocol/log/tree.ts"
import { appendBatch, loadEdge } from "./append.ts"
import { ReplayedClaimFacts } from "../../protocol/log/election-claim.ts"
import { prepareDraft } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import { isElectionOrigin } from "./first-entry.ts"
import { fsckDatabase } from "./fsck.ts"
import type { Finding } from "./fsck-tree.ts"
import type { SignedHead } from "./ledger.ts"
import type { LedgerParts } from "./open-ledger.ts"
import { headAt } from "./proofs.ts"
import { guardExists, guardPath, openRollbackGuard, readGuardFile } from "./rollback-guard.ts"
import { createSigner } from "./signer.ts"
import { readGuardNote } from "./start-checks.ts"
import { EMPTY_EDGE } from "./tree-growth.ts"

/**
 * Begins a log: its row, entry 0 and the guard, which must not exist yet.
 * @throws LedgerError `log-exists` when the log has entries or a guard file remembers one
 */
export async function initLedger(parts: LedgerParts): Promise<SignedHead> {
  const { store, origin } = parts
  const signer = createSigner(origin, parts.key)
  if (await guardExists(parts.stateDirectory, origin)) {
    throw new LedgerError("log-exists", "a guard file of this log exists: was its database lost?")
  }
  const row = await store.createLog(origin, "main", EMPTY_ROOT)
  if (row.size > 0) throw new LedgerError("log-exists", `the log has ${row.size} entries already`)
  const vkey = encodeVerifierKey(signer.key)
  const genesis = prepareDraft(
    { entry: { kind: "log-genesis", v: 1, format: "sotto-ledger/1", origin, vkey } },
    new ReplayedClaimFacts(),
  )
  const context = {
    logId: row.id,
    origin,
    store,
    signer,
    edge: EMPTY_EDGE,
    shuffle: <T>(items: readonly T[]) => items,
  }
  const { growth } = await appendBatch(context, [{ draft: genesis }])
  if (growth === null) throw new LedgerError("log-exists", "the log has begun already")
  await recordHead(parts, growth.head)
  return growth.head
}

/** A log to be vouched for, the main log or an election's. */
export type AdoptableLog = Pick<LedgerParts, "store" | "origin" | "key" | "stateDirectory">

/** What an operator must look at before adopting a database. */
export interface AdoptionReport {
  /** The head that the database holds and that would be vouched for. */
  readonly found: SignedHead
  /** The size that the guard remembers; null when there is no readable guard. */
  readonly remembered: number | null
  readonly findings: readonly Finding[]
}

/** Inspects a database whose start was refused; changes nothing. @throws LedgerError `log-unknown`, `head-inconsistent` */
export async function inspectForAdoption(parts: AdoptableLog): Promise<AdoptionReport> {
  const { store, origin } = parts
  const signer = createSigner(origin, parts.key)
  const row = await store.findLog(origin)
  if (row === null || row.size === 0)
    throw new LedgerError("log-unknown", "the database holds no such log: adopting size 0 forgets its guard")
  await loadEdge(store, { logId: row.id, origin, signer }, row)
  const found = await headAt(store, { logId: row.id, origin, key: signer.key }, row.size)
  if (found === null) throw new LedgerError("head-inconsistent", "the head has no checkpoint")
  const findings = await fsckDatabase({ store, origin, key: signer.key })
  return { found, remembered: await rememberedSize(parts), findings }
}

/**
 * Vouches for a restored database: from now on its head is what the guard remembers. The one way to sign a second
 * history with clean hands, hence the size must be given by whoever looked at the report.
 * @param confirmedSize - 0 for the log of an election that the database lost altogether
 * @returns the size that is vouched for
 * @throws LedgerError `head-inconsistent` when fsck has findings or the size is another, `log-unknown`
 */
export async function adoptLedger(parts: AdoptableLog, confirmedSize: number): Promise<number> {
  const isLost = ((await parts.store.findLog(parts.origin))?.size ?? 0) === 0
  if (isLost && confirmedSize === 0 && isElectionOrigin(parts.origin)) {
    await rm(guardPath(parts.stateDirectory, parts.origin), { force: true })
    return 0
  }
  const { found, findings, remembered } = await inspectForAdoption(parts)
  if (findings.length > 0) throw new LedgerError("head-inconsistent", `fsck has ${findings.length} findings`)
  if (found.size !== confirmedSize)
    throw new LedgerError("head-inconsistent", `the database has ${found.size} entries`)
  if (remembered === null) await rm(guardPath(parts.stateDirectory, parts.origin), { force: true }) // torn or empty
  await recordHead(parts, found)
  return found.size
}

async function recordHead(parts: AdoptableLog, head: SignedHead): Promise<void> {
  const guard = await openRollbackGuard(parts.stateDirectory, parts.origin)
  try {
    await guard.record(head)
  } finally {
    await guard.close()
  }
}

async function rememberedSize(parts: AdoptableLog): Promise<number | null> {
  const note = await readGuardFile(parts.stateDirectory, parts.origin)
  const signer = createSigner(parts.origin, parts.key)
  return note === null ? null : readGuardNote(note, { origin: parts.origin, signer }).size
}
