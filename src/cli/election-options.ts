// What the verbs of elections share: which service, whose policy, which election, and how entries are handed in.
import { randomBytes } from "node:crypto"
import type { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import type { ElectionEntry } from "../protocol/log/entry.ts"
import { encodeEntry } from "../protocol/log/entry.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import {
  encodeSigningKey,
  encodeVerifierKey,
  makeSigningKey,
  parseSigningKey,
} from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import type { RandomBytes } from "../protocol/primitives/scalar.ts"
import { loadBallotDigests } from "./ballot-digests.ts"
import { openElectionReader } from "./election-log-source.ts"
import type { ElectionReader } from "./election-log-source.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError } from "./exit.ts"
import { exists, readSecretText } from "./files.ts"
import { print } from "./output.ts"
import { readPolicyText } from "./policy-file.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"

/** The operating system's. */
export const random: RandomBytes = (length) => new Uint8Array(randomBytes(length))

/** Of a verb that reads an election. */
export interface ReadOptions {
  readonly service: string
  readonly policy: string
  readonly election: string
  readonly allowDevKeys?: true
  readonly json?: true
}

/** Of a verb that signs with a key file. */
export interface KeyOptions {
  readonly key: string
}

/** A verb that reads an election of a service. */
export function reading(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption("--service <origin>", "the service that runs the election, https://…")
    .requiredOption("--policy <file>", "your own policy or trust file: which log you believe")
    .requiredOption("--election <id>", "the election's id, or its ceremony's")
    .option("--allow-dev-keys", "take part in a rehearsal: under development keys anyone can forge ballots")
    .option("--json", "print JSON for scripts instead of words")
}

/** A service with the election that the options name. */
export interface OpenedElection {
  readonly client: ServiceClient
  readonly policy: Policy
  readonly reader: ElectionReader
}

/** Opens the election that the options name. @throws CliError */
export async function openElection(options: ReadOptions, apiKeyFile?: string): Promise<OpenedElection> {
  const client = openServiceClient(
    options.service,
    apiKeyFile === undefined ? undefined : await readSecretText(apiKeyFile),
  )
  const policy = await readPolicyFile(options.policy)
  const place = await openServicePlace(client, options.election)
  return { client, policy, reader: openElectionReader(place, await rulesOf(options, policy)) }
}

/** What an election is read with, whatever place it is read from. */
export async function rulesOf({ election, allowDevKeys }: ReadOptions, policy: Policy) {
  const circuits = await loadBallotDigests()
  return { policy, election, circuits, allowDevelopmentKeys: allowDevKeys === true }
}

/** The policy in a file. @throws CliError `option-invalid`, `file-missing` */
async function readPolicyFile(path: string): Promise<Policy> {
  const text = await readPolicyText(path)
  try {
    return parsePolicy(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new CliError("option-invalid", `${path} is no policy: ${cause.message}`, { cause })
  }
}

/** A signing key out of a private file. @throws CliError `file-missing`, `file-not-private`, `option-invalid` */
export async function readKey(path: string): Promise<SigningKey> {
  const text = await readSecretText(path)
  try {
    return parseSigningKey(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new CliError("option-invalid", `${path} holds no signing key`, { cause })
  }
}

/** Draws a signing key into a private file and prints its public half. @throws CliError `file-exists`, `option-invalid` */
export async function drawKey(options: { readonly name: string; readonly out: string }): Promise<void> {
  if (await exists(options.out)) throw new CliError("file-exists", `${options.out} exists already`)
  const key = makeKey(options.name)
  await writeFileDurably(options.out, `${encodeSigningKey(key)}\n`, { mode: 0o600 })
  print({ name: options.name, key: encodeVerifierKey(key) })
}

/** A fresh signing key. @throws CliError `option-invalid` for a name with spaces or a plus sign */
export function makeKey(name: string): SigningKey {
  try {
    return makeSigningKey(name, random(32))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CliError("option-invalid", "a key's name has no spaces and no plus sign", { cause })
  }
}

/** Where an entry is handed in. */
const ROUTES: Partial<Record<ElectionEntry["kind"], string>> = {
  ceremony: "/v1/key-ceremonies",
  "decryption-share": "/v1/decryption-shares",
  tally: "/v1/tallies",
}

/** Hands in a signed entry; its canonical bytes are the body. @throws CliError `service-refused` with the service's code */
export function handIn(client: ServiceClient, entry: ElectionEntry): Promise<unknown> {
  return handInBytes(client, entry.kind, encodeEntry(entry))
}

/** Hands in the canonical bytes of a signed entry. @throws as `handIn` */
export function handInBytes(
  client: ServiceClient,
  kind: ElectionEntry["kind"],
  bytes: Uint8Array,
): Promise<unknown> {
  return client.write("POST", ROUTES[kind] ?? "/v1/election-entries", bytes)
}
