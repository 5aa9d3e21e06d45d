// What the main log says of an election, and when its ballots are written: both follow from the election's own log, so this
// may run at any time, any number of times.
import type { Entry } from "../../protocol/log/entry.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { definitionSha256 } from "../../protocol/election/definition.ts"
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import { Problem } from "../http/problem.ts"
import type { ElectionName } from "./election-replays.ts"
import type { RouteDeps } from "./route-deps.ts"

type AnchorDeps = Pick<RouteDeps, "ledger" | "ledgerOrigin" | "replays">

/**
 * Anchors the opening and the tally of an election in the main log and sets the window of its ballots.
 * @throws LedgerError; Problem with the ledger's reason
 */
export async function announceElection(deps: AnchorDeps, by: ElectionName): Promise<void> {
  const row = await deps.replays.find(by)
  if (row === null) return
  const log = await deps.replays.upToDate(row.origin)
  // A void election may never have opened.
  if (!["open", "closed", "tallied"].includes(log.phase)) return
  const { batchWindowSeconds } = log.definition
  await deps.ledger.setBallotWindow(row.origin, { batchWindowSeconds, closesAtUnixSeconds: log.closesAt })
  await anchor(deps, row.origin, log, "open", definitionSha256(log.definition))
  if (log.tally !== null) await anchor(deps, row.origin, log, "tally", log.tally.resultSha256)
}

async function anchor(
  deps: AnchorDeps,
  origin: string,
  log: ElectionLog,
  phase: "open" | "tally",
  digest: string,
): Promise<void> {
  const { electionId } = log
  const known = await deps.ledger.findClaim(deps.ledgerOrigin, ["anchor", electionId, phase])
  if (known !== null) return
  const { size, root } = deps.ledger.head(origin)
  const entry: Entry = {
    kind: "election-anchor",
    v: 1,
    phase,
    electionId,
    origin,
    size,
    root: bytesToHex(root),
    digest,
  }
  const admission = await deps.ledger.admit(deps.ledgerOrigin, { entry })
  // Another instance may have said it meanwhile.
  if (!admission.ok && admission.reason !== "phase-refused") throw new Problem(admission.reason)
}
