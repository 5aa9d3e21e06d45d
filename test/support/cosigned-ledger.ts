// A ledger with a feed to given cosigners, opened on a home.
import { openCosigner } from "../../src/ledger/log/cosigner-client.ts"
import type { CosignerClient } from "../../src/ledger/log/cosigner-client.ts"
import { CosignFeed } from "../../src/ledger/log/cosign-feed.ts"
import type { CosignProblem } from "../../src/ledger/log/cosign-feed.ts"
import type { LedgerParts } from "../../src/ledger/log/open-ledger.ts"
import type { Policy } from "../../src/protocol/log/policy.ts"
import { LOG_KEY, openHome } from "./ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "./ledger-bench.ts"

export interface CosignedLedger extends OpenedLedger {
  readonly feed: CosignFeed
  readonly cosigners: readonly CosignerClient[]
  /** Cosigners that failed, and how. */
  readonly told: (readonly [string, CosignProblem])[]
}

/** Opens it; the feed runs only by `round`. @param now - Unix seconds */
export async function openCosigned(
  home: LedgerHome,
  policy: Policy,
  now: () => number,
  overrides: Partial<LedgerParts> = {},
  decorate: (client: CosignerClient) => CosignerClient = (client) => client,
): Promise<CosignedLedger> {
  const opened = await openHome(home, { policy, ...overrides })
  const cosigners = policy.cosigners.map(({ key, url = "" }) => decorate(openCosigner(key, url, now)))
  const told: [string, CosignProblem][] = []
  const feed = new CosignFeed({
    ...{
      ledger: opened.ledger,
      store: opened.stores.ledger,
      logKey: LOG_KEY,
      cosigners,
      intervalMs: 20,
      now,
    },
    onFailure: (...problem) => told.push(problem),
  })
  return {
    ...opened,
    ...{ feed, cosigners, told },
    close: async () => {
      await feed.stop()
      await opened.close()
    },
  }
}
