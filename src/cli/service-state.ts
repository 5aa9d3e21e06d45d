// What the operator's verbs share: the service's keys on disk, its database and its log, opened and closed in order.
import { randomBytes } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { openCosigners } from "../ledger/log/cosigner-client.ts"
import { VOLATILE_GUARD, openCosignerGuard } from "../ledger/log/cosigner-guard.ts"
import { initLedger } from "../ledger/log/init-ledger.ts"
import type { LedgerParts } from "../ledger/log/open-ledger.ts"
import { isPostgresAddress } from "../ledger/storage/database.ts"
import { openStores } from "../ledger/storage/open-stores.ts"
import type { Stores } from "../ledger/storage/open-stores.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { encodeSigningKey, encodeVerifierKey, makeSigningKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import type { Trust } from "../protocol/wire/credential.ts"
import { readKeyFile, readPasswordFile } from "../service/config.ts"
import type { ServiceConfig } from "../service/config.ts"
import { StartRefusal } from "../service/start-refusal.ts"
import { CliError } from "./exit.ts"
import { exists } from "./files.ts"
import { readPolicyText } from "./policy-file.ts"

/** The keys of a service, one for each of its registries; the consequence of losing each is told in the README. */
export interface ServiceKeys {
  readonly log: SigningKey
  readonly request: SigningKey
  readonly registries: readonly SigningKey[]
}

/** Anonymity sets below this many operators are refused by the wallets that use the trust file we print. */
const DEFAULT_K = 5

/** Fresh CSPRNG bytes as a plain array. */
export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** Reads the key files. @throws StartRefusal `R1` */
export function readServiceKeys(config: ServiceConfig): ServiceKeys {
  return {
    log: readKeyFile(config.logKeyFile),
    request: readKeyFile(config.requestKeyFile),
    registries: config.registryKeyFiles.map(readKeyFile),
  }
}

/** Opens the database, its schema brought up to date unless it is opened for reading only. @throws StoreError */
export async function openStorage(
  config: ServiceConfig,
  options: { readonly readonly?: boolean } = {},
): Promise<Stores> {
  const { database } = config
  if (options.readonly !== true && !isPostgresAddress(database))
    await mkdir(dirname(database), { recursive: true, mode: 0o700 })
  return openStores(database, { ...options, password: readPasswordFile(config.databasePasswordFile) })
}

/** The parts from which the main log is opened, begun or adopted. */
export function ledgerParts(config: ServiceConfig, keys: ServiceKeys, storage: Stores): LedgerParts {
  return {
    store: storage.ledger,
    origin: config.ledgerOrigin,
    key: keys.log,
    stateDirectory: config.stateDirectory,
    randomBytes: random,
    limits: { batchMilliseconds: config.batchMs, queue: config.ledgerQueue },
  }
}

/**
 * The same with what the policy says: whose cosignatures publish, and who remembers where no file does.
 * @param now - Unix seconds
 */
export function cosignedLedgerParts(
  parts: LedgerParts,
  { rollbackGuard }: Pick<ServiceConfig, "rollbackGuard">,
  policy: Policy | null,
  now: () => number,
): LedgerParts {
  const cosigners = policy === null ? [] : openCosigners(policy, now)
  const guards = {
    file: {},
    cosigners: { openGuard: (_: string, origin: string) => openCosignerGuard(origin, parts.key, cosigners) },
    none: { openGuard: () => Promise.resolve(VOLATILE_GUARD) },
  } as const
  return { ...parts, ...guards[rollbackGuard], ...(policy === null ? {} : { policy }) }
}

/** The service's policy file; null without one. @throws StartRefusal `R14` */
export async function readServicePolicy({ policyFile }: ServiceConfig): Promise<Policy | null> {
  if (policyFile === null) return null
  try {
    return parsePolicy(await readPolicyText(policyFile))
  } catch (cause) {
    if (!(cause instanceof ProtocolError) && !(cause instanceof CliError)) throw cause
    throw new StartRefusal("R14", `SOTTO_LEDGER_POLICY_FILE: ${cause.message}`, { cause })
  }
}

/** True when a log was begun here: its key file exists. */
export const isInitialised = (config: ServiceConfig): Promise<boolean> => exists(config.logKeyFile)

/**
 * Begins a service: missing keys are drawn, the database is made, entry 0 and the guard are written.
 * @param registries - ids of the registries that this service publishes, as many as it has key files for
 * @throws LedgerError `log-exists`, CliError `option-invalid`
 */
export async function initService(
  config: ServiceConfig,
  registries: readonly string[],
): Promise<ServiceKeys> {
  if (registries.length !== config.registryKeyFiles.length) {
    const files = config.registryKeyFiles.length
    throw new CliError(
      "option-invalid",
      `${registries.length} registries and ${files} key files: SOTTO_REGISTRY_KEY_FILE names one file for each, by commas`,
    )
  }
  const host = new URL(config.publicUrl).host
  await drawKey(config.logKeyFile, config.ledgerOrigin)
  await drawKey(config.requestKeyFile, `${host}/requests`)
  for (const [i, file] of config.registryKeyFiles.entries()) await drawKey(file, registries[i] ?? "")
  await mkdir(config.stateDirectory, { recursive: true, mode: 0o700 })
  const keys = readServiceKeys(config)
  const storage = await openStorage(config)
  try {
    await initLedger(ledgerParts(config, keys, storage))
  } finally {
    await storage.close()
  }
  return keys
}

/**
 * What wallets and insurers need to check this service: its log, its cosigners and its registries.
 * @param policyText - of its own policy file; theirs may want more
 */
export function trustOf(keys: ServiceKeys, k = DEFAULT_K, policyText: string | null = null): Trust {
  return {
    type: "sotto/trust/1",
    policy: policyText ?? `log ${encodeVerifierKey(keys.log)}\nquorum none\n`,
    registries: keys.registries.map((key) => ({ id: key.name, key: encodeVerifierKey(key) })),
    k,
  }
}

async function drawKey(file: string, name: string): Promise<void> {
  if (await exists(file)) return
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const text = `${encodeSigningKey(makeSigningKey(name, random(32)))}\n`
  await writeFileDurably(file, new TextEncoder().encode(text), { mode: 0o600 })
}
