import { beginCeremony } from "../parties/organizer/begin-ceremony.ts"
import { defineElection } from "../parties/organizer/define-election.ts"
import { isMainEntry, parseEntry } from "../protocol/log/entry.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parseDefinition } from "../protocol/wire/election-definition.ts"
import { readBallotDescription } from "./ballot-description.ts"
import { readDescription } from "./description-file.ts"
import { readCensus } from "./election-census.ts"
import { openElection, random, readKey, handIn, rulesOf } from "./election-options.ts"
import type { KeyOptions, ReadOptions } from "./election-options.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError } from "./exit.ts"
import { readSecretText } from "./files.ts"
import { fingerprintOf } from "./fingerprint.ts"
import { print, tell } from "./output.ts"
import { openServiceClient } from "./service-client.ts"

interface BeginOptions extends KeyOptions {
  readonly service: string
  readonly apiKeyFile: string
  readonly json?: true
}

/** Begins a ceremony. */
export async function beginVerb(file: string, options: BeginOptions): Promise<void> {
  const described = await readDescription(file)
  const description = described.done({
    title: described.text("title"),
    organizer: described.text("organizer"),
    circuit: described.word("circuit", ["ballot8", "ballot16"], "ballot8"),
    threshold: described.number("threshold"),
    trustees: described
      .list("trustees")
      .map((one) => one.done({ name: one.text("name"), key: one.text("key") })),
    policy: described.text("policy", "quorum none\n"),
    stepTimeoutSeconds: described.number("stepTimeoutSeconds", 86_400),
  })
  const { entry, facts, isThresholdLow } = beginCeremony(description, await readKey(options.key), random)
  const client = openServiceClient(options.service, await readSecretText(options.apiKeyFile))
  const signed = parseEntry(canonicalBytes(entry as unknown as Json))
  if (isMainEntry(signed)) throw new RangeError("a ceremony is of an election's log")
  await handIn(client, signed)
  const { ceremonyId, t, n } = facts
  if (isThresholdLow) tell(`warning: ${t} of ${n} can open votes; more than half is safer`)
  if (options.json === true) {
    print({ ceremonyId, threshold: { t, n } })
    return
  }
  tell(`The ceremony ${ceremonyId} has begun: ${t} of ${n} trustees will open the result.`)
  tell("Read these fingerprints aloud; each trustee must hear its own and everybody else's:")
  for (const { name, key } of description.trustees) tell(`  ${name}  ${fingerprintOf(key)}`)
  print({ ceremonyId })
}

interface DefineOptions extends ReadOptions, KeyOptions {
  readonly apiKeyFile: string
  readonly census: string
}

/** Defines an election. */
export async function defineVerb(file: string, options: DefineOptions): Promise<void> {
  const described = await readDescription(file)
  const description = described.done({
    kind: described.word("kind", ["election", "survey"], "election"),
    title: described.text("title"),
    description: described.text("description"),
    locale: described.text("locale", "en"),
    opensAtUnixSeconds: described.time("opensAt"),
    closesAtUnixSeconds: described.time("closesAt"),
    batchWindowSeconds: described.number("batchWindowSeconds", 10),
    revote: described.flag("revote", true),
    minAnonymity: described.number("minAnonymity", 10),
    ballot: readBallotDescription(described.object("ballot")),
  })
  const { client, policy, reader } = await openElection(options, options.apiKeyFile)
  const { log, logKey, head } = await reader.read()
  const place = await openServicePlace(client, options.election)
  const files = await place.census(options.census)
  if (files === null) throw new CliError("service-refused", `${client.origin} has no such frozen census`)
  const { frozen } = readCensus(files, options.census)
  const { circuits, allowDevelopmentKeys } = await rulesOf(options, policy)
  const logDescription = { origin: head.origin, vkey: logKey }
  const sources = { log, logDescription, census: frozen, circuits, allowDevelopmentKeys }
  const { entry, definition, electionId } = defineElection(description, sources, await readKey(options.key))
  parseDefinition(canonicalBytes(definition)) // labels and lengths: what nobody could read is not handed in
  const body = canonicalBytes({ entry: entry as unknown as Json, definition })
  await client.write("POST", "/v1/elections", body)
  if (options.json !== true)
    tell(`Defined. Tell voters this id by another way than the service: ${electionId}`)
  print({ electionId, ceremonyId: definition.ceremonyId, choices: definition.choices })
}
