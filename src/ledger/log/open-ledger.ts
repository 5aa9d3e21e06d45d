// Opening the log of a service: the start checks, then a sequencer, then reads and proofs for everyone.
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { Claim } from "../../protocol/log/claim.ts"
import { claimKey } from "../../protocol/log/claim.ts"
import type { AppendContext } from "./append.ts"
import { ReplayedFacts } from "../../protocol/log/election-claim.ts"
import { prepareDraft } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import type { Ledger, SignedHead } from "./ledger.ts"
import { headAt, storedConsistency, storedReceipt } from "./proofs.ts"
import type { ProvenLog } from "./proofs.ts"
import { readResource } from "./resource.ts"
import { openRollbackGuard } from "./rollback-guard.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { DEFAULT_LIMITS, Sequencer } from "./sequencer.ts"
import type { SequencerLimits } from "./sequencer.ts"
import { shuffled } from "./shuffle.ts"
import { createSigner } from "./signer.ts"
import { checkStart } from "./start-checks.ts"
import type { LedgerStore } from "./store.ts"

/** What a ledger is made of; the store and the state directory are the caller's to open and to close. */
export interface LedgerParts {
  readonly store: LedgerStore
  /** Names the log for ever: host and path, no scheme. */
  readonly origin: string
  /** Secret; its name must be the origin. */
  readonly key: SigningKey
  /** Holds the guard file; never on the disk that is restored together with the database. */
  readonly stateDirectory: string
  readonly randomBytes: (length: number) => Uint8Array
  readonly limits?: Partial<SequencerLimits>
  /** Told once, when a fault ends all writing in this process. */
  readonly onHalt?: (cause: unknown) => void
  /** Replaces the guard file; for decorators that watch or break it. */
  readonly guard?: RollbackGuard
}

/**
 * Opens the main log of a service.
 * @throws LedgerError `log-unknown`, `guard-missing`, `rolled-back`, `head-inconsistent`, `key-mismatch`
 */
export async function openLedger(parts: LedgerParts): Promise<Ledger> {
  const guard = parts.guard ?? (await openRollbackGuard(parts.stateDirectory, parts.origin))
  try {
    const context = await startedLog(parts, guard)
    const log = { logId: context.logId, origin: parts.origin, key: context.signer.key }
    const head = await headAt(parts.store, log, context.edge.size)
    if (head === null) throw new LedgerError("head-inconsistent", "the head has no checkpoint")
    // A crash between commit and guard left the guard one batch behind; nothing of it was ever published.
    await guard.record(head)
    return serve(parts, context, guard, head)
  } catch (error) {
    await guard.close()
    throw error
  }
}

async function startedLog(parts: LedgerParts, guard: RollbackGuard): Promise<AppendContext> {
  const { store, origin } = parts
  const signer = createSigner(origin, parts.key)
  const { row, edge } = await checkStart({ reads: store, origin, signer, guardNote: guard.read() })
  return {
    logId: row.id,
    origin,
    store,
    signer,
    edge,
    shuffle: (items) => shuffled(items, parts.randomBytes),
  }
}

function serve(parts: LedgerParts, context: AppendContext, guard: RollbackGuard, opened: SignedHead): Ledger {
  const { store } = parts
  const log: ProvenLog = { logId: context.logId, origin: context.origin, key: context.signer.key }
  let published = opened
  let fault: unknown = null
  const sequencer = new Sequencer(context, guard, {
    limits: { ...DEFAULT_LIMITS, ...parts.limits },
    halted: () => fault,
    halt: (cause) => {
      fault ??= cause
      parts.onHalt?.(cause)
    },
    publish: (head) => {
      published = head
    },
  })
  const known = (origin: string): void => {
    if (origin !== log.origin) throw new LedgerError("log-unknown", "no log of this origin")
  }
  return {
    admit: async (origin, draft) => {
      known(origin)
      return sequencer.admit(prepareDraft(draft, new ReplayedFacts()))
    },
    head: (origin) => {
      known(origin)
      return published
    },
    receipt: async (origin, index, size = published.size) => {
      known(origin)
      return size > published.size ? null : ((await storedReceipt(store, log, index, size))?.receipt ?? null)
    },
    findClaim: async (origin, claim: Claim) => {
      known(origin)
      const [row] = await store.findClaims(log.logId, [claimKey(claim)])
      return row === undefined ? null : { index: row.entryIndex }
    },
    consistency: async (origin, from, to) => {
      known(origin)
      const inside = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to
      return inside && to <= published.size ? storedConsistency(store, log.logId, from, to) : null
    },
    resource: async (origin, path) => {
      known(origin)
      return readResource(store, log.logId, published, path)
    },
    state: () => (fault === null ? "running" : "halted"),
    close: () => sequencer.close(),
  }
}
