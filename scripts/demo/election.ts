// The story of an election: a key in five hands, forty voters, minds changed, a ballot offered twice, two keys lost, a count
// that everybody can repeat and a bundle that somebody tampers with. Service, voters and trustees talk over real HTTP; the
// audits are processes of their own.
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import { countPlainly } from "../../src/cli/ballots-file.ts"
import type { Electorate } from "../../src/cli/ballots-file.ts"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { collectBundle } from "../../src/cli/election-bundle.ts"
import type { ElectionReader, ElectionReading } from "../../src/cli/election-log-source.ts"
import { isRefusal } from "../../src/cli/exit.ts"
import {
  ceremonyReader,
  defineAndOpen,
  gatherParties,
  sitTrustees,
  tally,
} from "../../src/cli/simulated-parties.ts"
import type { Parties } from "../../src/cli/simulated-parties.ts"
import { startSimulatedService } from "../../src/cli/simulated-service.ts"
import { castVotes, enrolVoters, prepareVote, sendVote } from "../../src/cli/simulated-voters.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import type { Prover } from "../../src/proofs/prover/pool.ts"
import { encodeBundleZip } from "../../src/protocol/election/audit-bundle.ts"
import { readZip, unpackEntry } from "../../src/protocol/election/bundle-zip.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { sotto } from "./processes.ts"
import type { Telling } from "./telling.ts"

const VOTERS = 40
/** Trustees 4 and 5 lose their keys after the rehearsal. */
const LEFT = [1, 2, 3]
const OPTIONS = ["Anna", "Boris", "Chen"].map((label, i) => ({ id: `o${i + 1}`, label }))
const idOf = (v: number): string => OPTIONS[(v * v) % 3]?.id ?? "o1"

/** What voters want at first; voters 0 to 4 change their minds later. */
const FIRST: Electorate = {
  ballot: { type: "single-choice", label: "Who chairs the board?", options: OPTIONS, mayAbstain: true },
  votes: Array.from({ length: VOTERS }, (_, v) => ({ chosen: v === 7 ? [] : [idOf(v)] })),
  blanks: 1,
}
const CHANGED = [0, 1, 2, 3, 4]
const LAST: Electorate = {
  ...FIRST,
  votes: FIRST.votes.map((vote, v) => (CHANGED.includes(v) ? { chosen: ["o3"] } : vote)),
}

