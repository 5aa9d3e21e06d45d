import { SottoError } from "../primitives/errors.ts"

/** What can be wrong with a record, a schema or a published list; each refusal of an attribute names it, never its value. */
export type CredentialErrorCode =
  | "attribute-missing"
  | "attribute-unknown"
  | "value-malformed"
  | "value-out-of-range"
  | "precision-exceeded"
  | "schema-invalid"
  | "value-set-invalid"
  | "status-index-invalid"
  | "registry-inconsistent"

/** A record or list that cannot be what it claims to be. */
export class CredentialError extends SottoError<CredentialErrorCode> {}

/** Why a statement cannot be compiled; both sides of a request come to the same code. */
export type StatementErrorCode =
  | "parameters-mismatch"
  | "schema-mismatch"
  | "field-unknown"
  | "operator-not-allowed"
  | "unit-missing"
  | "unit-mismatch"
  | "value-malformed"
  | "value-out-of-range"
  | "precision-exceeded"
  | "value-set-unknown"
  | "list-too-long"
  | "statement-empty"
  | "not-over-value-set"
  | "statement-too-wide"
  | "request-inconsistent"
  | "scope-epoch-mismatch"

/** A statement, or the request around it, that asks for what does not exist or contradicts itself. */
export class StatementError extends SottoError<StatementErrorCode> {}
