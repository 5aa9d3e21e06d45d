import {
  abortCeremony,
  openElection as signOpening,
  voidElection,
} from "../parties/organizer/control-election.ts"
import { assembleExtension } from "../parties/organizer/extend-election.ts"
import { parseEntry } from "../protocol/log/entry.ts"
import type { ElectionEntry } from "../protocol/log/entry.ts"
import { canonicalBytes, parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { handIn, openElection, readKey } from "./election-options.ts"
import type { KeyOptions, ReadOptions } from "./election-options.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { print } from "./output.ts"

type ActOptions = ReadOptions & KeyOptions & { readonly apiKeyFile: string }

/** Opens the election. */
export async function openVerb(options: ActOptions): Promise<void> {
  const { client, reader } = await openElection(options, options.apiKeyFile)
  const { log } = await reader.read()
  const entry = signOpening(log, await readKey(options.key))
  await client.write("POST", "/v1/elections", canonicalBytes({ entry: entry as unknown as Json }))
  print({ electionId: log.electionId, opensAt: log.opensAt, closesAt: log.closesAt })
}

/** Voids it. */
export async function voidVerb(options: ActOptions & { readonly reason: string }): Promise<void> {
  const { client, reader } = await openElection(options, options.apiKeyFile)
  const { log } = await reader.read()
  await handIn(client, voidElection(log, options.reason, await readKey(options.key)))
  print({ electionId: log.electionId, phase: "void" })
}

/** Gives up its ceremony. */
export async function abortVerb(options: ActOptions & { readonly silent?: string }): Promise<void> {
  const { client, reader } = await openElection(options, options.apiKeyFile)
  const { log } = await reader.read()
  const accused = options.silent === undefined ? null : Number(options.silent)
  if (accused !== null && !(Number.isInteger(accused) && accused >= 1 && accused <= log.n))
    throw new CliError("option-invalid", `--silent is a trustee's index, 1 to ${log.n}`)
  const entry = abortCeremony(log, accused, await readKey(options.key))
  await handIn(client, entry)
  const { reason, trustee } = entry.body
  print({ ceremonyId: log.ceremonyId, phase: "aborted", reason, trustee })
}

/** Publishes a later closing time. */
export async function extendVerb(options: ActOptions & { readonly with: readonly string[] }): Promise<void> {
  const { client, reader } = await openElection(options, options.apiKeyFile)
  const { log, entries } = await reader.read()
  const signed = await Promise.all(options.with.map(readExtension))
  const entry = assembleExtension(log, entries, signed, await readKey(options.key))
  await handIn(client, entry)
  print({ electionId: log.electionId, number: entry.body.number, closesAt: entry.body.closesAt })
}

async function readExtension(path: string): Promise<Extract<ElectionEntry, { kind: "extension" }>> {
  const value = parseStrictJson(await readInput(path), { maxBytes: 16_384, maxDepth: 5 })
  const entry = parseEntry(canonicalBytes(value))
  if (entry.kind !== "extension") throw new CliError("option-invalid", `${path} holds no extension`)
  return entry
}
