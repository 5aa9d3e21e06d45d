// The third sitting: the one decryption, over a log that was read from two places and whose every ballot was verified.
import { randomBytes } from "node:crypto"
import { decryptShare } from "../parties/trustee/decrypt-share.ts"
import type { DecryptionSources } from "../parties/trustee/decrypt-share.ts"
import { openBallotVerifier } from "../parties/verifier/verify-ballot.ts"
import { verifyBallots } from "../parties/verifier/verify-ballots.ts"
import { keysUnder, readSeenCheckpoint } from "../parties/verifier/audit-steps/notes.ts"
import type { DatedHead } from "../protocol/election/close-times.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { equalBytes } from "../protocol/primitives/bytes.ts"
import { ballotOfEntry } from "../protocol/wire/ballot.ts"
import { loadVerificationKey } from "./circuit-artifacts.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { openFolderPlace, openServicePlace } from "./election-place.ts"
import type { ElectionPlace } from "./election-place.ts"
import { random } from "./election-options.ts"
import { ElectionTree } from "./election-tree.ts"
import { openServiceClient } from "./service-client.ts"
import { sendSigned, workOf } from "./trustee-sitting.ts"
import type { Sitting } from "./trustee-sitting.ts"
import { tell } from "./output.ts"

/** Ballots that one equation takes. */
const CHUNK = 1024

/** What a decryption needs beside its sitting. */
export interface DecryptionPlan {
  readonly policy: Policy
  /** Where the election is read, to find the checkpoint that dates its close. */
  readonly place: ElectionPlace
  readonly second: ElectionPlace
  readonly acceptsServiceWord: boolean
}

/** Opens the second source: a folder or the origin of another service. @throws CliError */
export function openSecondPlace(text: string, election: string): Promise<ElectionPlace> {
  return /^https?:\/\//.test(text)
    ? openServicePlace(openServiceClient(text), election)
    : openFolderPlace(text)
}

/** Signs and sends the share. @returns its kind @throws CliError `refused` with the trustee's reason */
export async function decryptInSitting(
  sitting: Pick<Sitting, "file" | "client">,
  reading: ElectionReading,
  { policy, place, second, acceptsServiceWord }: DecryptionPlan,
): Promise<string> {
  const other = new ElectionTree(second, policy)
  await other.advance()
  const own = { place, policy, reading }
  const sources: DecryptionSources = {
    view: reading,
    areBallotsProven: await areBallotsProven(reading),
    second: { size: other.size, rootAt: (size) => other.rootAt(size) },
    heads: [
      ...(await datedHeads(
        own,
        reading.heads.map(({ bytes }) => bytes),
      )),
      ...(await datedHeads(
        { ...own, place: second },
        other.heads.map(({ bytes }) => bytes),
      )),
    ],
    acceptsServiceWord,
  }
  const work = workOf(sitting, reading.log.ceremonyId)
  return sendSigned(sitting, decryptShare(sources, work, sitting.file.current(), random))
}

/** True when the proof of every ballot, counted or not, holds under this program's own circuit key. */
async function areBallotsProven({ log, entries }: ElectionReading): Promise<boolean> {
  const { key } = await loadVerificationKey(log.definition.circuit.id, { cache: process.env["SOTTO_CACHE"] })
  const verifier = await openBallotVerifier(log.definition, key)
  const ballots = entries.flatMap((entry) =>
    entry.kind === "ballot" || entry.kind === "challenged-ballot"
      ? [ballotOfEntry(entry, log.electionId)]
      : [],
  )
  for (let first = 0; first < ballots.length; first += CHUNK) {
    const refused = await verifyBallots(
      ballots.slice(first, first + CHUNK),
      verifier,
      (length) => new Uint8Array(randomBytes(length)),
    )
    if (refused.length > 0) return false
    tell(`verified ${Math.min(first + CHUNK, ballots.length)} of ${ballots.length} ballots`)
  }
  return true
}

/** Heads of this log with what the ceremony's cosigners say of them; `at-close` among them where the place has it. */
async function datedHeads(
  {
    place,
    policy,
    reading,
  }: { readonly place: ElectionPlace; readonly policy: Policy; readonly reading: ElectionReading },
  notes: readonly Uint8Array[],
): Promise<readonly DatedHead[]> {
  const cosigners = parsePolicy(reading.log.ceremony.policy)
  const atClose = await place.logFile("at-close")
  return [...notes, ...(atClose === null ? [] : [atClose])].flatMap((bytes): readonly DatedHead[] => {
    const seen = readSeenCheckpoint(bytes, cosigners, (origin) =>
      origin === reading.head.origin ? keysUnder(policy, origin) : [],
    )
    const root = seen === null ? null : reading.rootAt(seen.size)
    if (seen === null || root === null || !equalBytes(root, seen.root)) return []
    const cosignedAt = seen.cosignatures.map(({ timeUnixSeconds }) => timeUnixSeconds)
    return [{ size: seen.size, hasQuorum: seen.hasQuorum, cosignedAt }]
  })
}
