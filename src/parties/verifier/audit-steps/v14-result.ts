// V14: what was published as the result is what the log gives, to the byte.
import { checkReport, encodeResult } from "../../../protocol/election/tally.ts"
import type { ClosedElection } from "../../../protocol/election/tally.ts"
import { bytesToHex, equalBytes } from "../../../protocol/primitives/bytes.ts"
import { found } from "./outcome.ts"
import type { Finding } from "./outcome.ts"
import type { Placed } from "./phase-order.ts"
import type { Bundle } from "./v01-container.ts"
import type { AuditedLog } from "./v02-log.ts"

/** V14. @param trustees - whose shares V12 combined */
export function checkResult(
  bundle: Bundle,
  log: AuditedLog,
  election: ClosedElection,
  trustees: readonly number[],
  tally: Placed<"tally">,
): Finding | null {
  const { bytes, resultSha256 } = encodeResult(election, trustees, tally.body.counts)
  if (!equalBytes(bundle.read("result.json"), bytes))
    return found("report-mismatch", "result.json: not what the log gives")
  const said = checkReport(election, trustees, tally.body)
  if (!said.ok) return found("report-mismatch", `entry ${tally.index}: ${said.at ?? said.reason}`)
  const anchor = log.main.get("election-anchor-tally")
  if (anchor === undefined) return null
  const isOfResult =
    anchor.kind === "election-anchor" &&
    anchor.electionId === election.electionId &&
    anchor.origin === log.origin &&
    anchor.digest === resultSha256 &&
    anchor.size === log.tree.size &&
    anchor.root === bytesToHex(log.checkpoint.root)
  return isOfResult
    ? null
    : found("report-mismatch", "main/election-anchor-tally.entry: of another result or history")
}
