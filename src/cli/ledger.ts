// `sotto ledger`: the operator's acts on the append-only log, and the checks that anybody can run on a copy of it.
import { mkdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Command } from "commander"
import { openCosigners } from "../ledger/log/cosigner-client.ts"
import { compareHead } from "../ledger/log/cosigner-evidence.ts"
import { exportLog } from "../ledger/log/export.ts"
import { fsckCopy, fsckDatabase, fsckPublic } from "../ledger/log/fsck.ts"
import type { PublicReader } from "../ledger/log/fsck.ts"
import type { Finding } from "../ledger/log/fsck-tree.ts"
import { adoptLedger, inspectForAdoption } from "../ledger/log/init-ledger.ts"
import type { SignedHead } from "../ledger/log/ledger.ts"
import type { LedgerParts } from "../ledger/log/open-ledger.ts"
import { NO_COSIGNERS, Publisher } from "../ledger/log/publisher.ts"
import { readGuardFile } from "../ledger/log/rollback-guard.ts"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import type { Stores } from "../ledger/storage/open-stores.ts"
import { keysUnder } from "../parties/verifier/audit-steps/notes.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { makeSigningKey } from "../protocol/primitives/note-key.ts"
import { readConfig } from "../service/config.ts"
import type { ServiceConfig } from "../service/config.ts"
import { openClock } from "./clock.ts"
import { CliError, EXIT } from "./exit.ts"
import { print, tell } from "./output.ts"
import { readPolicyText } from "./policy-file.ts"
import {
  initService,
  ledgerParts,
  openStorage,
  readServiceKeys,
  readServicePolicy,
  trustOf,
} from "./service-state.ts"
import type { ServiceKeys } from "./service-state.ts"

interface FsckOptions {
  readonly origin?: string
  readonly dir?: string
  readonly url?: string
  readonly policy?: string
  readonly json?: true
}

/** The `ledger` verb. */
export function ledgerCommand(): Command {
  const command = new Command("ledger").description("initialise, check, export the append-only log")
  command
    .command("init")
    .description(
      "draw missing keys, make the database, write entry 0 and the rollback guard (settings: SOTTO_*)",
    )
    .option("--registry <id...>", "ids of the registries that this service publishes", ["health"])
    .action(async ({ registry }: { readonly registry: readonly string[] }) => {
      print(trustOf(await initService(readConfig(), registry)))
    })
  command
    .command("trust")
    .description("print the trust file for wallets and insurers: log, quorum, registry keys, smallest crowd")
    .option("--k <operators>", "fewest distinct operators a wallet accepts behind a request", "5")
    .action(trust)
  command
    .command("fsck")
    .description("check every log and change nothing; exit 0 clean, 1 findings, 2 could not run")
    .option("--origin <origin>", "check one log: the main log's origin or an election's")
    .option("--dir <dir>", "check an exported copy instead of the database (with --policy), or against it")
    .option("--url <prefix>", "check what a service serves, such as https://host/ledger (with --policy)")
    .option("--policy <file>", "policy or trust file with the log's key: needs no database")
    .option("--json", "print the findings as JSON")
    .action(fsck)
  command
    .command("export")
    .description("write a log as static files in the C2SP layout; incremental")
    .argument("<dir>", "directory to write to")
    .option("--origin <origin>", "an election's log instead of the main log")
    .action(exportTo)
  command
    .command("adopt")
    .description(
      "vouch for a restored database after a full check: the rollback guard then remembers its head",
    )
    .option("--origin <origin>", "an election's log instead of the main log")
    .option("--size <entries>", "the size that the report shows, typed by whoever looked at it")
    .action(adopt)
  return command
}

async function trust({ k }: { readonly k: string }): Promise<void> {
  const config = readConfig()
  const policy = config.policyFile === null ? null : await readPolicyText(config.policyFile)
  print(trustOf(readServiceKeys(config), Number(k), policy))
}

async function fsck(options: FsckOptions): Promise<void> {
  const logs = options.policy === undefined ? await fsckOwn(options) : [await fsckForeign(options)]
  const findings = logs.flatMap(({ origin, findings: ofLog }) => ofLog.map((one) => ({ origin, ...one })))
  if (options.json === true) print(findings)
  else
    for (const { origin, check, object, expected, found } of findings) {
      print(`${origin} ${check} ${object}: expected ${expected}, found ${found}`)
    }
  tell(findings.length === 0 ? "clean" : `${findings.length} findings`)
  process.exitCode = findings.length === 0 ? EXIT.ok : EXIT.refused
}

/** What fsck says of one log. */
interface CheckedLog {
  readonly origin: string
  readonly findings: readonly Finding[]
}

