// Log lines are an allow-list: any other field is a compile error, so nothing of a body, a header or a path gets in.
import { pino } from "pino"

/** Levels of the log; none of them adds a field. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent"

/** The closed set of messages. */
type LogMessage =
  | "listening"
  | "request"
  | "request-failed"
  | "draining"
  | "drained"
  | "drain-deadline"
  | "follow-failed"
  | "epoch-published"
  | "epoch-failed"
  | "election-failed"
  | "erase-failed"
  | "erased"
  | "cosigner-failed"
  | "cosigners-silent"
  | "ledger-halted"
  | "stream-failed"

/** Every field a line may have, beside time, level and msg. */
interface LogFields {
  readonly requestId?: string // random, per request
  readonly route?: string // the template, never the URL
  readonly method?: string
  readonly status?: number
  readonly code?: string
  readonly ms?: number
  readonly bytesIn?: number
  readonly bytesOut?: number
  readonly principalId?: string
  readonly component?: string
  readonly registry?: string // its public id
  readonly cosigner?: string // its public name
  readonly "err.code"?: string
}

/** Writes log lines. */
export interface Log {
  readonly write: (level: Exclude<LogLevel, "silent">, message: LogMessage, fields?: LogFields) => void
}

/** Opens the log. @param destination - takes finished JSON lines; standard output by default */
export function openLog(level: LogLevel, destination?: { write: (line: string) => void }): Log {
  // base: null leaves out process id and host name.
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const logger = destination === undefined ? pino(options) : pino(options, destination)
  return {
    write: (at, message, fields = {}) => {
      logger[at](fields, message)
    },
  }
}
