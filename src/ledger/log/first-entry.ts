// What a log begins with: entry 0 gives or names its origin, so that no log can be passed off as another.
import { computeCeremonyId, electionOrigin } from "../../protocol/election/key-ceremony.ts"
import { isMainEntry } from "../../protocol/log/entry.ts"
import type { ElectionEntry, Entry } from "../../protocol/log/entry.ts"

/** The ceremony with which an election's log begins. */
export type CeremonyEntry = Extract<ElectionEntry, { kind: "ceremony" }>

const ELECTION_ORIGIN = /^[^/]+\/elections\/[0-9a-f]{32}$/

/** True for the origin of an election's log, whatever its host. */
export const isElectionOrigin = (origin: string): boolean => ELECTION_ORIGIN.test(origin)

/** True for the origin of an election under the host of a main log. */
export const isElectionOf = (mainOrigin: string, origin: string): boolean =>
  isElectionOrigin(origin) && origin.split("/")[0] === mainOrigin.split("/")[0]

/** The id of a ceremony, 64 hexadecimal digits. */
export const ceremonyIdOf = (ceremony: CeremonyEntry): string => computeCeremonyId(ceremony.body)

/** The origin of the log that a ceremony begins. @param mainOrigin - of any log under the same host */
export const originOfCeremony = (mainOrigin: string, ceremony: CeremonyEntry): string =>
  electionOrigin(mainOrigin, ceremonyIdOf(ceremony))

/** True when the kind belongs to the log of this origin. */
export const isKindOf = (origin: string, entry: Entry): boolean =>
  isMainEntry(entry) !== isElectionOrigin(origin)

/** True when the log of this origin begins with this entry: its genesis, or the ceremony whose id gives the origin. */
export function isFirstEntry(entry: Entry, origin: string): boolean {
  if (entry.kind === "log-genesis") return !isElectionOrigin(origin) && entry.origin === origin
  return entry.kind === "ceremony" && originOfCeremony(origin, entry) === origin
}
