// What the rest of the house sees of the ledger: give a draft, get a durable place or a reason; read and prove.
import type { BallotRefusal } from "../../protocol/election/refusal.ts"
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import type { ElectionClose } from "../../protocol/wire/election-entries.ts"
import type { CeremonyEntry } from "./first-entry.ts"
import type { EntryRow, IdempotencyRecord, SideRow, SideRowRefusal } from "./store.ts"

/** Why a draft was refused; the log did not change and no other draft was disturbed. */
export type LedgerRefusal =
  | "nullifier-spent"
  | "request-answered"
  | "request-expired" // its verifier withdrew it
  | "epoch-rollback" // that epoch number exists, or its predecessor does not
  | "phase-refused" // another precondition does not hold
  | "idempotency-key-reused" // the key is remembered with another body
  | "log-closed"
  | LockedBallotRefusal
  | SideRowRefusal // something that was to commit with the entry

/** Why a ballot was refused under the lock: L11 of the election's rules. */
type LockedBallotRefusal = Extract<
  BallotRefusal,
  | "election-not-open"
  | "election-closed"
  | "election-void"
  | "randomness-reused"
  | "sequence-mismatch"
  | "challenge-limit"
  | "ballot-in-flight" // another ballot of the same pseudonym is in this batch
>

/**
 * Something to be written at most once. Claims and preconditions that follow from the entry are added by the ledger;
 * `claims` holds the others (`answeredClaim`), `entry` null makes it a claim without a leaf (`endedClaim`).
 */
export interface Draft {
  readonly entry: Entry | null
  readonly claims?: readonly Claim[]
  readonly preconditions?: readonly Precondition[]
  readonly sideRows?: readonly SideRow[]
}

/** A durable place in the log, with what proves it. */
export interface Place {
  readonly origin: string
  readonly index: number
  /** Size of the tree whose checkpoint the receipt carries. */
  readonly size: number
  readonly entryBytes: Uint8Array
  /** Without opening and request: the caller adds these for those who may see them. */
  readonly receipt: Receipt
}

/** The answer to a draft. It is given only after everything in it is durable. */
export type Admission =
  | ({ readonly ok: true; readonly outcome: "committed" } & Place)
  /**
   * The same fact stood in the log already (a catalogue item, this ballot, these very bytes of a control entry ...).
   * Nothing was written; the place is the first one.
   */
  | ({ readonly ok: true; readonly outcome: "existing" } & Place)
  /** The idempotency key was answered before; `ref` names the first answer. Nothing was written. */
  | { readonly ok: true; readonly outcome: "replayed"; readonly record: IdempotencyRecord }
  /** A claim without an entry was written. */
  | { readonly ok: true; readonly outcome: "claimed" }
  | Refused

/** A refused draft. */
export interface Refused {
  readonly ok: false
  readonly reason: LedgerRefusal
  /** The entry that stands against it, where one does. */
  readonly index: number | null
  /** True when only the size precondition failed: look at the log again and repeat; `appendAt` does. */
  readonly headMoved?: true
}

/** A signed head. */
export interface SignedHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly note: Uint8Array
}

/** A log that can be read. `state` closed: nothing is ever appended again. */
export interface LogSummary {
  readonly origin: string
  readonly kind: "main" | "election"
  readonly state: "open" | "closed"
  readonly size: number
}

/** When the ballots of an election are written. */
export interface BallotWindow {
  /** Ballots wait for the next multiple of this many seconds of the wall clock. */
  readonly batchWindowSeconds: number
  /** From here on what still arrives is written at once. */
  readonly closesAtUnixSeconds: number
}

/** Makes a draft of the log as it stands at a head; null when there is nothing to write. */
export type DraftCompute = (head: SignedHead) => Promise<Draft | null> | Draft | null
/** Makes the close of an election out of the entries below a head, which is its `logSize`. */
export type CloseCompute = (head: SignedHead) => Promise<ElectionClose> | ElectionClose