async function fsckOwn({ origin, dir }: FsckOptions): Promise<readonly CheckedLog[]> {
  const config = readConfig()
  const keys = readServiceKeys(config)
  const storage = await openStorage(config, { readonly: true })
  try {
    if (dir !== undefined) {
      const parts = logParts(config, keys, storage, origin)
      const { found } = await inspectForAdoption(parts)
      return [{ origin: parts.origin, findings: await fsckCopy(parts, found, directoryReader(dir)) }]
    }
    const cosigners = ((await readServicePolicy(config))?.cosigners ?? []).map((one) => one.key)
    const written = (await storage.ledger.listLogs()).filter(({ size }) => size > 0)
    const checked: CheckedLog[] = []
    for (const of of origin === undefined ? written.map((row) => row.origin) : [origin]) {
      const parts = logParts(config, keys, storage, of)
      const guardNote = await readGuardFile(config.stateDirectory, of)
      checked.push({ origin: of, findings: await fsckDatabase({ ...parts, guardNote, cosigners }) })
    }
    return checked
  } finally {
    await storage.close()
  }
}

/** One of the service's logs with its own key: one seed, its origin as name. */
function logParts(
  config: ServiceConfig,
  keys: ServiceKeys,
  storage: Stores,
  origin: string = config.ledgerOrigin,
): LedgerParts {
  return { ...ledgerParts(config, keys, storage), origin, key: makeSigningKey(origin, keys.log.seed) }
}

async function fsckForeign({ policy = "", origin, dir, url }: FsckOptions): Promise<CheckedLog> {
  const trusted = parsePolicy(await readPolicyText(policy))
  // The logs of a service have one key, each under its own name: its main log's line is enough for an election's.
  const [key, ...others] = origin === undefined ? trusted.logs : keysUnder(trusted, origin)
  if (key === undefined || others.length > 0)
    throw new CliError(
      "option-invalid",
      "the policy must name one log, of the host of --origin if it is given",
    )
  const read = dir !== undefined ? directoryReader(dir) : url !== undefined ? urlReader(url) : null
  if (read === null) throw new CliError("option-invalid", "give --dir or --url with --policy")
  return { origin: key.name, findings: await fsckPublic(read, { origin: key.name, key }) }
}

async function exportTo(dir: string, { origin }: { readonly origin?: string }): Promise<void> {
  const config = readConfig()
  const keys = readServiceKeys(config)
  const storage = await openStorage(config, { readonly: true })
  try {
    const parts = logParts(config, keys, storage, origin)
    const { found } = await inspectForAdoption(parts)
    const logId = (await storage.ledger.findLog(found.origin))?.id ?? 0
    const proven = { logId, origin: found.origin, key: parts.key }
    // With what its cosigners have said of it so far: whoever reads the copy holds it against a policy of their own.
    const head: SignedHead = await new Publisher(storage.ledger, NO_COSIGNERS).cosigned(proven, found)
    const files = await exportLog(storage.ledger, head, {
      read: directoryReader(dir),
      write: async (path, bytes) => {
        await mkdir(dirname(join(dir, path)), { recursive: true })
        await writeFileDurably(join(dir, path), bytes)
      },
    })
    print({ origin: head.origin, size: head.size, filesWritten: files, dir })
  } finally {
    await storage.close()
  }
}

async function adopt({ origin, size }: { readonly origin?: string; readonly size?: string }): Promise<void> {
  const config = readConfig()
  const storage = await openStorage(config)
  try {
    const parts = logParts(config, readServiceKeys(config), storage, origin)
    if (size === undefined) {
      const { found, remembered, findings } = await inspectForAdoption(parts)
      print({
        database: found.size,
        guard: remembered,
        cosigners: await askCosigners(config, parts),
        findings,
      })
      tell("nothing was changed; if a restored backup explains the difference, repeat with --size")
      return
    }
    print({ adopted: await adoptLedger(parts, Number(size)) })
  } finally {
    await storage.close()
  }
}

/** What each cosigner's newest head says of this database, by name: the memory that no backup takes back. */
async function askCosigners(
  config: ServiceConfig,
  { store, origin, key }: LedgerParts,
): Promise<Readonly<Record<string, string>>> {
  const policy = await readServicePolicy(config)
  const asked = (policy === null ? [] : openCosigners(policy, openClock())).map(
    async (one) => [one.key.name, await compareHead(store, key, await one.monitor(origin))] as const,
  )
  return Object.fromEntries(await Promise.all(asked))
}

function directoryReader(dir: string): PublicReader {
  return async (path) => {
    try {
      return new Uint8Array(await readFile(join(dir, path)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
      throw error
    }
  }
}

function urlReader(prefix: string): PublicReader {
  return async (path) => {
    const response = await fetch(`${prefix.replace(/\/$/, "")}/${path}`, { redirect: "error" })
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null
  }
}
