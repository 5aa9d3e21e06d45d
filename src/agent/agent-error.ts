import { SottoError } from "../protocol/primitives/errors.ts"

/** What can be wrong with the holder's own files. */
export type AgentErrorCode =
  | "passphrase-wrong"
  | "wallet-file-damaged" // truncated, altered, of another version, or with parameters that no writer of ours uses
  | "wallet-file-exists"
  | "wallet-file-missing"
  | "wallet-locked" // another process has it open

/** A failure around the wallet file; the message never holds anything of its content. */
export class AgentError extends SottoError<AgentErrorCode> {}
