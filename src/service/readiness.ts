// Whether a balancer should send work here: what /readyz names when it fails.
import type { Ledger } from "../ledger/log/ledger.ts"
import { EPOCH_LIFE_SECONDS } from "../parties/verifier/request-snapshot.ts"
import type { Housekeeping } from "./housekeeping.ts"
import type { VerificationPool } from "./verification/pool.ts"

/** Queue share above which a balancer should send work elsewhere. */
const BUSY_SHARE = 0.8
/** A store that has not answered for this long is not ready, seconds. */
const HEARTBEAT_SECONDS = 10
interface Checked {
  readonly leaving: Leaving
  readonly ledger: Ledger
  readonly verification: VerificationPool
  readonly housekeeping: Housekeeping
  readonly now: () => number
}

/** Names of what is not as it should be; no values. */
export function failingChecks({
  leaving,
  ledger,
  verification,
  housekeeping,
  now,
}: Checked): readonly string[] {
  const { queued, maxQueued } = verification.load()
  const { heartbeatAt, newestEpochAt } = housekeeping
  const checks = {
    draining: leaving.hasBegun,
    ledger: ledger.state() !== "running",
    storage: now() - heartbeatAt > HEARTBEAT_SECONDS,
    "verification-queue": queued >= BUSY_SHARE * maxQueued,
    "registry-epoch": newestEpochAt === null || now() >= newestEpochAt + EPOCH_LIFE_SECONDS,
  }
  return Object.entries(checks)
    .filter(([, isFailing]) => isFailing)
    .map(([name]) => name)
}

/** The wait between "do not send more" and "take no more"; a second signal ends it. */
export class Leaving {
  hasBegun = false
  #hurry: () => void = () => undefined

  begin(): Promise<void> {
    this.hasBegun = true
    return new Promise((resolve) => {
      this.#hurry = resolve
    })
  }

  hurry(): void {
    this.#hurry()
  }
}
