import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why the ledger could not answer. After a fatal one the process signs nothing more. */
export type LedgerErrorCode =
  | "queue-full" // too many drafts wait; retry later
  | "storage-failed" // nothing was acknowledged; halted or busy
  | "commit-outcome-unknown" // neither success nor failure: retry with the same Idempotency-Key
  | "storage-full" // the disk is full
  | "log-closed" // the log ended, or the ledger is closing
  | "log-unknown" // no log of that origin, or it was never initialised
  | "log-exists" // initialising a log that has entries
  | "guard-missing" // the database has entries and the guard file is gone
  | "rolled-back" // the database is older than the guard, or not its extension
  | "head-inconsistent" // head row, checkpoint, signature and right edge disagree
  | "cosigner-ahead" // a cosigner has a larger or another head under this log's signature
  | "instance-running" // another process serves the same SQLite file
  | "key-mismatch" // the signing key is not the log's

/** A fault of the ledger; a refused draft is a value instead. */
export class LedgerError extends SottoError<LedgerErrorCode> {}
