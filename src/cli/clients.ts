// `sotto clients`: API keys. Run by the operator on the database; there is no administrative HTTP route.
import { Command, Option } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { openLedger } from "../ledger/log/open-ledger.ts"
import type { Stores } from "../ledger/storage/open-stores.ts"
import { takeInstanceLease } from "../ledger/log/instance-lease.ts"
import { readConfig } from "../service/config.ts"
import type { ServiceConfig } from "../service/config.ts"
import type { ClaimPool } from "../protocol/wire/presentation-request.ts"
import { createApiKey } from "../service/http/clients.ts"
import { registerVerifier, verifierOf } from "../service/routes/verifiers.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import { readMemberList } from "./member-list.ts"
import { print } from "./output.ts"
import {
  cosignedLedgerParts,
  ledgerParts,
  openStorage,
  random,
  readServiceKeys,
  readServicePolicy,
} from "./service-state.ts"

const SCOPES = {
  issuer: ["status:write"],
  verifier: ["request:write", "request:read"],
  registry: ["registry:write"],
  organizer: ["election:write"],
  auditor: ["audit:read"],
} as const

interface AddOptions {
  readonly role: keyof typeof SCOPES
  readonly id: string
  readonly name?: string
  readonly pool?: readonly string[]
  readonly out?: string
}

/** The `clients` verb. */
export function clientsCommand(): Command {
  const command = new Command("clients").description(
    "API keys of issuers, verifiers, registry operators, organizers and auditors",
  )
  command
    .command("add")
    .description(
      "make an API key; a verifier is also entered in the anchored directory (stop the service first)",
    )
    .addOption(
      new Option("--role <role>", "what the key may do").choices(Object.keys(SCOPES)).makeOptionMandatory(),
    )
    .requiredOption("--id <id>", "the issuer's, verifier's, registry's, organizer's or auditor's id")
    .option("--name <name>", "a verifier's name, as patients read it")
    .option(
      "--pool <name...>",
      "insurers who count entitlements together: a name, or name=…,mode=person,period=year; all of a verifier's at once",
    )
    .option("--out <file>", "write the key to a new private file instead of the terminal")
    .action(add)
  command
    .command("list")
    .description("who has a key, without the keys")
    .action(() =>
      withStorage(async (storage) => {
        const rows = await storage.service.listClients()
        print(
          rows.map(({ keyId, role, subject, scopes, createdAtUnixSeconds, revokedAtUnixSeconds }) => {
            return { keyId, role, subject, scopes, createdAtUnixSeconds, revokedAtUnixSeconds }
          }),
        )
      }),
    )
  command
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<keyId>", "its 16 hexadecimal digits, see `sotto clients list`")
    .action((keyId: string) =>
      withStorage(async (storage) => {
        if (!(await storage.service.revokeClient(keyId, openClock()()))) {
          throw new CliError("option-invalid", "there is no such key")
        }
        print({ keyId, revoked: true })
      }),
    )
  return command
}

async function add({ role, id, name, pool, out }: AddOptions): Promise<void> {
  if (role !== "verifier" && pool !== undefined)
    throw new CliError("option-invalid", "only a verifier counts in a pool")
  const pools = pool === undefined ? undefined : readPools(pool)
  await withStorage(async (storage, config) => {
    if (role === "verifier") await enterDirectory(storage, config, { id, name, pools })
    const { text, keyId, secretSha256 } = createApiKey()
    await storage.service.insertClient({
      keyId,
      secretSha256,
      role,
      subject: id,
      scopes: SCOPES[role],
      createdAtUnixSeconds: openClock()(),
      revokedAtUnixSeconds: null,
    })
    if (out === undefined) print({ keyId, key: text })
    else {
      await writeFileDurably(out, new TextEncoder().encode(`${text}\n`), { mode: 0o600 })
      print({ keyId, file: out })
    }
  })
}

/** The pools of a verifier, ascending; entitlements are counted, once for ever, unless it says otherwise. */
function readPools(texts: readonly string[]): ClaimPool[] {
  const pools = texts.map((text) => {
    const given = text.includes("=")
      ? readMemberList(text, { option: "--pool", names: ["name", "mode", "period"] })
      : { name: text }
    const { name, mode = "credential", period = "always" }: Readonly<Record<string, string>> = given
    if (name === undefined) throw new CliError("option-invalid", "--pool wants a name")
    return { name, mode, period } as ClaimPool // what is no pool is refused with the record that holds it
  })
  return pools.sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface DirectoryChange {
  readonly id: string
  readonly name: string | undefined
  readonly pools: ClaimPool[] | undefined
}

/**
 * Writes the directory entry; only one process may write a log, so a serving one is an error. What is not given stays as
 * it is: a second key for a verifier takes it out of no pool.
 */
async function enterDirectory(
  storage: Stores,
  config: ServiceConfig,
  { id, name, pools }: DirectoryChange,
): Promise<void> {
  const row = await storage.service.findVerifier(id)
  const known = row === null ? null : verifierOf(row)
  const counted = pools ?? known?.pools
  const keys = readServiceKeys(config)
  const lease = await takeInstanceLease({
    store: storage.ledger,
    nowUnixSeconds: openClock(),
    randomBytes: random,
    onLost: (cause) => {
      throw cause
    },
  })
  try {
    const policy = await readServicePolicy(config)
    const parts = ledgerParts(config, keys, storage)
    const ledger = await openLedger(cosignedLedgerParts(parts, config, policy, openClock()))
    const deps = {
      store: storage.service,
      ledger,
      ledgerOrigin: config.ledgerOrigin,
      requestKey: keys.request,
    }
    const verifier = { id, name: name ?? known?.name ?? id, origin: config.publicUrl }
    try {
      await registerVerifier(deps, counted === undefined ? verifier : { ...verifier, pools: counted })
    } finally {
      await ledger.close() // also after a refusal: it holds the guard file open
    }
  } finally {
    await lease.release()
  }
}

async function withStorage(body: (storage: Stores, config: ServiceConfig) => Promise<void>): Promise<void> {
  const config = readConfig()
  const storage = await openStorage(config)
  try {
    await body(storage, config)
  } finally {
    await storage.close()
  }
}
