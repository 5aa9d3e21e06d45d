import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a verification gave no verdict. None of them is a "no" about the proof. */
export type VerificationErrorCode =
  | "queue-full" // too much work waits in this process
  | "client-queue-full" // too much of it is this caller's
  | "verification-timeout" // the time limit passed, or two threads died over it
  | "caller-gone" // nobody waits for the verdict any more
  | "self-test-failed" // a thread takes a wrong proof or refuses a right one

/** A fault of the verification pool. */
export class VerificationError extends SottoError<VerificationErrorCode> {
  /** Seconds after which a new try makes sense; null when it does not depend on time. */
  readonly retryAfterSeconds: number | null

  constructor(code: VerificationErrorCode, message: string, retryAfterSeconds: number | null = null) {
    super(code, message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
