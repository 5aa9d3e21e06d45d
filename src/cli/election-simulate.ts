// `sotto election simulate`: a whole election out of a file of ballots, every party played through the code of its verb, and
// the tally held against the plain count. It can be stopped at any moment and goes on where it was.
import { createHash, randomBytes } from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { basename, join } from "node:path"
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { openForge } from "../proofs/ceremony/forge-proof.ts"
import type { Prove } from "../protocol/primitives/prove.ts"
import type { BallotCircuitId } from "../protocol/election/ballot-signals.ts"
import { composeBallot } from "../protocol/election/ballot-types.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { countPlainly, readBallotsFile } from "./ballots-file.ts"
import type { Electorate, FileBallotType } from "./ballots-file.ts"
import { loadCircuit, loadVerificationKey, locateCircuit } from "./circuit-artifacts.ts"
import { collectBundle } from "./election-bundle.ts"
import type { ElectionReader, ElectionReading } from "./election-log-source.ts"
import { CliError, EXIT } from "./exit.ts"
import { exists, readInput } from "./files.ts"
import { print, tell } from "./output.ts"
import { random } from "./service-state.ts"
import { ceremonyReader, defineAndOpen, gatherParties, sitTrustees, tally } from "./simulated-parties.ts"
import type { Parties } from "./simulated-parties.ts"
import { startSimulatedService } from "./simulated-service.ts"
import { castVotes, enrolVoters } from "./simulated-voters.ts"
import { openCommandProver } from "./prover.ts"

/** Nobody waits before a screen: a machine that is busy for a while must not end a run of hours. */
const PROOF_TIMEOUT_MS = 600_000

interface Options {
  readonly ballots: string
  readonly dir: string
  readonly type?: FileBallotType
  readonly threads: string
  readonly proved?: string
  readonly json?: true
}

/** The `simulate` verb. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("run a whole election from a file of ballots and compare the tally with the plain count")
    .requiredOption("--ballots <file>", "one voter a line, options by commas; or PrefLib .cat, .soi, .soc")
    .option("--dir <dir>", "where everything is kept; an interrupted run goes on there", "simulated-election")
    .option("--type <type>", "single-choice, approval, borda or pairwise; guessed from the file otherwise")
    .option("--threads <n>", "proofs made at a time", String(availableParallelism()))
    .option(
      "--proved <n>",
      "prove the first n ballots only and FORGE the others under the development keys: for the size of logs and audits, not of proving",
    )
    .option("--json", "print one JSON object at the end")
    .action((options: Options) => simulate(options))
}

async function simulate(options: Options): Promise<void> {
  const type = options.type ?? null
  if (type !== null && !["single-choice", "approval", "borda", "pairwise"].includes(type))
    throw new CliError("option-invalid", "--type wants single-choice, approval, borda or pairwise")
  const threads = wholeNumber(options.threads, "--threads")
  const text = new TextDecoder().decode(await readInput(options.ballots))
  const electorate = readBallotsFile(text, basename(options.ballots), type)
  if (electorate.votes.length < 10)
    throw new CliError("option-invalid", "an election hides nobody among fewer than 10")
  const { seed, startedAt } = await openFolder(options.dir, text)
  const service = await startSimulatedService(join(options.dir, "service"))
  try {
    const parties = gatherParties(options.dir, seed, service)
    const proved =
      options.proved === undefined ? electorate.votes.length : wholeNumber(options.proved, "--proved")
    report(await run(parties, electorate, { seed, startedAt, threads, proved }), options)
  } finally {
    await service.stop()
  }
}

interface Run {
  readonly seed: Uint8Array
  readonly startedAt: number
  readonly threads: number
  readonly proved: number
}

async function run(parties: Parties, electorate: Electorate, { seed, startedAt, threads, proved }: Run) {
  const voters = electorate.votes.length
  const { circuitId } = composeBallot(electorate.ballot)
  tell(`${voters} voters, ${electorate.ballot.type}, circuit ${circuitId}`)
  const reader = await ceremonyReader(parties, seed, electorate)
  let reading = await sitTrustees(parties, seed, reader, false)
  tell("key ceremony: done; census: enrolling")
  const censusId = await enrolVoters(parties, seed, voters, startedAt)
  while (reading.log.phase === "ceremony" || reading.log.phase === "defined") {
    await defineAndOpen(parties, reading, electorate, censusId)
    reading = await sitTrustees(parties, seed, reader, false)
  }
  const casting = await vote(
    parties,
    reader,
    reading,
    electorate,
    { seed, startedAt, threads, proved },
    circuitId,
  )
  await parties.service.clock.jumpTo((await reader.read()).log.closesAt + 31)
  await untilClosed(reader)
  // The service verified every proof before it took a ballot; the audit of the bundle does so again.
  reading = await sitTrustees(parties, seed, reader, true)
  const started = performance.now()
  const { result } = await tally(parties, reading)
  const recoverSeconds = seconds(started)
  const bundle = join(parties.folder, "bundle.zip")
  const policy = parsePolicy(parties.service.policy)
  await writeFileDurably(bundle, await collectBundle(parties.client, policy, await reader.read()))
  await writeFileDurably(join(parties.folder, "policy"), new TextEncoder().encode(parties.service.policy))
  const choices = reading.log.definition.choices.map(({ id }) => id)
  const labels = reading.log.definition.choices.map(({ label }) => label)
  const expected = countPlainly(electorate, choices)
  return {
    electionId: reading.log.electionId,
    voters,
    blanks: electorate.blanks,
    choices: labels,
    tally: result.counts,
    expected,
    agree: result.counts.join() === expected.join(),
    proved: Math.min(proved, voters),
    forged: Math.max(0, voters - proved),
    ...casting,
    recoverSeconds,
    bundle,
  }
}

/** Casts what is not in the log yet, with the rate at which it went. */
async function vote(
  parties: Parties,
  reader: ElectionReader,
  reading: ElectionReading,
  electorate: Electorate,
  { seed, threads, proved }: Run,
  circuit: BallotCircuitId,
) {
  if (reading.log.phase !== "open") return { cast: 0, castSeconds: 0, ballotsPerSecond: 0 }
  await parties.service.clock.jumpTo(reading.log.opensAt)
  const places = { cache: process.env["SOTTO_CACHE"] }
  const artifacts = await loadCircuit(circuit, places)
  const prover = await openCommandProver(new Map([[circuit, artifacts]]), {
    threads,
    bound: 2 * threads + 2,
    timeoutMs: PROOF_TIMEOUT_MS,
  })
  const forged = proved < electorate.votes.length ? await openForged(circuit) : null
  const started = performance.now()
  let told = started
  try {
    const prove = (v: number): Prove => (v < proved || forged === null ? prover.prove : forged)
    const cast = await castVotes(parties, reading, seed, electorate, prove, threads + 1, (done, of) => {
      if (done < of && performance.now() - told < 10_000) return
      told = performance.now()
      tell(`ballots: ${done} of ${of}, ${((told - started) / 1000).toFixed(0)} s`)
    })
    const castSeconds = seconds(started)
    return {
      cast,
      castSeconds,
      ballotsPerSecond: castSeconds === 0 ? 0 : Number((cast / castSeconds).toFixed(2)),
    }
  } finally {
    await prover.close()
    await reader.read()
  }
}

