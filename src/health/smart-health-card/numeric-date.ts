// S6: NumericDate, RFC 7519 section 2: seconds since 1970-01-01, a fraction allowed.
import { HealthCardError } from "./health-card-error.ts"

/** In seconds the year 5138, in milliseconds March 1973: whoever is above has written milliseconds. */
const MAX_SECONDS = 100_000_000_000

/**
 * Whole seconds. Milliseconds have a code of their own: read as seconds they make `exp` last for ever.
 * @param value - not below 0
 * @throws HealthCardError `time-in-milliseconds`
 */
export function readSeconds(value: number, path: string): number {
  if (value > MAX_SECONDS) throw new HealthCardError("time-in-milliseconds", "expected seconds", path)
  return Math.floor(value)
}
