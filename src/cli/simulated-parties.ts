// Everybody but the voters of a rehearsal, in one process: organizer, registrars and trustees, each with a key of its own
// out of one seed, and each doing its part through the functions of its own verb.
import { createHash } from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { composeBallot } from "../protocol/election/ballot-types.ts"
import { encodeVerifierKey, makeSigningKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { canonicalBytes, canonicalText } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { beginCeremony } from "../parties/organizer/begin-ceremony.ts"
import { openElection } from "../parties/organizer/control-election.ts"
import { defineElection } from "../parties/organizer/define-election.ts"
import { computeTally, publishTally } from "../parties/organizer/publish-tally.ts"
import { decryptShare } from "../parties/trustee/decrypt-share.ts"
import { endorse } from "../parties/trustee/endorse.ts"
import { backedUp, nextStep } from "../parties/trustee/next-step.ts"
import type { TrusteeStep } from "../parties/trustee/next-step.ts"
import { createTrustee, encodeTrustee, findWork, parseTrustee } from "../parties/trustee/trustee-state.ts"
import type { TrusteeState } from "../parties/trustee/trustee-state.ts"
import { trialTally } from "../parties/trustee/trial-tally.ts"
import { loadBallotDigests } from "./ballot-digests.ts"
import type { Electorate } from "./ballots-file.ts"
import { readCensus } from "./election-census.ts"
import { openElectionReader } from "./election-log-source.ts"
import type { ElectionReader, ElectionReading } from "./election-log-source.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError } from "./exit.ts"
import { exists } from "./files.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"
import { random } from "./service-state.ts"
import type { SimulatedService } from "./simulated-service.ts"

/** Trustees of a rehearsal, and how many of them open the sum. */
const [TRUSTEES, THRESHOLD] = [5, 3]
/** Voting is open for a month of the rehearsal's clock. */
const VOTING_SECONDS = 30 * 86_400

/** What the parties of a rehearsal work with. */
export interface Parties {
  readonly service: SimulatedService
  readonly client: ServiceClient
  readonly organizer: SigningKey
  readonly registrars: readonly SigningKey[]
  readonly folder: string
}

/** 32 secret bytes of a rehearsal for one purpose: a folder that is opened again has the same people in it. */
export function secretOf(seed: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(seed).update(`\0${purpose}`).digest())
}

/** The parties of a folder. */
export function gatherParties(folder: string, seed: Uint8Array, service: SimulatedService): Parties {
  const key = (name: string): SigningKey => makeSigningKey(`${name}.rehearsal`, secretOf(seed, name))
  const client = openServiceClient(service.url, service.organizerKey)
  return { service, client, organizer: key("organizer"), registrars: [key("desk"), key("portal")], folder }
}

/** Opens the election's reader once its ceremony is there; begins the ceremony when it is not. */
export async function ceremonyReader(
  parties: Parties,
  seed: Uint8Array,
  electorate: Electorate,
): Promise<ElectionReader> {
  const { client, organizer, service, folder } = parties
  const file = join(folder, "ceremony")
  if (!(await exists(file))) {
    const trustees = Array.from({ length: TRUSTEES }, (_, i) => trusteeKey(seed, i + 1))
    const { entry, facts } = beginCeremony(
      {
        title: "Rehearsal",
        organizer: "Rehearsal",
        circuit: composeBallot(electorate.ballot).circuitId,
        threshold: THRESHOLD,
        trustees: trustees.map((key, i) => ({ name: `Trustee ${i + 1}`, key: encodeVerifierKey(key) })),
        policy: "quorum none\n",
        stepTimeoutSeconds: 3600,
      },
      organizer,
      random,
    )
    await client.write("POST", "/v1/key-ceremonies", canonicalBytes(entry as unknown as Json))
    await writeFileDurably(file, new TextEncoder().encode(facts.ceremonyId))
  }
  const election = (await readFile(file, "utf8")).trim()
  const place = await openServicePlace(client, election)
  return openElectionReader(place, {
    policy: parsePolicy(service.policy),
    election,
    circuits: await loadBallotDigests(),
    allowDevelopmentKeys: true,
  })
}

/** Lets every trustee who is there do what is next, again and again, until all of them wait for somebody else. */
export async function sitTrustees(
  parties: Parties,
  seed: Uint8Array,
  reader: ElectionReader,
  areBallotsProven: boolean,
  present: readonly number[] = Array.from({ length: TRUSTEES }, (_, i) => i + 1),
): Promise<ElectionReading> {
  let isBusy = true
  while (isBusy) {
    isBusy = false
    for (const index of present) {
      const reading = await reader.read()
      const state = await loadTrustee(parties.folder, seed, index)
      const step = nextStep(reading, state, random)
      isBusy = (await takeStep(parties, reading, index, step, areBallotsProven)) || isBusy
    }
  }
  return reader.read()
}

