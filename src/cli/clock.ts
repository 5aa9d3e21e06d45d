import { CliError } from "./exit.ts"

/** Unix seconds now. */
export type Clock = () => number

/**
 * The process's clock. `SOTTO_DEV_CLOCK` (RFC 3339) starts it at another instant, from which it runs on, so that a
 * record of the past can be evaluated at its own date. Refused in production: a service with a wrong clock accepts
 * expired records.
 * @throws CliError `clock-not-allowed`, `option-invalid`
 */
export function openClock(environment: NodeJS.ProcessEnv = process.env): Clock {
  const text = environment["SOTTO_DEV_CLOCK"]
  if (text === undefined) return () => Math.floor(Date.now() / 1000)
  if (environment["NODE_ENV"] === "production") {
    throw new CliError("clock-not-allowed", "SOTTO_DEV_CLOCK is refused in production")
  }
  const start = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(start)) {
    throw new CliError("option-invalid", "SOTTO_DEV_CLOCK is not an RFC 3339 instant with an offset")
  }
  const offsetMs = start - Date.now()
  return () => Math.floor((Date.now() + offsetMs) / 1000)
}

/**
 * The same clock in milliseconds, for what ends between two seconds, like a ballot window. It runs with the machine's;
 * where the instant was set it may differ by a part of a second.
 */
export function inMilliseconds(clock: Clock): () => number {
  const offsetMs = Math.ceil((clock() * 1000 - Date.now()) / 1000) * 1000
  return () => Date.now() + offsetMs
}
