import { SottoError } from "../protocol/primitives/errors.ts"

/** Exit codes of every verb. */
export const EXIT = {
  ok: 0,
  /** A check said no: a refused proof, a finding of fsck, a wallet that declines. */
  refused: 1,
  /** The call itself was wrong or a file is missing. */
  usage: 2,
  /** The ledger halted; a supervisor restarts the service through its start checks. */
  halted: 70,
  /** The service refused to start. */
  startRefused: 78,
} as const

/** What can go wrong in the command line itself. */
export type CliErrorCode =
  | "file-missing"
  | "file-exists"
  | "file-not-private"
  | "option-invalid"
  | "service-unreachable"
  | "service-refused"
  | "clock-not-allowed"
  | "issuer-busy" // another process writes to the issuer's folder
  | "issuer-state-damaged"
  | "issuer-state-outdated" // written by an earlier version
  | "refused"

/** A failed verb: the message names what to change. */
export class CliError extends SottoError<CliErrorCode> {}

/** True for an error of ours: a code and a sentence for the person at the terminal; anything else is a fault. */
export function isRefusal(error: unknown): error is SottoError<string> {
  return error instanceof SottoError
}

/** The exit code of an error that ended a verb. */
export function exitCodeOf(error: SottoError<string>): number {
  if (!(error instanceof CliError)) return EXIT.refused
  return error.code === "service-refused" || error.code === "refused" ? EXIT.refused : EXIT.usage
}