/** Defines the election out of ceremony and census, once; opens it once its drill is through. */
export async function defineAndOpen(
  parties: Parties,
  reading: ElectionReading,
  electorate: Electorate,
  censusId: string,
): Promise<void> {
  const { client, organizer, service } = parties
  const { log, logKey } = reading
  if (log.phase === "ceremony") {
    const place = await openServicePlace(client, log.ceremonyId)
    const files = await place.census(censusId)
    if (files === null) throw new CliError("refused", "the census of the rehearsal is not frozen")
    const { frozen } = readCensus(files, censusId)
    const opensAt = Math.max(service.clock.now(), frozen.plan.enrolmentClosesAt) + 60
    const { entry, definition } = defineElection(
      {
        kind: "election",
        title: "Rehearsal",
        description: "Ballots of a file, cast as a whole electorate would cast them.",
        locale: "en",
        ballot: electorate.ballot,
        opensAtUnixSeconds: opensAt,
        closesAtUnixSeconds: opensAt + VOTING_SECONDS,
        batchWindowSeconds: 5,
        revote: true,
        minAnonymity: 10,
      },
      {
        log,
        logDescription: { origin: reading.head.origin, vkey: logKey },
        census: frozen,
        circuits: await loadBallotDigests(),
        allowDevelopmentKeys: true,
      },
      organizer,
    )
    await client.write(
      "POST",
      "/v1/elections",
      canonicalText({ entry: entry as unknown as Json, definition: definition as unknown as Json }),
    )
    return
  }
  const entry = openElection(log, organizer) as unknown as Json
  await client.write("POST", "/v1/elections", canonicalText({ entry }))
}

/** Publishes the tally when t shares are in. */
export async function tally({ client, organizer }: Parties, { log }: ElectionReading) {
  const computed = computeTally(log)
  if (log.phase === "closed")
    await client.write(
      "POST",
      "/v1/tallies",
      canonicalBytes(publishTally(computed, organizer) as unknown as Json),
    )
  return computed
}

async function takeStep(
  parties: Parties,
  reading: ElectionReading,
  index: number,
  step: TrusteeStep,
  areBallotsProven: boolean,
): Promise<boolean> {
  const { client, folder } = parties
  const { state } = step
  const publish = async (
    bytes: Uint8Array,
    after: TrusteeState,
    path = "/v1/election-entries",
  ): Promise<true> => {
    await saveTrustee(folder, index, after)
    await client.write("POST", path, bytes)
    return true
  }
  switch (step.do) {
    case "publish":
      return publish(step.bytes, state)
    case "back-up":
      await saveTrustee(folder, index, state, "backup")
      await saveTrustee(folder, index, backedUp(state, reading.log.ceremonyId))
      return true
    case "endorse":
    case "rehearse":
    case "decrypt": {
      const signed = await signStep(parties, reading, index, step, areBallotsProven)
      return publish(signed.bytes, signed.state, step.do === "decrypt" ? "/v1/decryption-shares" : undefined)
    }
    case "wait":
    case "done":
      await saveTrustee(folder, index, state)
      return false
    case "stop":
      throw new CliError("refused", `trustee ${index} stops: ${step.reason}`)
  }
}

/** A step for which something is signed. */
type SigningStep = Exclude<TrusteeStep, { do: "publish" | "back-up" | "wait" | "stop" }>

async function signStep(
  { folder, client, service }: Parties,
  reading: ElectionReading,
  index: number,
  step: SigningStep,
  areBallotsProven: boolean,
) {
  const { state } = step
  const work = findWork(state, reading.log.ceremonyId)
  if (work === null) throw new CliError("refused", `trustee ${index} has lost its work`)
  if (step.do === "endorse") return granted(endorse(reading, work, state))
  if (step.do === "rehearse") {
    const restored = parseTrustee(new Uint8Array(await readFile(trusteeFile(folder, index, "backup"))))
    const source = step.round === 1 ? work : findWork(restored, reading.log.ceremonyId)
    if (source === null)
      throw new CliError("refused", `the backup of trustee ${index} is of another ceremony`)
    return granted(trialTally(reading, step.round, work, source, state, random))
  }
  // The second source of a rehearsal is the same service read once more, by a reader that knows nothing of the first.
  const second = await openElectionReader(await openServicePlace(client, reading.log.ceremonyId), {
    policy: parsePolicy(service.policy),
    election: reading.log.ceremonyId,
    circuits: await loadBallotDigests(),
    allowDevelopmentKeys: true,
  }).read()
  const heads = [reading.head, second.head].map(({ size }) => ({ size, hasQuorum: true, cosignedAt: [] }))
  const seen = { size: second.head.size, rootAt: second.rootAt }
  const sources = { view: reading, second: seen, heads, acceptsServiceWord: true, areBallotsProven }
  return granted(decryptShare(sources, work, state, random))
}

function granted<T>(
  verdict: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string },
): T {
  if (!verdict.ok) throw new CliError("refused", `a trustee refuses: ${verdict.reason}`)
  return verdict.value
}

const trusteeKey = (seed: Uint8Array, index: number): SigningKey =>
  makeSigningKey(`trustee-${index}.rehearsal`, secretOf(seed, `trustee ${index}`))

const trusteeFile = (folder: string, index: number, copy: "working" | "backup"): string =>
  join(folder, "trustees", `${index}.${copy}.json`)

async function loadTrustee(folder: string, seed: Uint8Array, index: number): Promise<TrusteeState> {
  const file = trusteeFile(folder, index, "working")
  if (!(await exists(file))) return createTrustee(trusteeKey(seed, index))
  return parseTrustee(new Uint8Array(await readFile(file)))
}

async function saveTrustee(
  folder: string,
  index: number,
  state: TrusteeState,
  copy: "working" | "backup" = "working",
) {
  await mkdir(join(folder, "trustees"), { recursive: true, mode: 0o700 })
  await writeFileDurably(trusteeFile(folder, index, copy), encodeTrustee(state), { mode: 0o600 })
}
