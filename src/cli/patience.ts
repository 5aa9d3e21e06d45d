// Waiting out what passes: a service that restarts, is busy, or asks for a pause. Only for calls that may be repeated.
import { setTimeout as sleep } from "node:timers/promises"
import { CliError } from "./exit.ts"
import { tell } from "./output.ts"

const PAUSE_MS = 2000

/**
 * The answer of `call`, repeated until it comes or the time is over.
 * @param until - milliseconds, as of `Date.now`
 * @throws what `call` throws last
 */
export async function withPatience<T>(until: number, call: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await call()
    } catch (error) {
      if (!isPassing(error) || Date.now() >= until) throw error
      if (!told) tell(`${error.message}; trying again`)
      await sleep(PAUSE_MS)
    }
  }
}

/** No answer at all, too many requests, or a ledger that cannot write just now. */
function isPassing(error: unknown): error is CliError {
  if (!(error instanceof CliError)) return false
  return (
    error.code === "service-unreachable" ||
    (error.code === "service-refused" && /\((?:429|502|503|504) /.test(error.message))
  )
}
