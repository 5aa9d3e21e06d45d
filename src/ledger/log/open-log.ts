// One log of a ledger, opened: checked, guarded, with the sequencer that writes it and the facts its claims need.
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { claimKey } from "../../protocol/log/claim.ts"
import { ReplayedClaimFacts } from "../../protocol/log/election-claim.ts"
import type { ClaimFacts } from "../../protocol/log/election-claim.ts"
import { checkpointText, encodeCheckpoint } from "../../protocol/log/checkpoint.ts"
import { isMainEntry, parseEntry } from "../../protocol/log/entry.ts"
import { loadEdge } from "./append.ts"
import type { AppendContext } from "./append.ts"
import { isBallotKind, prepareDraft } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import { isKindOf } from "./first-entry.ts"
import type { Admission, Draft, LogSummary, SignedHead } from "./ledger.ts"
import { headAt } from "./proofs.ts"
import type { ProvenLog } from "./proofs.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { Sequencer } from "./sequencer.ts"
import type { SequencerHost } from "./sequencer.ts"
import { createSigner } from "./signer.ts"
import { checkStart, readGuardNote } from "./start-checks.ts"
import type { LedgerStore, LogRow } from "./store.ts"
import { EMPTY_EDGE } from "./tree-growth.ts"
import type { Edge } from "./tree-growth.ts"

/** What the logs of one ledger share. */
export interface LogParts {
  readonly store: LedgerStore
  /** Secret: one seed for all logs, each under its own name. */
  readonly key: SigningKey
  readonly openGuard: (origin: string) => Promise<RollbackGuard>
  readonly shuffle: AppendContext["shuffle"]
  readonly host: SequencerHost
}

/** A log that is written and read. */
export class OpenLog {
  readonly proven: ProvenLog
  readonly sequencer: Sequencer
  readonly #kind: LogRow["kind"]
  readonly #store: LedgerStore
  readonly #facts = new ReplayedClaimFacts()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(proven: ProvenLog, kind: LogRow["kind"], sequencer: Sequencer, store: LedgerStore) {
    this.proven = proven
    this.sequencer = sequencer
    this.#kind = kind
    this.#store = store
  }

  get head(): SignedHead {
    return this.sequencer.published
  }

  get summary(): LogSummary {
    const { origin } = this.proven
    return { origin, kind: this.#kind, state: this.sequencer.state, size: this.head.size }
  }

  /** @throws as `Ledger.admit` */
  async admit(draft: Draft): Promise<Admission> {
    const { entry } = draft
    if (entry === null) return this.sequencer.admit(prepareDraft(draft, this.#facts))
    if (!isKindOf(this.proven.origin, entry)) throw new RangeError(`${entry.kind} is not of this log`)
    const facts = isMainEntry(entry) ? this.#facts : await this.#factsOfElection()
    // A ballot's hash covers the election's id: without a definition there is nothing to claim.
    if (isBallotKind(entry.kind) && facts.electionId === null)
      return { ok: false, reason: "election-not-open", index: null }
    return this.sequencer.admit(prepareDraft(draft, facts))
  }

  /** Runs what looks at the log and then appends to it alone among its like, so that they do not outrun each other. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run, run)
    this.#turn = mine.catch(() => undefined) // its caller hears of it
    return mine
  }

  /** Index of the entry that made a claim, written by whichever instance; null without it. */
  async indexOf(claim: Parameters<typeof claimKey>[0]): Promise<number | null> {
    const [row] = await this.#store.findClaims(this.proven.logId, [claimKey(claim)])
    return row?.entryIndex ?? null
  }

  /** Trustees, threshold and election id, read from the entries that say so; they never change once they are there. */
  async #factsOfElection(): Promise<ClaimFacts> {
    const facts = this.#facts
    if (facts.n === 0) await this.#learn(0)
    if (facts.electionId === null) await this.#learn(await this.indexOf(["definition"]))
    const { n, t } = facts
    const electionId: Fr | null = facts.electionId
    return { n, t, electionId, challengesOf: () => null } // how many there are is known under the lock only
  }

  async #learn(index: number | null): Promise<void> {
    if (index === null) return
    const [row] = await this.#store.readEntries(this.proven.logId, index, index + 1)
    const entry = row === undefined ? null : parseEntry(row.body)
    if (entry !== null && !isMainEntry(entry)) this.#facts.add(entry)
  }
}

