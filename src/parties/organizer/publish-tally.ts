// The result: a function of the log once t valid shares are in it; the organizer only writes it down.
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import { sortShares } from "../../protocol/election/decryption-share.ts"
import type { RecoveryProgress } from "../../protocol/election/recover.ts"
import { computeResult } from "../../protocol/election/tally.ts"
import type { ComputedResult } from "../../protocol/election/tally.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { OrganizerError } from "./organizer-error.ts"

/** Recovers the counts of a closed election. @throws OrganizerError `phase-refused`, and why there is no result */
export function computeTally(log: ElectionLog, onProgress?: RecoveryProgress): ComputedResult {
  if (log.phase !== "closed" && log.phase !== "tallied")
    throw new OrganizerError("phase-refused", `an election in phase ${log.phase} has no result`)
  const { valid } = sortShares(log.closedSum, log.shares)
  const computed = computeResult(log, valid, onProgress)
  if (computed.ok) return computed.value
  switch (computed.reason) {
    case "shares-missing":
      throw new OrganizerError("shares-missing", `${valid.length} of ${log.t} shares are there`)
    case "no-solution":
    case "tally-mismatch":
    case "below-min-anonymity":
      throw new OrganizerError(computed.reason, "the sum does not open to possible counts of enough ballots")
    case "share-index-refused":
    case "share-duplicate":
    case "share-count":
      throw new RangeError("shares that the log holds cannot be combined")
  }
}

/** Signs the tally. @param computed - of this log */
export function publishTally({ result, resultSha256 }: ComputedResult, key: SigningKey) {
  const { electionId, closeHash, trustees, counts } = result
  const body = { electionId, closeHash, trustees: [...trustees], counts: [...counts], resultSha256 }
  return signBody("tally", body, key)
}
