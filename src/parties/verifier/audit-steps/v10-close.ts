// V10: the close says what the entries before it give, and cosigners date it: not early, and no ballot after time.
import { checkClose, computeCloseHash } from "../../../protocol/election/close.ts"
import {
  CLOCK_SECONDS,
  DATED_WITHIN_SECONDS,
  SETTLED_SECONDS,
} from "../../../protocol/election/close-times.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { quorumTime } from "./notes.ts"
import type { SeenCheckpoint } from "./notes.ts"
import { found, stop } from "./outcome.ts"
import type { Finding, Outcome } from "./outcome.ts"
import type { AuditedLog } from "./v02-log.ts"
import type { AuditedDefinition } from "./v03-definition.ts"
import type { BallotSum } from "./v09-ballot-order.ts"

/** A close that holds. */
export interface AuditedClose {
  /** 64 hexadecimal digits. */
  readonly closeHash: string
  /** Nobody but the service says when voting ended. */
  readonly isDatedLate: boolean
}

/** V10. @param closesAt - Unix seconds, extensions included */
export function checkElectionClose(
  log: AuditedLog,
  { close, electionId, closesAt }: Pick<AuditedDefinition, "close" | "electionId" | "closesAt">,
  ballots: BallotSum,
  policy: Policy,
): Outcome<AuditedClose> {
  const { index, ...entry } = close
  const verdict = checkClose({ ...ballots, electionId, size: index }, entry)
  if (!verdict.ok)
    return stop("close-invalid", `entry ${index}: ${verdict.at ?? ""} is not what the entries give`)
  const finding = checkTimes(log, index, closesAt)
  if (finding !== null) return { ok: false, finding }
  const datedAt = log.atClose === null ? null : quorumTime(log.atClose, policy)
  return accept({
    closeHash: computeCloseHash(electionId, log.tree.rootAt(index + 1)),
    isDatedLate: datedAt === null || datedAt > closesAt + DATED_WITHIN_SECONDS,
  })
}

function checkTimes(log: AuditedLog, closeIndex: number, closesAt: number): Finding | null {
  const { atClose, checkpoints } = log
  if (atClose !== null && earliest(atClose) < closesAt + SETTLED_SECONDS) {
    return found("close-invalid", "log/at-close: cosigned before voting had settled")
  }
  const isEarly = (seen: SeenCheckpoint): boolean =>
    seen.hasQuorum && seen.size > closeIndex && earliest(seen) < closesAt - CLOCK_SECONDS
  if (checkpoints.some(isEarly))
    return found("close-early", `entry ${closeIndex}: cosigned before voting ended`)
  const isLate = atClose !== null && closeIndex > atClose.size
  return isLate ? found("ballots-late", `entry ${atClose.size}: admitted after log/at-close`) : null
}

/** The earliest cosignature's time; of none, never. */
const earliest = ({ cosignatures }: SeenCheckpoint): number =>
  Math.min(...cosignatures.map(({ timeUnixSeconds }) => timeUnixSeconds))
