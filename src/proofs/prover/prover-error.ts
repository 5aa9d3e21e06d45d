import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a thread made no proof. */
export type ProveFault =
  | "input-malformed"
  | "witness-refused"
  | "signals-unexpected"
  | "self-check-failed"
  | "deadline-passed"
  | "randomness-broken"
  | "artifact-refused"
  | "backend-unavailable"

/** Every reason for which `prove` rejects. */
export type ProverErrorCode =
  | ProveFault
  | "circuit-unknown"
  | "queue-full"
  | "pool-closed"
  | "prover-crashed"
  | "prover-timeout"
  | "aborted"

/** A proof that was not made. Messages name the circuit and counts; never a value of the input, never a cause. */
export class ProverError extends SottoError<ProverErrorCode> {}
