// What metrics read of a running service when somebody asks for them.
import type { Metrics } from "./http/metrics.ts"
import type { Streams } from "./http/streams.ts"
import type { Housekeeping } from "./housekeeping.ts"
import type { RouteDeps } from "./routes/route-deps.ts"

/** Connects metrics with what they count. */
export function watch(
  metrics: Metrics,
  deps: Omit<RouteDeps, "failingChecks">,
  housekeeping: Housekeeping,
  streams: Streams,
): void {
  const { ledger, ledgerOrigin, verification, now } = deps
  metrics.watch({
    streams: () => streams.count,
    verification: () => verification.load(),
    isLedgerRunning: () => ledger.state() === "running",
    ledgerSizes: () => {
      const elections = ledger.logs().filter(({ origin }) => origin !== ledgerOrigin)
      return {
        main: ledger.head(ledgerOrigin).size,
        elections: elections.reduce((sum, { origin }) => sum + ledger.head(origin).size, 0),
      }
    },
    registryEpochAge: () => {
      const { newestEpochAt } = housekeeping
      return newestEpochAt === null ? null : now() - newestEpochAt
    },
  })
}
