// What the rest of the house sees of the ledger: give a draft, get a durable place or a reason; read and prove.
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import type { IdempotencyRecord, SideRow } from "./store.ts"

/** Why a draft was refused; the log did not change and no other draft was disturbed. */
export type LedgerRefusal =
  | "nullifier-spent"
  | "request-answered"
  | "request-expired" // its verifier withdrew it
  | "epoch-rollback" // that epoch number exists, or its predecessor does not
  | "phase-refused" // another precondition does not hold
  | "idempotency-key-reused" // the key is remembered with another body
  | "log-closed"
  | BallotRefusal

/** Why a ballot was refused under the lock: L11 of the election's rules. */
export type BallotRefusal =
  | "election-not-open"
  | "election-closed"
  | "election-void"
  | "randomness-reused"
  | "sequence-mismatch"
  | "challenge-limit"
  | "ballot-in-flight" // another ballot of the same pseudonym is in this batch

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
  /** The same fact stood in the log already (circuit-key, catalogue-item, verifier-record ...). Nothing was written. */
  | ({ readonly ok: true; readonly outcome: "existing" } & Place)
  /** The idempotency key was answered before; `ref` names the first answer. Nothing was written. */
  | { readonly ok: true; readonly outcome: "replayed"; readonly record: IdempotencyRecord }
  /** A claim without an entry was written. */
  | { readonly ok: true; readonly outcome: "claimed" }
  | { readonly ok: false; readonly reason: LedgerRefusal; readonly index: number | null }

/** A signed head. */
export interface SignedHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly note: Uint8Array
}

/** The logs of one service. */
export interface Ledger {
  /**
   * Queues the draft and resolves when its batch is durable.
   * @throws LedgerError `queue-full`, `storage-failed`, `commit-outcome-unknown`, `storage-full`, `log-closed`, `log-unknown`
   * @throws ProtocolError `malformed-entry` for an entry of ours that its own parser refuses (programmer error)
   */
  admit: (origin: string, draft: Draft) => Promise<Admission>
  /** The newest published head: durable in database and guard. @throws LedgerError `log-unknown` */
  head: (origin: string) => SignedHead
  /** The receipt of an entry under the checkpoint of `size` (default: the published one); null when there is none. */
  receipt: (origin: string, index: number, size?: number) => Promise<Receipt | null>
  /** The index a claim points to; null index for a claim without entry; null when not claimed. */
  findClaim: (origin: string, claim: Claim) => Promise<{ readonly index: number | null } | null>
  /** RFC 6962 consistency proof, 0 < from <= to <= published size; null outside. */
  consistency: (origin: string, from: number, to: number) => Promise<readonly Uint8Array[] | null>
  /** C2SP bytes under the log's prefix: `checkpoint`, `tile/...`; null for what does not exist (404). */
  resource: (origin: string, path: string) => Promise<Uint8Array | null>
  /** Halted: a fatal fault was seen, nothing is signed any more in this process; reads go on. */
  state: () => "running" | "halted"
  /** Refuses new drafts, flushes those that wait, and resolves when they are answered. */
  close: () => Promise<void>
}
