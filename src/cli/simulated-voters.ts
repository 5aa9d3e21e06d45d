// The voters of a rehearsal: one a line of the file, each with a secret of its own, proving in parallel.
import { hkdfSync } from "node:crypto"
import { censusPath, indexOfLeaf } from "../protocol/election/census-tree.ts"
import { rollCommitment, enrolMember, signFreeze } from "../parties/organizer/enrol-member.ts"
import { openCensus } from "../parties/organizer/open-census.ts"
import { prepareBallot } from "../parties/wallet/prepare-ballot.ts"
import type { PreparedBallot } from "../parties/wallet/prepare-ballot.ts"
import { checkBallotReceipt } from "../parties/wallet/check-ballot-receipt.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { parseReceipt } from "../protocol/log/receipt.ts"
import { bytesToBigint } from "../protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../protocol/primitives/note-key.ts"
import type { Selection } from "../protocol/election/ballot-family.ts"
import type { Prove } from "../protocol/primitives/prove.ts"
import {
  deriveBallotNullifier,
  deriveCensusLeaf,
  deriveVoterCommitment,
} from "../protocol/primitives/voter.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import type { CensusBodies } from "../protocol/wire/census.ts"
import type { Electorate } from "./ballots-file.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { CliError } from "./exit.ts"
import { random } from "./service-state.ts"
import { secretOf } from "./simulated-parties.ts"
import type { Parties } from "./simulated-parties.ts"

/** Calls that may be open at a time: a ballot waits up to five seconds for its window. */
const OPEN_CALLS = 250
/** Nothing waits for anything else here: more would only be open for longer. */
const ENROLMENTS_AT_ONCE = 16
/** A busy service asks us to come again; after so many times something else is wrong. */
const MAX_TRIES = 200

/** How far casting has come. */
export type CastProgress = (done: number, of: number) => void

/** 31 bytes of a voter, the same whenever the folder is opened. */
function voterSecret(seed: Uint8Array, v: number): bigint {
  const bytes = hkdfSync("sha256", secretOf(seed, "voters"), new Uint8Array(), `voter ${v}`, 31)
  return bytesToBigint(new Uint8Array(bytes))
}

/** Enrols all voters in a named census and freezes it; what is there already stays. @returns the census's id */
export async function enrolVoters(
  parties: Parties,
  seed: Uint8Array,
  voters: number,
  startedAt: number,
): Promise<string> {
  const { client, organizer, registrars, service } = parties
  const [desk] = registrars
  if (desk === undefined) throw new RangeError("a census has registrars")
  const { document, censusId } = openCensus(
    {
      title: "Electorate of a file",
      organizer: "Rehearsal",
      weighted: false,
      registrars: registrars.map((key) => ({ name: key.name, key: encodeVerifierKey(key) })),
      verifier: service.verifier,
      enrolmentOpensAt: startedAt - 60,
      enrolmentClosesAt: startedAt + 86_400,
      objectionSeconds: 0,
      minSize: 10,
    },
    organizer,
    null,
  )
  await client.write("POST", "/v1/censuses", canonicalBytes(document as unknown as Json))
  const base = `/v1/censuses/${censusId}`
  const facts = (await client.write("GET", base)) as { readonly state: string }
  if (facts.state === "frozen") return censusId
  const plan = document.body
  await inParallel(voters, ENROLMENTS_AT_ONCE, async (v) => {
    const salt = secretOf(seed, `salt ${v}`)
    const commitment = deriveVoterCommitment(voterSecret(seed, v))
    const leaf = enrolMember(plan, { id: `voter-${v}`, commitment, weight: 1 }, salt, desk)
    const path = `${base}/leaves/${rollCommitment(salt, `voter-${v}`)}`
    await client.write("PUT", path, canonicalBytes(leaf as unknown as Json))
  })
  await service.clock.jumpTo(plan.enrolmentClosesAt + 1)
  const closed = (await client.write("GET", base)) as { readonly freeze: CensusBodies["census"] }
  let signed = signFreeze(closed.freeze, [], desk)
  for (const key of registrars.slice(1)) signed = signFreeze(closed.freeze, signed.signatures, key)
  await client.write("POST", `${base}/freeze`, canonicalBytes(signed as unknown as Json))
  return censusId
}

