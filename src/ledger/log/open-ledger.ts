// Opening the logs of a service: the start checks of each, then its sequencer, then reads and proofs for everyone.
import type { Policy } from "../../protocol/log/policy.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { claimKey } from "../../protocol/log/claim.ts"
import { appendAt, closeElection } from "./append-at.ts"
import { createClock } from "./clock.ts"
import type { Clock } from "./clock.ts"
import { ceremonyIdOf, originOfCeremony } from "./first-entry.ts"
import type { Ledger, SignedHead } from "./ledger.ts"
import { LogSet } from "./log-set.ts"
import type { OpenLog } from "./open-log.ts"
import { storedConsistency, storedReceipt } from "./proofs.ts"
import { NO_COSIGNERS, Publisher } from "./publisher.ts"
import { readResource } from "./resource.ts"
import { openRollbackGuard } from "./rollback-guard.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { DEFAULT_LIMITS } from "./sequencer.ts"
import type { SequencerLimits } from "./sequencer.ts"
import { shuffled } from "./shuffle.ts"
import type { LedgerStore } from "./store.ts"

/** What a ledger is made of; the store and the state directory are the caller's to open and to close. */
export interface LedgerParts {
  readonly store: LedgerStore
  /** Of the main log; names it for ever: host and path, no scheme. */
  readonly origin: string
  /** Secret; its name must be the origin. Elections have the same seed under their own names. */
  readonly key: SigningKey
  /**
   * Holds the guard files; never on the disk that is restored together with the database, and never shared by two
   * instances: each remembers the heads that it signed or saw itself.
   */
  readonly stateDirectory: string
  readonly randomBytes: (length: number) => Uint8Array
  readonly limits?: Partial<SequencerLimits>
  /** Whose cosignatures publish a checkpoint of the main log; nobody's by default. */
  readonly policy?: Policy
  /** The wall clock by which ballot windows end. */
  readonly clock?: Clock
  /** Told once, when a fault ends all writing in this process. */
  readonly onHalt?: (cause: unknown) => void
  /** Opens a log's guard file; for decorators that watch or break it. */
  readonly openGuard?: (stateDirectory: string, origin: string) => Promise<RollbackGuard>
}

/**
 * Opens the main log of a service and the logs of its elections. Several processes may do so on one database: what they
 * write is decided under the lock of each log's head, never by who else is running. On SQLite that is for tests alone;
 * a service takes the instance lease first, since a second process there gains nothing.
 * @throws LedgerError `log-unknown`, `guard-missing`, `rolled-back`, `head-inconsistent`, `key-mismatch`
 */
export async function openLedger(parts: LedgerParts): Promise<Ledger> {
  const { store, key, stateDirectory, openGuard = openRollbackGuard } = parts
  let fault: unknown = null
  const halt = (cause: unknown): void => {
    if (fault === null) parts.onHalt?.(cause)
    fault ??= cause
  }
  const logs = new LogSet(
    {
      store,
      key,
      openGuard: (origin) => openGuard(stateDirectory, origin),
      shuffle: (items) => shuffled(items, parts.randomBytes),
      host: {
        limits: { ...DEFAULT_LIMITS, ...parts.limits },
        clock: parts.clock ?? createClock(),
        halted: () => fault,
        halt,
      },
    },
    parts.origin,
  )
  try {
    await logs.start(stateDirectory)
  } catch (error) {
    await logs.close()
    throw error
  }
  return {
    ...writes(logs, parts),
    ...reads(logs, store, new Publisher(store, parts.policy ?? NO_COSIGNERS)),
    halt,
    state: () => (fault === null ? "running" : "halted"),
    close: () => logs.close(),
  }
}

type Writes =
  | "admit"
  | "openElection"
  | "appendAt"
  | "closeElection"
  | "setBallotWindow"
  | "flushNow"
  | "refresh"
  | "followOthers"

function writes(logs: LogSet, { origin: mainOrigin, store }: LedgerParts): Pick<Ledger, Writes> {
  return {
    admit: async (origin, draft) => (await logs.find(origin)).admit(draft),
    openElection: async (ceremony) => {
      const origin = originOfCeremony(mainOrigin, ceremony)
      const log = await logs.begin(origin)
      const row = { row: "election", ceremonyId: ceremonyIdOf(ceremony), origin } as const
      return log.admit({ entry: ceremony, sideRows: [row] })
    },
    appendAt: async (origin, compute) => appendAt(await logs.find(origin), compute),
    closeElection: async (origin, compute) => closeElection(await logs.find(origin), store, compute),
    setBallotWindow: async (origin, window) => {
      ;(await logs.find(origin)).sequencer.setBallotWindow(window)
    },
    flushNow: async (origin) => (await logs.find(origin)).sequencer.flushBallots(),
    refresh: async (origin) => {
      const log = await logs.find(origin)
      await log.sequencer.refresh()
      return log.head
    },
    followOthers: async () => {
      await logs.get(mainOrigin).sequencer.refresh()
      await logs.findOthers()
    },
  }
}

type Reads =
  | "logs"
  | "head"
  | "published"
  | "dated"
  | "readEntries"
  | "receipt"
  | "findClaim"
  | "consistency"
  | "resource"

function reads(logs: LogSet, store: LedgerStore, publisher: Publisher): Pick<Ledger, Reads> {
  /** The log, looked at again when it is asked beyond what is published here: another instance may have written. */
  const reaching = async (origin: string, size: number): Promise<OpenLog> => {
    const log = await logs.find(origin)
    if (size > log.head.size) await log.sequencer.refresh()
    return log
  }
  const publishedOf = ({ proven, summary, head }: OpenLog): Promise<SignedHead | null> =>
    publisher.published(proven, summary.kind === "election", head)
  return {
    logs: () => logs.list(),
    head: (origin) => logs.get(origin).head,
    published: async (origin) => publishedOf(await logs.find(origin)),
    dated: async (origin, fromUnixSeconds) => {
      const { proven, head } = await logs.find(origin)
      return publisher.dated(proven, head, fromUnixSeconds)
    },
    readEntries: async (origin, from, to) => {
      const { proven, head } = await reaching(origin, to)
      return store.readEntries(proven.logId, from, Math.min(to, head.size))
    },
    receipt: async (origin, index, asked) => {
      const log = await reaching(origin, asked ?? index + 1)
      const { proven, head } = log
      const published = asked === undefined ? await publishedOf(log) : null
      const cosigned = published !== null && index < published.size ? published : undefined
      const size = asked ?? cosigned?.size ?? head.size
      if (size > head.size) return null
      return (await storedReceipt(store, proven, index, size, cosigned))?.receipt ?? null
    },
    findClaim: async (origin, claim) => {
      const { proven } = await logs.find(origin)
      const [row] = await store.findClaims(proven.logId, [claimKey(claim)])
      return row === undefined ? null : { index: row.entryIndex }
    },
    consistency: async (origin, from, to) => {
      const inside = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to
      const { proven, head } = await reaching(origin, inside ? to : 0)
      return inside && to <= head.size ? storedConsistency(store, proven.logId, from, to) : null
    },
    resource: async (origin, path) => {
      const log = await logs.find(origin)
      if (path === "checkpoint") return (await publishedOf(log))?.note ?? null
      return readResource(store, log.proven.logId, log.head, path)
    },
  }
}
