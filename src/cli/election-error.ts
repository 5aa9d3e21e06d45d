import { SottoError } from "../protocol/primitives/errors.ts"

/** What can be wrong with an election as it was read. */
export type ElectionErrorCode =
  /** The service or the folder has no such election, or not all of its files. */
  | "election-missing"
  /** What was read is not one signed log that keeps the rules: a fault of the service, or an attack. */
  | "log-inconsistent"
  /** The census is not what its signed documents and its evidence say. */
  | "census-inconsistent"

/** An election that cannot be believed as it was read. */
export class ElectionError extends SottoError<ElectionErrorCode> {}
