import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { computeTally, publishTally } from "../parties/organizer/publish-tally.ts"
import { describeResult } from "../protocol/election/describe-result.ts"
import { encodeBundle, resourcePath, TILE_WIDTH } from "../protocol/log/tile.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { handIn, openElection, readKey } from "./election-options.ts"
import type { KeyOptions, ReadOptions } from "./election-options.ts"
import { CliError } from "./exit.ts"
import { print, tell } from "./output.ts"

const POLL_MS = 2000

/** Where an election stands. */
export async function showVerb(options: ReadOptions): Promise<void> {
  const { reader } = await openElection(options)
  const reading = await reader.read()
  const facts = factsOf(reading)
  if (options.json === true) {
    print(facts)
    return
  }
  const { log } = reading
  tell(`${log.ceremony.title}: ${log.phase}, ${log.size} entries`)
  if (log.tally !== null) for (const line of resultWords(reading)) tell(line)
  print(facts)
}

/** Publishes the result. */
export async function tallyVerb(
  options: ReadOptions & KeyOptions & { readonly apiKeyFile: string; readonly wait: string },
): Promise<void> {
  const { client, reader } = await openElection(options, options.apiKeyFile)
  const key = await readKey(options.key)
  const reading = await sharesWithin(options, () => reader.read())
  const { log } = reading
  let told = 0
  const computed = computeTally(log, (compared, most) => {
    const percent = Math.floor((100 * compared) / most)
    if (percent >= told + 10) tell(`counting: ${(told = percent)} % of the longest search`)
  })
  if (log.phase === "closed") await handIn(client, publishTally(computed, key))
  if (options.json !== true) for (const line of resultWords(await reader.read())) tell(line)
  print(computed.result)
}

/** Copies the log, entries and head: enough to hold a service to its word. */
export async function mirrorVerb(options: ReadOptions & { readonly out: string }): Promise<void> {
  const { reader } = await openElection(options)
  const { bytes, head } = await reader.read()
  const write = async (path: string, content: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(options.out, path)), { recursive: true })
    await writeFileDurably(join(options.out, path), content)
  }
  for (let n = 0; n * TILE_WIDTH < head.size; n++) {
    const entries = bytes.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH)
    await write(resourcePath({ kind: "entries", n, width: entries.length }), encodeBundle(entries))
  }
  await write("checkpoint", head.bytes) // last: whoever reads the folder never sees a head without its entries
  print({ origin: head.origin, size: head.size, folder: options.out })
}

async function sharesWithin(
  options: ReadOptions & { readonly wait: string },
  read: () => Promise<ElectionReading>,
): Promise<ElectionReading> {
  const seconds = Number(options.wait)
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new CliError("option-invalid", "--wait is a number of seconds")
  const until = Date.now() + seconds * 1000
  for (;;) {
    const reading = await read()
    const { log, invalidShares } = reading
    const isReady = log.phase === "tallied" || (log.phase === "closed" && hasShares(reading))
    if (isReady || Date.now() >= until) return reading
    const shown = log.phase === "closed" ? log.shares.length - invalidShares.length : 0
    tell(`${log.phase}: ${shown} of ${log.t} shares; waiting`)
    await sleep(POLL_MS)
  }
}

const hasShares = ({ log, invalidShares }: ElectionReading): boolean =>
  log.shares.length - invalidShares.length >= log.t

function factsOf({ log, invalidShares }: ElectionReading) {
  const facts = {
    ceremonyId: log.ceremonyId,
    phase: log.phase,
    size: log.size,
    threshold: { t: log.t, n: log.n },
  }
  if (log.phase === "ceremony" || log.phase === "aborted") return facts
  return {
    ...facts,
    electionId: log.electionId,
    title: log.definition.title,
    opensAt: log.opensAt,
    closesAt: log.closesAt,
    ...(log.close === null
      ? {}
      : { ballots: log.counts, closeHash: log.closeHash, shares: log.shares.length }),
    ...(invalidShares.length === 0 ? {} : { invalidShares }),
    ...(log.tally === null ? {} : { counts: log.tally.counts, trustees: log.tally.trustees }),
  }
}

function resultWords({ log }: ElectionReading): readonly string[] {
  const { definition, counts, tally } = log
  if (tally === null) return []
  const totals = tally.counts.map((count, at) => `  ${definition.choices[at]?.label ?? ""}: ${count}`)
  const { kind } = describeResult(definition, { counts: tally.counts, counted: counts.counted })
  const words = `${counts.counted} ballots counted, ${counts.superseded} superseded, ${counts.challenged} challenged`
  return [`${definition.title} (${kind}): ${words}`, ...totals]
}
