// What a service does with its cosigners: asked before it starts, fed while it runs.
import { CosignFeed } from "../ledger/log/cosign-feed.ts"
import { openCosigners } from "../ledger/log/cosigner-client.ts"
import type { CosignerClient } from "../ledger/log/cosigner-client.ts"
import { checkCosigners } from "../ledger/log/cosigner-evidence.ts"
import type { Ledger, LogSummary } from "../ledger/log/ledger.ts"
import type { LedgerStore } from "../ledger/log/store.ts"
import { SETTLED_SECONDS } from "../protocol/election/close-times.ts"
import { keysForOrigin } from "../protocol/log/log-keys.ts"
import type { Policy } from "../protocol/log/policy.ts"
import type { VerifierKey } from "../protocol/primitives/note-key.ts"
import type { Log } from "./http/request-log.ts"
import type { ElectionReplays } from "./routes/election-replays.ts"
import { checkClock } from "./start-rules.ts"

/** Whom a service shows its heads to; absent where nobody watches. */
export interface Cosigning {
  readonly policy: Policy
  readonly store: LedgerStore
  /** By default those of the policy, over HTTP; for decorators that break one. */
  readonly open?: (policy: Policy, now: () => number) => readonly CosignerClient[]
}

/** What the cosigners of a service need of it. */
export interface CosigningParts extends Cosigning {
  readonly ledger: Ledger
  readonly logKey: VerifierKey
  readonly intervalMs: number
  /** Unix seconds. */
  readonly now: () => number
  readonly log: Log
}

/** Rows among which the newest date is looked for at the start: some sizes of every cosigner. */
const NEWEST_ROWS = 64

/**
 * R13 and R19, before anything is appended: no cosigner has seen more than our database, and our clock is not behind
 * theirs. A service whose cosigners are all silent starts on its own guard, and says so.
 * @throws LedgerError `cosigner-ahead`, StartRefusal `R19`
 */
export async function checkCosigning(parts: CosigningParts): Promise<void> {
  const { store, ledger, logKey, now, log } = parts
  const cosigners = cosignersOf(parts)
  for (const { origin, size, state } of cosigners.length === 0 ? [] : ledger.logs()) {
    const [key] = keysForOrigin([logKey], origin)
    const row = await store.findLog(origin)
    if (key === undefined || row === null || state === "closed") continue
    const newest = await store.listCosignatures(row.id, 0, size, NEWEST_ROWS)
    const times = newest.map(({ timeUnixSeconds }) => timeUnixSeconds)
    checkClock(now(), times.length === 0 ? null : Math.max(...times), "cosignature")
    const { answered } = await checkCosigners(store, key, ledger.head(origin), cosigners)
    if (answered === 0) log.write("error", "cosigners-silent", { component: "cosigning" })
  }
}

/** The feed of a service, not started. @param replays - say when the voting of an election ended */
export function openCosignFeed(parts: CosigningParts, replays: ElectionReplays): CosignFeed {
  const { ledger, store, logKey, intervalMs, now, log } = parts
  return new CosignFeed({
    ...{ ledger, store, logKey, intervalMs, now },
    cosigners: cosignersOf(parts),
    dateFrom: (of) => endOfVoting(replays, of),
    onFailure: (cosigner, reason) => {
      log.write("warn", "cosigner-failed", { component: "cosigning", cosigner, "err.code": reason })
    },
  })
}

const cosignersOf = ({ policy, now, open = openCosigners }: CosigningParts): readonly CosignerClient[] =>
  open(policy, now)

/** From when on a date of an election's close counts: every ballot that came in time is in the log by then. */
async function endOfVoting(replays: ElectionReplays, { origin, kind }: LogSummary): Promise<number | null> {
  if (kind !== "election") return null
  const log = await replays.upToDate(origin)
  return log.phase === "closed" || log.phase === "tallied" ? log.closesAt + SETTLED_SECONDS : null
}
