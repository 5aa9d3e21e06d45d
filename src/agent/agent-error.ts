import { SottoError } from "../protocol/primitives/errors.ts"

/** Whose file: the word stands in every code about it. */
export type FileOwner = "wallet" | "trustee"

/** What can be wrong with the files of a holder or a trustee. */
export type AgentErrorCode =
  | "passphrase-wrong"
  | `${FileOwner}-file-damaged` // truncated, altered, of another version, or with parameters that no writer of ours uses
  | `${FileOwner}-file-exists`
  | `${FileOwner}-file-missing`
  | `${FileOwner}-locked` // another process has it open

/** A failure around a sealed file; the message never holds anything of its content. */
export class AgentError extends SottoError<AgentErrorCode> {}