/** Tells the story; answers what happened. */
export async function playElection(tell: Telling): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-election-"))
  const seed = new Uint8Array(32).fill(7) // an invented electorate: nobody's secret
  const prover = await openBallotProver()
  const service = await tell.step("A service starts: its log, its clock, its verification threads", () =>
    startSimulatedService(join(folder, "service")),
  )
  try {
    return await play(tell, gatherParties(folder, seed, service), seed, prover)
  } finally {
    await prover.close()
    await service.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function play(tell: Telling, parties: Parties, seed: Uint8Array, prover: Prover) {
  const { service, folder } = parties
  const reader = await ceremonyReader(parties, seed, FIRST)
  let reading = await tell.step(
    "Five trustees make a key that nobody holds, each writes a backup; three of them open the sum",
    () => sitTrustees(parties, seed, reader, false),
  )
  const censusId = await tell.step(`Two registrars enrol ${VOTERS} members and freeze the census`, () =>
    enrolVoters(parties, seed, VOTERS, service.clock.now()),
  )
  reading = await tell.step(
    "The question is defined, endorsed by all trustees, and decryption rehearsed from the backups",
    async () => {
      await defineAndOpen(parties, reading, FIRST, censusId)
      return sitTrustees(parties, seed, reader, false)
    },
  )
  await defineAndOpen(parties, reading, FIRST, censusId)
  reading = await reader.read()
  await service.clock.jumpTo(reading.log.opensAt)
  await tell.step(`${VOTERS} voters prove that they may vote and cast, nobody learns who or what`, () =>
    castVotes(
      parties,
      reading,
      seed,
      FIRST,
      () => prover.prove,
      3,
      () => undefined,
    ),
  )
  const doubled = await tell.step("One of them offers a second first ballot", () =>
    voteTwice(parties, reading, seed, prover),
  )
  tell.result({}, `refused: ${doubled}`)
  await tell.step(`${CHANGED.length} change their minds: the last ballot counts`, () =>
    changeMinds(parties, reading, seed, prover),
  )
  for (const lost of ["4.working.json", "4.backup.json", "5.working.json", "5.backup.json"])
    await rm(join(folder, "trustees", lost))
  return finish(tell, parties, seed, reader, doubled)
}

async function finish(
  tell: Telling,
  parties: Parties,
  seed: Uint8Array,
  reader: ElectionReader,
  doubled: string,
) {
  const { service, folder } = parties
  await service.clock.jumpTo((await reader.read()).log.closesAt + 31)
  await tell.step("Voting ends; the service closes the log, and anybody can recompute the sum", () =>
    untilClosed(reader),
  )
  const reading = await tell.step(
    "Two trustees have lost file and backup; the other three decrypt the sum",
    () => sitTrustees(parties, seed, reader, true, LEFT),
  )
  const { result } = await tally(parties, reading)
  const expected = countPlainly(
    LAST,
    reading.log.definition.choices.map(({ id }) => id),
  )
  tell.result(
    {},
    `${OPTIONS.map(({ label }, i) => `${label} ${result.counts[i] ?? 0}`).join(", ")}; expected ${expected.join(", ")}`,
  )
  const policy = parsePolicy(service.policy)
  const bundle = await collectBundle(parties.client, policy, await reader.read())
  await writeFile(join(folder, "policy"), service.policy)
  const honest = await tell.step("A stranger audits the bundle: 14 steps, every proof", () =>
    auditOf(folder, "bundle.zip", bundle),
  )
  tell.result({}, honest.verdict)
  const bent = await tell.step("Somebody changes one ballot and seals the bundle again", () =>
    auditOf(folder, "tampered.zip", tamper(bundle)),
  )
  tell.result({}, `${bent.verdict} at step ${bent.step}: ${bent.code}`)
  return {
    tally: result.counts,
    expected,
    doubleVote: doubled,
    counted: result.counted,
    superseded: result.superseded,
    lostKeys: 5 - LEFT.length,
    audit: honest,
    tampered: { step: bent.step, code: bent.code, verdict: bent.verdict },
  }
}

/** A second ballot with sequence 1: other randomness, the same voter. */
async function voteTwice(
  parties: Parties,
  reading: ElectionReading,
  seed: Uint8Array,
  prover: Prover,
): Promise<string> {
  const again = await prepareVote(
    reading,
    seed,
    { v: 9, selection: { chosen: ["o1"] }, sequence: 1 },
    prover.prove,
  )
  try {
    await sendVote(parties, reading, again)
    return "accepted"
  } catch (error) {
    if (!isRefusal(error)) throw error
    return /^([a-z-]+)/.exec(error.message)?.[1] ?? error.code
  }
}

async function changeMinds(
  parties: Parties,
  reading: ElectionReading,
  seed: Uint8Array,
  prover: Prover,
): Promise<void> {
  await Promise.all(
    CHANGED.map(async (v) => {
      const vote = { v, selection: { chosen: ["o3"] }, sequence: 2 }
      await sendVote(parties, reading, await prepareVote(reading, seed, vote, prover.prove))
    }),
  )
}

interface Audit {
  readonly verdict: string
  readonly step: number
  readonly code: string
}

async function auditOf(folder: string, name: string, bundle: Uint8Array): Promise<Audit> {
  await writeFile(join(folder, name), bundle)
  const args = ["audit", join(folder, name), "--policy", join(folder, "policy"), "--allow-dev-keys", "--json"]
  const { stdout, stderr } = await sotto(args, process.env)
  if (stdout === "") throw new Error(`the audit said nothing: ${stderr}`)
  const { verdict, step, code } = JSON.parse(stdout) as Audit
  return { verdict, step, code }
}

/** One digit of one ballot changed, every digest of the manifest made right again. */
function tamper(bundle: Uint8Array): Uint8Array {
  const inflate = (bytes: Uint8Array): Uint8Array => new Uint8Array(inflateRawSync(bytes))
  const files = (readZip(bundle) ?? []).map((entry) => {
    const bytes = unpackEntry(entry, inflate)
    if (bytes === null) throw new Error("the bundle cannot be read")
    return { path: entry.path, bytes: Uint8Array.from(bytes) }
  })
  const target = files.find(({ path }) => path.startsWith("log/tile/entries/"))
  const text = Buffer.from(target?.bytes ?? new Uint8Array())
  const at = text.indexOf('"nullifier":"') + '"nullifier":"'.length + 60
  if (target === undefined || at < 60) throw new Error("no ballot in the bundle")
  target.bytes[at] = target.bytes[at] === 0x31 ? 0x32 : 0x31
  const { electionId } = JSON.parse(
    Buffer.from(files.find(({ path }) => path === "result.json")?.bytes ?? []).toString(),
  ) as {
    electionId: Parameters<typeof encodeBundleZip>[0]
  }
  const kept = files.filter(({ path }) => path !== "manifest.json")
  return encodeBundleZip(electionId, kept, (bytes) => new Uint8Array(deflateRawSync(bytes)))
}

async function untilClosed(reader: ElectionReader): Promise<ElectionReading> {
  for (;;) {
    const reading = await reader.read()
    if (reading.log.close !== null) return reading
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function openBallotProver(): Promise<Prover> {
  const artifacts = await loadCircuit("ballot8", { cache: process.env["SOTTO_CACHE"] })
  return openProver(new Map([["ballot8", artifacts]]), { threads: 2, bound: 64, timeoutMs: 600_000 })
}
