// Codes of other rooms as problems; exhaustive by type, so a new code without an answer does not compile.
import type { LedgerErrorCode } from "../ledger/log/errors.ts"
import { LedgerError } from "../ledger/log/errors.ts"
import type { StoreErrorCode } from "../ledger/log/store.ts"
import { StoreError } from "../ledger/log/store.ts"
import type { ProtocolErrorCode, SottoError } from "../protocol/primitives/errors.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { Problem } from "./http/problem.ts"
import type { ProblemCode } from "./http/problem.ts"
import { VerificationError } from "./verification/verification-error.ts"
import type { VerificationErrorCode } from "./verification/verification-error.ts"

const LEDGER = {
  "queue-full": "queue-full",
  "storage-failed": "storage-failed",
  "commit-outcome-unknown": "commit-outcome-unknown",
  "storage-full": "storage-full",
  "log-closed": "log-closed",
  "log-unknown": "internal",
  "log-exists": "internal",
  "guard-missing": "internal",
  "rolled-back": "internal",
  "head-inconsistent": "internal",
  "instance-running": "internal",
  "key-mismatch": "internal",
  "cosigner-ahead": "internal",
} as const satisfies Record<LedgerErrorCode, ProblemCode>

/** Of rows that are written beside the ledger; what it writes itself it tells in its own words. */
const STORE = {
  "store-busy": "storage-failed",
  "store-full": "storage-full",
  // Another instance has just written the row of this key: told again, the request finds its answer.
  "store-conflict": "idempotency-in-progress",
  "claim-conflict": "internal",
  "store-inconsistent": "internal",
  "store-broken": "storage-failed",
  "commit-outcome-unknown": "commit-outcome-unknown",
} as const satisfies Record<StoreErrorCode, ProblemCode>

const VERIFICATION = {
  "queue-full": "queue-full",
  "client-queue-full": "client-queue-full",
  "verification-timeout": "verification-timeout",
  "caller-gone": "queue-full", // nobody reads it
  "self-test-failed": "internal",
} as const satisfies Record<VerificationErrorCode, ProblemCode>

const PROTOCOL = {
  "too-large": "too-large",
  "malformed-json": "malformed-request",
  "malformed-request": "malformed-request",
  "malformed-presentation": "malformed-presentation",
  "malformed-registry": "malformed-registry",
  "malformed-definition": "malformed-request",
  "malformed-census": "malformed-request",
  "ballot-malformed": "ballot-malformed",
  "proof-malformed": "proof-malformed",
  "field-element-not-canonical": "field-element-not-canonical",
  "signals-count": "signals-count",
  "point-refused": "point-refused",
  // No route reads these from a client: where they appear, what we stored ourselves does not parse.
  "malformed-credential": "internal",
  "malformed-entry": "internal",
  "malformed-log": "internal",
  "malformed-receipt": "internal",
  "malformed-trust": "internal",
} as const satisfies Record<ProtocolErrorCode, ProblemCode>

/** The problem of an error of another room; null for errors this service does not know. */
export function translate(error: SottoError<string>): Problem | null {
  const options = { cause: error }
  if (error instanceof LedgerError) return new Problem(LEDGER[error.code], {}, options)
  if (error instanceof StoreError) return new Problem(STORE[error.code], {}, options)
  if (error instanceof VerificationError) {
    const { code, retryAfterSeconds } = error
    return new Problem(VERIFICATION[code], retryAfterSeconds === null ? {} : { retryAfterSeconds }, options)
  }
  if (!(error instanceof ProtocolError)) return null
  const code = PROTOCOL[error.code]
  return new Problem(code, code === "internal" ? {} : { detail: error.message }, options)
}
