// `sotto cosign`: a small process for an auditor, an association, a union, never for the log's own operator alone. It signs
// what extends what it signed before, and never reads an entry.
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { openCosignerStore } from "../ledger/storage/cosigner-store.ts"
import { cosignerListener } from "../parties/cosigner/routes.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { encodeBase64 } from "../protocol/primitives/bytes.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import {
  encodeSigningKey,
  encodeVerifierKey,
  isKeyName,
  makeSigningKey,
} from "../protocol/primitives/note-key.ts"
import type { VerifierKey } from "../protocol/primitives/note-key.ts"
import { Drain } from "../service/http/drain.ts"
import { listen } from "../service/server.ts"
import { StartRefusal } from "../service/start-refusal.ts"
import { openClock } from "./clock.ts"
import { readCosignerConfig, readCosignerKey } from "./cosigner-config.ts"
import { CliError, EXIT } from "./exit.ts"
import { exists } from "./files.ts"
import { print, tell } from "./output.ts"
import { readPolicyText } from "./policy-file.ts"
import { random } from "./service-state.ts"

/** The `cosign` verb. */
export function cosignCommand(): Command {
  const command = new Command("cosign")
    .description("run a cosigner (settings: SOTTO_COSIGNER_*, see the README); SIGTERM drains it")
    .action(cosign)
  command
    .command("init")
    .description("draw the cosigner's key and print its line for everybody's policy file")
    .requiredOption("--name <name>", "without spaces, such as cosign.auditor.example; it is signed for ever")
    .option("--url <prefix>", "where log operators will reach it, such as https://cosign.auditor.example")
    .action(init)
  command
    .command("evidence")
    .description("print pairs of heads of one size that a log signed: proof that it shows two histories")
    .action(evidence)
  return command
}

async function init({ name, url }: { readonly name: string; readonly url?: string }): Promise<void> {
  const { keyFile } = readCosignerConfig()
  if (!isKeyName(name)) throw new CliError("option-invalid", "the name has a space or a plus sign")
  if (await exists(keyFile))
    throw new CliError("file-exists", `${keyFile} exists: one key, one name, for ever`)
  const key = makeSigningKey(name, random(32), 0x04)
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 })
  const text = new TextEncoder().encode(`${encodeSigningKey(key)}\n`)
  await writeFileDurably(keyFile, text, { mode: 0o600 })
  const vkey = encodeVerifierKey(key)
  print({
    name,
    key: vkey,
    policyLine: ["witness", name, vkey, ...(url === undefined ? [] : [url])].join(" "),
  })
}

async function evidence(): Promise<void> {
  const { databaseFile } = readCosignerConfig()
  if (!(await exists(databaseFile))) throw new CliError("file-missing", `no cosigner ran on ${databaseFile}`)
  const store = await openCosignerStore(databaseFile, { readonly: true })
  try {
    const found = await store.listEvidence()
    print(found.map((one) => ({ ...one, checkpoints: one.checkpoints.map(encodeBase64) })))
  } finally {
    await store.close()
  }
}

async function cosign(): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error
    tell(`sotto cosign: ${error.code}: ${error.message}`)
    process.exitCode = EXIT.startRefused
  }
}

async function run(): Promise<void> {
  const config = readCosignerConfig()
  const key = readCosignerKey(config.keyFile)
  const logs = await readLogs(config.policyFile)
  if (logs.length === 0) throw new StartRefusal("R14", "the policy names no log to watch")
  await mkdir(dirname(config.databaseFile), { recursive: true, mode: 0o700 })
  const store = await openCosignerStore(config.databaseFile)
  try {
    const drain = new Drain()
    const answer = cosignerListener({
      ...{ store, key, logs, now: openClock() },
      onEvidence: ({ origin, size }) => {
        tell(`TWO HISTORIES: ${origin} signed two heads of size ${size}; see sotto cosign evidence`)
      },
    })
    const server = await listen(
      (request, response) => {
        response.once("close", drain.enter())
        answer(request, response)
      },
      config,
      drain,
    )
    tell(`listening on ${server.url} as ${key.name} for ${logs.map(({ name }) => name).join(", ")}`)
    await untilStopped()
    drain.begin()
    const isClean = await server.stop(config.drainSeconds * 1000)
    process.exitCode = isClean ? EXIT.ok : EXIT.refused
  } finally {
    await store.close()
  }
}

/** The logs to watch. @throws StartRefusal `R14` */
async function readLogs(file: string): Promise<readonly VerifierKey[]> {
  const text = await readPolicyText(file)
  try {
    return parsePolicy(text).logs
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new StartRefusal("R14", cause.message, { cause })
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve())
  })
}