/**
 * Opens a log that has entries: start checks, then the guard is brought to its head. `isNew`: a log that another
 * instance began while this one was running, so this guard cannot know it and no older copy of it can have been restored.
 * @throws LedgerError `log-unknown`, `guard-missing`, `rolled-back`, `head-inconsistent`, `key-mismatch`
 */
export async function openWritten(parts: LogParts, origin: string, isNew = false): Promise<OpenLog> {
  const guard = await parts.openGuard(origin)
  try {
    const signer = createSigner(origin, parts.key)
    const { row, edge } = await checkStart({
      reads: parts.store,
      origin,
      signer,
      guardNote: guard.read(),
      isNew: isNew || guard.mayBeEmpty === true,
    })
    const head = await headAt(parts.store, { logId: row.id, origin, key: signer.key }, row.size)
    if (head === null) throw new LedgerError("head-inconsistent", "the head has no checkpoint")
    // A crash between commit and guard left the guard one batch behind; nothing of it was ever published.
    await guard.record(head)
    return logOf(parts, row, edge, guard, head)
  } catch (error) {
    await guard.close()
    throw error
  }
}

/**
 * Opens a log to which nothing is ever appended: it is read, and a repeated entry finds its place. Its head must still
 * carry our signature.
 * @throws LedgerError `head-inconsistent`
 */
export async function openFinished(parts: LogParts, row: LogRow): Promise<OpenLog> {
  const { origin } = row
  const signer = createSigner(origin, parts.key)
  await loadEdge(parts.store, { logId: row.id, origin, signer }, row)
  const head = await headAt(parts.store, { logId: row.id, origin, key: signer.key }, row.size)
  if (head === null) throw new LedgerError("head-inconsistent", "the head has no checkpoint")
  return logOf(parts, row, EMPTY_EDGE, NO_GUARD, head)
}

/**
 * Opens a log that has no entry yet. Its guard is written first, with the empty tree: a process that ends before or after
 * entry 0 leaves a guard that is a prefix of the log.
 * @throws LedgerError `rolled-back` when the guard remembers entries
 */
export async function openEmpty(parts: LogParts, row: LogRow): Promise<OpenLog> {
  const { origin, size, root } = row
  const guard = await parts.openGuard(origin)
  try {
    const signer = createSigner(origin, parts.key)
    const signature = signer.sign(checkpointText({ origin, size, root }))
    const note = encodeCheckpoint({ origin, size, root }, signer.key, signature)
    const head: SignedHead = { origin, size, root, note }
    const remembered = guard.read()
    if (remembered !== null && readGuardNote(remembered, { origin, signer }).size > 0)
      throw new LedgerError("rolled-back", "the guard remembers entries that the database lost")
    await guard.record(head)
    return logOf(parts, row, EMPTY_EDGE, guard, head)
  } catch (error) {
    await guard.close()
    throw error
  }
}

/** A finished log grows no more, so there is nothing to remember and no file to keep open. */
const NO_GUARD: RollbackGuard = {
  read: () => null,
  record: () => Promise.reject(new LedgerError("head-inconsistent", "a finished log has grown")),
  close: () => Promise.resolve(),
}

function logOf(parts: LogParts, row: LogRow, edge: Edge, guard: RollbackGuard, head: SignedHead): OpenLog {
  const { store, shuffle, host } = parts
  const signer = createSigner(row.origin, parts.key)
  const context: AppendContext = { logId: row.id, origin: row.origin, store, signer, edge, shuffle }
  const sequencer = new Sequencer(context, guard, host, { state: row.state, head })
  return new OpenLog({ logId: row.id, origin: row.origin, key: signer.key }, row.kind, sequencer, store)
}
