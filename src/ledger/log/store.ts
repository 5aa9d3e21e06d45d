// The contract between the ledger and whatever keeps it. One head row a log; every write happens while it is locked.
import type { CensusRefusal } from "../../protocol/election/refusal.ts"
import { SottoError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"

/** A stored log. `state` closed: nothing is ever appended again. */
export interface LogRow {
  readonly id: number
  readonly origin: string
  readonly kind: "main" | "election"
  readonly size: number
  readonly root: Uint8Array
  readonly state: "open" | "closed"
  readonly policy: string
}

/** One leaf. */
export interface EntryRow {
  readonly index: number
  readonly kind: string
  readonly body: Uint8Array
}

/** Hashes of tile (level, n): a prefix of its full 8,192 bytes. */
export interface TileRow {
  readonly level: number
  readonly n: number
  readonly hashes: Uint8Array
}

/** The signed head of one size; the note's text is rebuilt from it. */
export interface CheckpointRow {
  readonly size: number
  readonly root: Uint8Array
  readonly signature: Uint8Array
}

/** What a cosigner said of a checkpoint. It was verified before it was stored. */
export interface CosignatureRow {
  readonly size: number
  readonly name: string
  readonly keyId: Uint8Array
  readonly timeUnixSeconds: number
  /** As in its line: time and Ed25519 signature, 72 bytes. */
  readonly signature: Uint8Array
}

/** A claim; `entryIndex` is null when it has no entry (a withdrawn request). */
export interface ClaimRow {
  readonly key: Uint8Array
  readonly entryIndex: number | null
}

/** The remembered answer of a write. */
export interface IdempotencyRecord {
  readonly key: Uint8Array
  readonly bodySha256: Uint8Array
  readonly status: number
  readonly ref: string
  readonly expiresAtUnixSeconds: number
}

/** What commits in the same transaction as a leaf. The sequencer adds index and size; the store never interprets bytes. */
export type SideRow =
  | {
      readonly row: "presentation"
      readonly requestId: string
      readonly salt: Uint8Array
      readonly opening: Uint8Array // JCS of the opening
      readonly evidence: Uint8Array // what the verifier keeps: the presentation with its rebuilt signals
      readonly retainUntilUnixSeconds: number
    }
  | {
      readonly row: "idempotency"
      readonly key: Uint8Array // SHA-256 of (principal, route, header value)
      readonly bodySha256: Uint8Array
      readonly status: number
      readonly expiresAtUnixSeconds: number
      readonly ref?: string // "<index>/<size>" when absent
    }
  | { readonly row: "request-state"; readonly requestId: string; readonly state: "satisfied" | "expired" }
  | {
      readonly row: "registry-epoch"
      readonly registry: string
      readonly number: number
      readonly root: string
      readonly bundleSha256: Uint8Array
      readonly notBeforeUnixSeconds: number
      readonly urgent: boolean
    }
  | {
      readonly row: "verifier"
      readonly id: string
      readonly body: Uint8Array
      readonly state: "active" | "ended"
    }
  | {
      readonly row: "blob"
      readonly sha256: Uint8Array
      readonly mediaType: string
      readonly bytes: Uint8Array
    }
  | CensusLeafRow
  /** Finds an election by the log in which it is about to begin. */
  | { readonly row: "election"; readonly ceremonyId: string; readonly origin: string }
  | {
      readonly row: "election-definition"
      readonly ceremonyId: string
      readonly electionId: Fr
      readonly definitionSha256: Uint8Array
      readonly censusId: string
    }

/** A place in a census, earned by what it commits with. A slot's later leaf replaces its earlier one. */
export interface CensusLeafRow {
  readonly row: "census-leaf"
  readonly censusId: string
  /** Who it is, without saying who: enrolment nullifier (i32) or roll commitment, 64 hexadecimal digits. */
  readonly slot: string
  readonly leaf: Fr
  readonly commitment: Fr
  readonly weight: number
  /** What shows that it was earned, in the form that is published at the freeze; kept until then and after. */
  readonly evidence: Uint8Array
  /** Days since 1970-01-01 UTC; no finer time is kept. */
  readonly enrolledDay: number
  /** The pending enrolment that it answers, which is forgotten; null when nothing was asked. */
  readonly requestId: string | null
}

/** Why a side row cannot commit; its draft is refused and nothing is written. */
export type SideRowRefusal =
  | "phase-refused" // a definition whose census is not frozen
  | RefusedLeaf

type RefusedLeaf = Extract<
  CensusRefusal,
  | "leaf-duplicate" // the leaf or its commitment stands or stood in another slot, or was replaced in this one
  | "census-frozen" // the census takes no leaves any more, or is unknown
  | "census-too-large" // 2^24 leaves, or a total weight of 2^40
>

/** Side rows of one draft with the place its entry got; null for a claim without an entry. */
export interface PlacedSideRows {
  readonly index: number | null
  readonly size: number
  readonly rows: readonly SideRow[]
}

/** Reads that anyone may make at any time; they see committed data only. */
export interface LedgerReads {
  findLog: (origin: string) => Promise<LogRow | null>
  listLogs: () => Promise<readonly LogRow[]>
  /** Entries from <= index < to, ascending, without those that are missing. */
  readEntries: (logId: number, from: number, to: number) => Promise<readonly EntryRow[]>
  readTiles: (
    logId: number,
    places: readonly { readonly level: number; readonly n: number }[],
  ) => Promise<readonly TileRow[]>
  findCheckpoint: (logId: number, size: number) => Promise<CheckpointRow | null>
  /** Ascending by size, those above `afterSize`, at most `limit`. */
  listCheckpoints: (logId: number, afterSize: number, limit: number) => Promise<readonly CheckpointRow[]>
  findClaims: (logId: number, keys: readonly Uint8Array[]) => Promise<readonly ClaimRow[]>
  /** Cosignatures of checkpoints from <= size <= to, largest size first, of one size oldest first, at most `limit`. */
  listCosignatures: (
    logId: number,
    from: number,
    to: number,
    limit: number,
  ) => Promise<readonly CosignatureRow[]>
}

/** One transaction. Every method but `lockHead` presumes that `lockHead` was the first call. */
export interface LedgerTx extends LedgerReads {
  /** Takes the write lock of the log and answers its head; null when there is no such log. */
  lockHead: (logId: number) => Promise<LogRow | null>
  findIdempotency: (keys: readonly Uint8Array[]) => Promise<readonly IdempotencyRecord[]>
  /** Those of the rows that cannot be written as things stand; takes the write lock of their censuses. */
  findRefusedRows: (rows: readonly SideRow[]) => Promise<ReadonlyMap<SideRow, SideRowRefusal>>
  insertEntries: (logId: number, rows: readonly EntryRow[]) => Promise<void>
  insertClaims: (logId: number, rows: readonly ClaimRow[]) => Promise<void>
  insertSideRows: (placed: readonly PlacedSideRows[]) => Promise<void>
  putTiles: (logId: number, rows: readonly TileRow[]) => Promise<void>
  insertCheckpoint: (logId: number, row: CheckpointRow) => Promise<void>
  /** Moves the head if it still is `from`; answers the number of rows touched, which must be one. */
  moveHead: (logId: number, from: Head, to: Head, state: "open" | "closed") => Promise<number>
}

/** Size and root of a tree. */
export interface Head {
  readonly size: number
  readonly root: Uint8Array
}

/** What a check of the whole log reads besides. */
export interface SnapshotReads extends LedgerReads {
  /** Every claim of the log; ascending by key, those after `afterKey`. */
  listClaims: (logId: number, afterKey: Uint8Array, limit: number) => Promise<readonly ClaimRow[]>
  /** Tiles of one level from <= n, ascending, at most `limit`. */
  listTiles: (logId: number, level: number, from: number, limit: number) => Promise<readonly TileRow[]>
  /** Unerased openings from <= index, ascending, at most `limit`. */
  listOpenings: (
    fromIndex: number,
    limit: number,
  ) => Promise<readonly { readonly index: number; readonly salt: Uint8Array; readonly opening: Uint8Array }[]>
  /** The engine's own check of its file: one line for each damage, none when it is whole. */
  checkIntegrity: () => Promise<readonly string[]>
}

/** What keeps a ledger. */
export interface LedgerStore extends LedgerReads {
  /**
   * Runs `body` in one transaction. Resolves only when COMMIT returned and is durable; whatever `body` throws is
   * thrown after ROLLBACK.
   * @throws StoreError as `StoreErrorCode` explains
   */
  transaction: <T>(body: (tx: LedgerTx) => Promise<T>) => Promise<T>
  /** Creates the row of an empty log; answers the existing one when the origin is known. */
  createLog: (origin: string, kind: LogRow["kind"], emptyRoot: Uint8Array) => Promise<LogRow>
  /** Runs `body` on the state of one moment: whatever is appended meanwhile is not seen. */
  snapshot: <T>(body: (reads: SnapshotReads) => Promise<T>) => Promise<T>
  /** Stores a cosignature, never inside the sequencer's transaction; older ones of the same size and key stay or go. */
  putCosignature: (logId: number, row: CosignatureRow, older: "kept" | "dropped") => Promise<void>
  /** Takes or renews a lease; false while another holder's is alive. */
  takeLease: (
    name: string,
    holder: string,
    nowUnixSeconds: number,
    untilUnixSeconds: number,
  ) => Promise<boolean>
  releaseLease: (name: string, holder: string) => Promise<void>
  /** Who holds a lease, alive or not. */
  findLeaseHolder: (name: string) => Promise<string | null>
}

/** How a store failed; the code decides whether anything may be tried again. */
export type StoreErrorCode =
  | "store-busy" // nothing written; the same transaction may be tried again
  | "store-full" // nothing written if the head is unchanged
  | "claim-conflict" // the UNIQUE key of a claim refused: somebody wrote without the lock; nothing written
  | "store-conflict" // a UNIQUE key of a side row refused; nothing written
  | "store-inconsistent" // an entry, tile or checkpoint is there already and differs; nothing written
  | "store-broken" // input or output failed, or the file is damaged: an fsync error is not retryable
  | "commit-outcome-unknown" // COMMIT was sent, nobody knows its result

/** A failure of the machine below the ledger. */
export class StoreError extends SottoError<StoreErrorCode> {}