/** Proofs of nothing, as anybody can make them under development keys. */
async function openForged(circuit: BallotCircuitId): Promise<Prove> {
  const places = { cache: process.env["SOTTO_CACHE"] }
  const { paths } = await locateCircuit(circuit, places)
  const { key } = await loadVerificationKey(circuit, places)
  const forge = await openForge(circuit, await readFile(paths.r1cs), key.json, random)
  return (_circuit, _input, expected) => {
    const [proof] = forge([expected])
    return proof === undefined
      ? Promise.reject(new RangeError("no proof was forged"))
      : Promise.resolve(proof)
  }
}

async function untilClosed(reader: ElectionReader): Promise<ElectionReading> {
  for (;;) {
    const reading = await reader.read()
    if (reading.log.close !== null) return reading
    await new Promise((resolve) => setTimeout(resolve, 200)) // the service looks at its clock once a second
  }
}

/** The folder of a run: its seed, when it began, and the file it is of, which must stay the same. */
async function openFolder(
  dir: string,
  ballots: string,
): Promise<{ readonly seed: Uint8Array; readonly startedAt: number }> {
  const file = join(dir, "run.json")
  const ballotsSha256 = createHash("sha256").update(ballots).digest("hex")
  if (!(await exists(file))) {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const fresh = {
      seed: randomBytes(32).toString("hex"),
      startedAt: Math.floor(Date.now() / 1000),
      ballotsSha256,
    }
    await writeFileDurably(file, new TextEncoder().encode(JSON.stringify(fresh)), { mode: 0o600 })
  }
  const known = JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, unknown>>
  if (known["ballotsSha256"] !== ballotsSha256)
    throw new CliError("option-invalid", `${dir} holds a run of another file of ballots`)
  return {
    seed: Uint8Array.from(Buffer.from(String(known["seed"]), "hex")),
    startedAt: Number(known["startedAt"]),
  }
}

function report(outcome: Awaited<ReturnType<typeof run>>, { json, dir }: Options): void {
  if (json === true) print(outcome)
  else {
    for (const [i, label] of outcome.choices.entries())
      say(`${label}: ${outcome.tally[i] ?? 0} (plain count ${outcome.expected[i] ?? 0})`)
    say(
      `${outcome.agree ? "the tally is the plain count" : "THE TALLY DIFFERS"}; ` +
        `${outcome.cast} ballots cast in ${outcome.castSeconds} s, ${outcome.ballotsPerSecond} a second ` +
        `(${outcome.proved} proved, ${outcome.forged} forged under development keys)\n` +
        `next: sotto audit ${outcome.bundle} --policy ${join(dir, "policy")} --allow-dev-keys`,
    )
  }
  if (!outcome.agree) process.exitCode = EXIT.refused
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function wholeNumber(text: string, option: string): number {
  if (!/^(?:0|[1-9][0-9]{0,6})$/.test(text))
    throw new CliError("option-invalid", `${option} wants a whole number`)
  return Number(text)
}

const seconds = (started: number): number => Number(((performance.now() - started) / 1000).toFixed(1))