/**
 * Casts the ballot of every voter who has none in the log yet.
 * @param prove - of voter v: a real proof, or a forged one where the rehearsal says so
 * @param threads - proofs made at a time
 */
export async function castVotes(
  parties: Parties,
  reading: ElectionReading,
  seed: Uint8Array,
  { votes }: Electorate,
  prove: (v: number) => Prove,
  threads: number,
  onProgress: CastProgress,
): Promise<number> {
  const { log } = reading
  const waiting = votes.flatMap((selection, v) => {
    const nullifier = deriveBallotNullifier(voterSecret(seed, v), log.electionId)
    return log.lastSequence(nullifier) > 0 ? [] : [{ v, selection }]
  })
  let done = votes.length - waiting.length
  const open = new Set<Promise<void>>()
  const send = async (prepared: PreparedBallot): Promise<void> => {
    await sendVote(parties, reading, prepared)
    onProgress(++done, votes.length)
  }
  await inParallel(waiting.length, threads, async (i) => {
    const voter = waiting[i]
    if (voter === undefined) return
    const prepared = await prepareVote(
      reading,
      seed,
      { v: voter.v, selection: voter.selection, sequence: 1 },
      prove(voter.v),
    )
    while (open.size >= OPEN_CALLS) await Promise.race(open)
    const sent: Promise<void> = send(prepared).finally(() => open.delete(sent))
    open.add(sent)
    sent.catch(() => undefined) // it is awaited below
  })
  await Promise.all(open)
  return waiting.length
}

/** One ballot of a voter: a choice, and the how-manieth it is. */
export interface Vote {
  readonly v: number
  readonly selection: Selection
  readonly sequence: number
}

/** Prepares a voter's ballot. @param reading - of an open election, with its census */
export function prepareVote(
  { log, census }: ElectionReading,
  seed: Uint8Array,
  { v, selection, sequence }: Vote,
  prove: Prove,
): Promise<PreparedBallot> {
  if (census === null) throw new RangeError("an open election has a census")
  const { tree } = census.freeze.built
  const secret = voterSecret(seed, v)
  const leaf = deriveCensusLeaf(deriveVoterCommitment(secret), 1)
  const index = indexOfLeaf(tree.levels[0] ?? new Uint8Array(), leaf)
  const wish = {
    definition: log.definition,
    voterSecret: secret,
    weight: 1,
    place: { index, path: censusPath(tree, index) },
    selection,
    sequence,
    attempt: sequence - 1,
  }
  return prepareBallot(wish, prove, random)
}

/** Casts a prepared ballot and checks its receipt. @throws CliError `service-refused`, `refused` for a receipt that does not hold */
export async function sendVote(
  parties: Parties,
  { log }: ElectionReading,
  prepared: PreparedBallot,
): Promise<void> {
  const receipt = parseReceipt(JSON.stringify(await postBallot(parties, prepared)))
  const checked = checkBallotReceipt(
    receipt,
    prepared.ballot,
    log.definition,
    parsePolicy(parties.service.policy),
  )
  if (!checked.ok) throw new CliError("refused", `a receipt does not hold: ${checked.reason}`)
}

async function postBallot({ client }: Parties, { ballot }: PreparedBallot): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const answer = await client.send("POST", "/v1/ballots", canonicalBytes(ballot as unknown as Json))
    if (answer.code === null) {
      const { receipt } = JSON.parse(new TextDecoder().decode(answer.bytes)) as { readonly receipt: unknown }
      return receipt
    }
    const isBusy = answer.status === 429 || answer.status === 503
    if (!isBusy || attempt === MAX_TRIES) throw new CliError("service-refused", `${answer.code} for a ballot`)
    // As it asks: hundreds that knock at once keep it from verifying.
    const seconds = (answer.retryAfterSeconds ?? 1) + Math.random()
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
  }
}

/** Runs `body` for 0 .. count - 1, at most `width` of them at a time; the first failure ends it. */
async function inParallel(count: number, width: number, body: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await body(next++)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane))
}
