import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why an issuer does not do what it was asked, or cannot read what it kept. */
export type IssuerErrorCode =
  | "commitment-foreign"
  | "key-mismatch"
  | "validity-invalid"
  | "time-invalid"
  | "bound-on-wrong"
  | "status-list-full"
  | "older-record-valid"
  | "record-unknown"
  | "already-revoked"
  | "malformed-issuer-state"
  | "malformed-issuer-keys"

/** A refusal of the issuer's own rules, or a fault of its files; messages name members and counts, never a record. */
export class IssuerError extends SottoError<IssuerErrorCode> {}
