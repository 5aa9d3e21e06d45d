import { SottoError } from "../../protocol/primitives/errors.ts"

/** What can go wrong while proving or verifying that is not a "no" about the proof itself. */
export type Groth16ErrorCode =
  | "artifact-refused"
  | "verification-key-refused"
  | "curve-replaced"
  | "randomness-unavailable"
  | "randomness-broken"
  | "input-malformed"
  | "witness-refused"
  | "signals-unexpected"
  | "self-check-failed"
  | "deadline-passed"
  | "backend-unavailable"

/** A fault of this room. Messages name circuits, files, counts and positions; never a value of an input or a witness. */
export class Groth16Error extends SottoError<Groth16ErrorCode> {}