/** The logs of one service: its main log and one for each election. */
export interface Ledger {
  /**
   * Queues the draft and resolves when its batch is durable: a ballot's is that of its window, any other's at once.
   * @throws LedgerError `queue-full`, `storage-failed`, `commit-outcome-unknown`, `storage-full`, `log-closed`, `log-unknown`
   * @throws ProtocolError `malformed-entry` for an entry of ours that its own parser refuses (programmer error)
   * @throws RangeError for an entry of a kind that this log does not have (programmer error)
   */
  admit: (origin: string, draft: Draft) => Promise<Admission>
  /**
   * Begins the log of an election. Entry 0 is its ceremony, whose id gives the origin; the caller has verified it. Told
   * the same ceremony again, it answers the first place. The row that finds the election (`ElectionStore`) commits with
   * the entry.
   * @throws LedgerError as `admit`, and `rolled-back` when a guard remembers entries that the database lost
   */
  openElection: (ceremony: CeremonyEntry) => Promise<Admission>
  /**
   * Appends an entry that was checked against the log as it stands: `compute` sees a head, the draft is written only if
   * the log still has that size, and otherwise `compute` is asked again. Null from `compute` writes nothing.
   * @throws LedgerError as `admit`; `storage-failed` when the log outgrew every try
   */
  appendAt: (origin: string, compute: DraftCompute) => Promise<Admission | null>
  /**
   * Writes what waits, then the close that `compute` makes of the entries below the head. Instances that race make equal
   * bytes, so the loser's answer is `existing`; a log that is void or was never opened refuses.
   */
  closeElection: (origin: string, compute: CloseCompute) => Promise<Admission>
  /** Says when ballots of a log are written; before it is said, every 10 seconds. @throws LedgerError `log-unknown` */
  setBallotWindow: (origin: string, window: BallotWindow) => Promise<void>
  /** Writes waiting ballots now and resolves when they are answered. @throws LedgerError `log-unknown` */
  flushNow: (origin: string) => Promise<void>
  /** Every log that has entries: the main log first, elections in the order of their beginning. */
  logs: () => readonly LogSummary[]
  /** The newest head: durable in database and guard. Cosigners may not have seen it yet. @throws LedgerError `log-unknown` */
  head: (origin: string) => SignedHead
  /**
   * The newest head that met the log's quorum, with its cosignatures: what `checkpoint` serves. Null before the first.
   * @throws LedgerError `log-unknown`
   */
  published: (origin: string) => Promise<SignedHead | null>
  /**
   * The first head of an election's log that the quorum of its ceremony dated at this time or later, with these dates
   * alone; null while there is none, and always without a quorum.
   */
  dated: (origin: string, fromUnixSeconds: number) => Promise<SignedHead | null>
  /**
   * The head after a look at the database: another instance may have written. What it brings is recorded in this
   * instance's guard before it is published here. @throws LedgerError `log-unknown`, `storage-failed`
   */
  refresh: (origin: string) => Promise<SignedHead>
  /**
   * Looks for what other instances wrote: logs that began elsewhere are opened here, and the main log's head is guarded
   * and shown. @throws LedgerError as `refresh`
   */
  followOthers: () => Promise<void>
  /** Published entries from <= index < to, ascending. */
  readEntries: (origin: string, from: number, to: number) => Promise<readonly EntryRow[]>
  /**
   * The receipt of an entry; null when there is none. By default under the published checkpoint with its cosignatures, and
   * for an entry that is not published yet under the newest head; under that of `size` with the log's signature alone.
   */
  receipt: (origin: string, index: number, size?: number) => Promise<Receipt | null>
  /** The index a claim points to; null index for a claim without entry; null when not claimed. */
  findClaim: (origin: string, claim: Claim) => Promise<{ readonly index: number | null } | null>
  /** RFC 6962 consistency proof, 0 < from <= to <= published size; null outside. */
  consistency: (origin: string, from: number, to: number) => Promise<readonly Uint8Array[] | null>
  /** C2SP bytes under the log's prefix: `checkpoint`, `tile/...`; null for what does not exist (404). */
  resource: (origin: string, path: string) => Promise<Uint8Array | null>
  /** Ends all writing in this process: a cosigner proved that this log signed another history. */
  halt: (cause: unknown) => void
  /** Halted: a fatal fault was seen, nothing is signed any more in this process; reads go on. */
  state: () => "running" | "halted"
  /** Refuses new drafts, flushes those that wait, and resolves when they are answered. */
  close: () => Promise<void>
}
