import { SottoError } from "../protocol/primitives/errors.ts"

/** The rules that stand before the first listening socket; each names one thing an operator can change. */
export type StartRule =
  | "R1" // unknown or malformed key, unreadable or group-readable secret file
  | "R4" // an artifact is missing or differs from its pinned digest
  | "R5" // development keys in production or off loopback, without the flag
  | "R6" // the self-test of a circuit fails
  | "R7" // the database may lose what it acknowledged, or its schema or triggers are not ours
  | "R9" // the main log's origin is another
  | "R10" // the log key is not the log's
  | "R11" // guard missing or ahead of the database
  | "R12" // head, checkpoint, signature and right edge disagree
  | "R13" // a cosigner proves a larger or another head of ours
  | "R14" // the policy does not parse or lacks our log
  | "R15" // one key for two purposes
  | "R16" // off loopback without TLS or a declared proxy
  | "R17" // production without a quorum, not said aloud
  | "R18" // a second process on one database
  | "R19" // the clock is behind the newest registry epoch

/** The service must not start: the process prints the rule and one sentence, and exits 78. */
export class StartRefusal extends SottoError<StartRule> {}
