// What happens in a sitting, in words for the trustee at the terminal.
import type { TrusteeStep } from "../parties/trustee/next-step.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { fingerprintOf } from "./fingerprint.ts"

const WAITS: Readonly<Record<string, string>> = {
  "trustee-key": "the encryption keys",
  "dkg-commit": "the commitments",
  "dkg-deal": "the deals",
  "dkg-confirm": "the confirmations",
  definition: "the organizer to define the election. This sitting is over; keep file and backup apart",
  "definition-signature": "the endorsements",
  "drill-share 1": "the shares of the first rehearsal",
  "drill-share 2": "the shares of the rehearsal from the backups",
  "election-open": "the organizer to open the election. This sitting is over",
  "election-close": "the end of voting",
  tally: "the result. Your share is published; nothing more is asked of you",
}

const STOPS: Readonly<Record<string, string>> = {
  "not-a-trustee": "The ceremony does not name this key file's key as a trustee's.",
  aborted: "The organizer gave this ceremony up. A new one begins with new keys.",
  void: "The election is void.",
  "key-lost":
    "This key file has lost what it spoke with in this ceremony. Tell the organizer: it must begin again.",
}

/** The sentence for a step. */
export function stepWords(step: TrusteeStep, { log }: ElectionReading): string {
  switch (step.do) {
    case "publish":
      return "Sending this trustee's next message."
    case "back-up":
      return "The shares of the keys are complete and hold. Writing the backup and reading it back."
    case "wait":
      return `Waiting for ${WAITS[step.for] ?? step.for}${missingWords(step.missing, log)}.`
    case "endorse":
      return "The election is defined. Endorse it if it is the one you know of."
    case "rehearse":
      return step.round === 1
        ? "Rehearsing the decryption with the key file."
        : "Rehearsing the decryption from the backup alone."
    case "decrypt":
      return "Voting is over. `sotto trustee decrypt` opens the sum, and nothing but the sum."
    case "done":
      return "The result is published. Nothing more is asked of you."
    case "stop":
      return step.reason === "complaint" ? complaintWords(step, log) : (STOPS[step.reason] ?? step.reason)
  }
}

/** Everybody's fingerprints, to be read aloud before anything else. */
export function fingerprintWords({ log }: ElectionReading): readonly string[] {
  const { title, organizer, trustees, threshold } = log.ceremony
  return [
    `${title}: ${threshold.t} of ${threshold.n} trustees open the result.`,
    "Read aloud and compare by voice, each trustee its own:",
    ...trustees.map(({ index, name, key }) => `  ${index}. ${name}  ${fingerprintOf(key)}`),
    `  organizer ${organizer.name}  ${fingerprintOf(organizer.key)}`,
  ]
}

/** What a trustee must know of an election before endorsing it. */
export function definitionWords({ log, census }: ElectionReading): readonly string[] {
  const { title, choices, minAnonymity, closesAtUnixSeconds, opensAtUnixSeconds } = log.definition
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString()
  return [
    title,
    ...choices.map(({ label }) => `  - ${label}`),
    `Voting from ${time(opensAtUnixSeconds)} to ${time(closesAtUnixSeconds)}.`,
    `${census?.freeze.body.size ?? 0} people may vote; no result of fewer than ${minAnonymity} ballots is opened.`,
    `Its keys are those of your ceremony, its census was recomputed. Id: ${log.electionId}`,
  ]
}

function missingWords(missing: readonly number[], log: ElectionReading["log"]): string {
  if (missing.length === 0) return ""
  return ` of ${missing.map((index) => log.ceremony.trustees[index - 1]?.name ?? String(index)).join(", ")}`
}

function complaintWords(
  { verdicts }: Extract<TrusteeStep, { do: "stop" }>,
  { ceremony }: ElectionReading["log"],
): string {
  const named = verdicts.map(({ reason, trustee }) => {
    const name = ceremony.trustees[trustee - 1]?.name ?? String(trustee)
    return reason === "dealer-faulty"
      ? `${name} dealt a share that does not hold`
      : `${name} complained without cause`
  })
  return `The ceremony has failed, and its log shows by whom: ${named.join("; ")}. A new one begins with new keys.`
}
