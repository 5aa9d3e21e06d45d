import { SottoError } from "../../src/protocol/primitives/errors.ts"

/** Why a build stops. Each message names the circuit and the file or member. */
export type BuildErrorCode =
  | "sources-malformed"
  | "compile-failed"
  | "circuit-changed"
  | "artifact-refused"
  | "verification-key-changed"
  | "update-refused"
  | "typescript-failed"

/** A build that must not go on. */
export class BuildError extends SottoError<BuildErrorCode> {}
