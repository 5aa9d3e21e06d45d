// Short acts of an organizer, each one signed sentence.
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { ElectionBodies } from "../../protocol/wire/election-entries.ts"
import { OrganizerError } from "./organizer-error.ts"

/** Opens the defined election, once its drill is through. @throws OrganizerError `phase-refused` */
export function openElection(log: ElectionLog, key: SigningKey) {
  if (log.phase !== "defined") throw misplaced(log, "opened")
  return signBody("election-open", { electionId: log.electionId }, key)
}

/** Voids an election that is not closed. @throws OrganizerError `phase-refused`: after the close a result stands */
export function voidElection(log: ElectionLog, reason: string, key: SigningKey) {
  if (log.phase !== "defined" && log.phase !== "open") throw misplaced(log, "voided")
  return signBody("void", { electionId: log.electionId, reason }, key)
}

/**
 * Gives up a ceremony: with the name that a complaint in the log shows, else with an accusation of silence, which no log
 * can prove.
 * @param trustee - whom to accuse where no complaint names anybody
 * @throws OrganizerError `phase-refused`
 */
export function abortCeremony(log: ElectionLog, trustee: number | null, key: SigningKey) {
  if (log.phase !== "ceremony") throw misplaced(log, "aborted")
  const [shown] = log.complaintVerdicts
  const accused: Pick<ElectionBodies["ceremony-aborted"], "reason" | "trustee"> | null =
    shown ?? (trustee === null ? null : { reason: "silent", trustee })
  if (accused === null)
    throw new OrganizerError("phase-refused", "no complaint names anybody: say which trustee is silent")
  const { reason, trustee: named } = accused
  return signBody("ceremony-aborted", { ceremonyId: log.ceremonyId, reason, trustee: named }, key)
}

const misplaced = ({ phase }: ElectionLog, act: string): OrganizerError =>
  new OrganizerError("phase-refused", `an election in phase ${phase} cannot be ${act}`)
