// What an operator may set, from the environment only. Unknown keys are refused: a misspelt limit is not a default.
import { readFileSync, statSync } from "node:fs"
import { availableParallelism } from "node:os"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { parseSigningKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import { readNetworks } from "./http/limits.ts"
import type { RateLimits } from "./http/limits.ts"
import type { LogLevel } from "./http/request-log.ts"
import { StartRefusal } from "./start-refusal.ts"

/** Settings of `sotto serve`, checked; trust consequences are told in the README's table of keys. */
export interface ServiceConfig {
  readonly isProduction: boolean
  readonly publicUrl: string // scheme and host, no path
  readonly listen: { readonly host: string; readonly port: number }
  /** Where metrics are served; null for nowhere. */
  readonly adminListen: { readonly host: string; readonly port: number } | null
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly trustProxyHops: number
  /** Address of a PostgreSQL database, without its password; or the path of a SQLite file. */
  readonly database: string
  readonly databasePasswordFile: string | null
  readonly stateDirectory: string
  readonly ledgerOrigin: string
  readonly logKeyFile: string
  readonly requestKeyFile: string
  /** Whose cosignatures publish a checkpoint; null: nobody's. */
  readonly policyFile: string | null
  readonly rollbackGuard: "file" | "cosigners" | "none"
  readonly cosignIntervalMs: number
  /** One per registry. Whoever holds such a key decides whose signatures count: it can list an issuer of its own. */
  readonly registryKeyFiles: readonly string[]
  readonly batchMs: number
  readonly ledgerQueue: number
  readonly registryEpochSeconds: number
  readonly requestLifetimeMaxSeconds: number
  readonly retentionDays: number
  readonly verify: {
    readonly threads: number
    readonly maxQueued: number
    readonly maxWaitMs: number
    readonly timeoutMs: number
  }
  readonly rateLimits: RateLimits
  /** Streams of progress that may be open. */
  readonly maxStreams: number
  readonly keepAliveSeconds: number
  readonly drainDelaySeconds: number
  readonly drainSeconds: number
  readonly corsOrigins: readonly string[]
  readonly logLevel: LogLevel
}

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Keys that belong to building, testing and the command line, and are none of the service's business. */
const FOREIGN_KEYS = [
  "SOTTO_DATA",
  "SOTTO_CACHE",
  "SOTTO_FULL",
  "SOTTO_REQUIRE",
  "SOTTO_DEV_CLOCK",
  "SOTTO_INTEROP",
]

/**
 * Reads the configuration.
 * @param environment - trusted: whoever sets it operates the service
 * @throws StartRefusal `R1` naming the key, never its value
 */
export function readConfig(environment: Environment = process.env): ServiceConfig {
  const keys = new KeyReader(environment)
  const publicUrl = keys.text("SOTTO_PUBLIC_URL", "http://127.0.0.1:8080", /^https?:\/\/[^/?#\s@]{1,253}$/)
  const threads = keys.integer("SOTTO_VERIFY_THREADS", Math.max(1, availableParallelism() - 1), 1, 256)
  const host = new URL(publicUrl).host
  const config: ServiceConfig = {
    isProduction: keys.text("NODE_ENV", "development", /^.*$/) === "production",
    publicUrl,
    listen: readListen(keys, "SOTTO_LISTEN", "127.0.0.1:8080"),
    adminListen: readAdminListen(keys),
    tls: readTls(keys),
    trustProxyHops: keys.integer("SOTTO_TRUST_PROXY", 0, 0, 8),
    ...readDatabase(keys),
    stateDirectory: keys.text("SOTTO_STATE_DIR", ".sotto/state", /^.+$/),
    ledgerOrigin: keys.text("SOTTO_LEDGER_ORIGIN", `${host}/ledger`, /^[!-*,-~]{1,200}\/ledger$/),
    logKeyFile: keys.text("SOTTO_LOG_KEY_FILE", ".sotto/keys/log.key", /^.+$/),
    requestKeyFile: keys.text("SOTTO_REQUEST_KEY_FILE", ".sotto/keys/request.key", /^.+$/),
    policyFile: keys.text("SOTTO_LEDGER_POLICY_FILE", "", /^.*$/) || null,
    rollbackGuard: keys.choice("SOTTO_ROLLBACK_GUARD", ["file", "cosigners", "none"]),
    cosignIntervalMs: keys.integer("SOTTO_COSIGN_INTERVAL_MS", 1000, 10, 600_000),
    registryKeyFiles: keys.list("SOTTO_REGISTRY_KEY_FILE", /^.+$/, ".sotto/keys/registry.key"),
    batchMs: keys.integer("SOTTO_BATCH_MS", 50, 1, 5000),
    ledgerQueue: keys.integer("SOTTO_LEDGER_QUEUE", 4096, 1, 65_536),
    registryEpochSeconds: keys.integer("SOTTO_REGISTRY_EPOCH_SECONDS", 3600, 1, 86_400),
    requestLifetimeMaxSeconds: keys.integer("SOTTO_REQUEST_LIFETIME_MAX", 900, 30, 900),
    retentionDays: keys.integer("SOTTO_RETENTION_DAYS", 90, 1, 3650),
    verify: {
      threads,
      maxQueued: keys.integer("SOTTO_VERIFY_QUEUE", 32 * threads, 4, 65_536),
      maxWaitMs: keys.integer("SOTTO_VERIFY_MAX_WAIT_MS", 3000, 1, 60_000),
      timeoutMs: keys.integer("SOTTO_VERIFY_TIMEOUT_MS", 10_000, 100, 60_000),
    },
    rateLimits: readRateLimits(keys),
    maxStreams: keys.integer("SOTTO_SSE_MAX", 1000, 1, 100_000),
    keepAliveSeconds: keys.integer("SOTTO_KEEPALIVE_SECONDS", 5, 1, 3600),
    drainDelaySeconds: keys.integer("SOTTO_DRAIN_DELAY_SECONDS", 5, 0, 300),
    drainSeconds: keys.integer("SOTTO_DRAIN_SECONDS", 20, 1, 600),
    corsOrigins: keys.list("SOTTO_CORS_ORIGINS", /^https?:\/\/[^/?#\s@]{1,253}$/),
    logLevel: keys.choice<LogLevel>("SOTTO_LOG_LEVEL", ["info", "debug", "warn", "error", "silent"]),
  }
  keys.refuseUnknown()
  return config
}

/**
 * A signing key out of its file, which nobody but its owner may read.
 * @throws StartRefusal `R1`
 */
export function readKeyFile(file: string): SigningKey {
  const text = readSecretFile(file)
  try {
    return parseSigningKey(text)
  } catch (cause) {
    if (cause instanceof ProtocolError) throw new StartRefusal("R1", `${file} holds no signing key`)
    throw cause
  }
}

/**
 * The password of the database, out of its file; null when no file is named.
 * @throws StartRefusal `R1`
 */
export function readPasswordFile(file: string | null): string | null {
  return file === null ? null : readSecretFile(file).replace(/\r?\n$/, "")
}

function readDatabase(keys: KeyReader): Pick<ServiceConfig, "database" | "databasePasswordFile"> {
  const text = keys.text(
    "SOTTO_DATABASE",
    "sqlite:.sotto/sotto.db",
    /^(?:sqlite:.+|postgres(?:ql)?:\/\/\S+)$/,
  )
  const file = keys.text("SOTTO_DATABASE_PASSWORD_FILE", "", /^.*$/)
  // A secret in the environment is read by every process of the machine's user, and by whoever prints it.
  if (/^postgres(?:ql)?:\/\/(?:[^/@]*:[^/@]*@|.*[?&]password=)/.test(text))
    throw new StartRefusal("R1", "SOTTO_DATABASE has a password: SOTTO_DATABASE_PASSWORD_FILE is its place")
  return { database: text.replace(/^sqlite:/, ""), databasePasswordFile: file === "" ? null : file }
}

// Unasked nothing listens beside the public port: metrics reveal volumes, and two services may share a machine.
function readAdminListen(keys: KeyReader): ServiceConfig["adminListen"] {
  const isAsked = keys.text("SOTTO_ADMIN_LISTEN", "", /^.*$/) !== ""
  return isAsked ? readListen(keys, "SOTTO_ADMIN_LISTEN", "") : null
}

/** An address to listen on. @throws StartRefusal `R1` */
export function readListen(keys: KeyReader, key: string, fallback: string): ServiceConfig["listen"] {
  const text = keys.text(key, fallback, /^(?:\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/)
  const at = text.lastIndexOf(":")
  const port = Number(text.slice(at + 1))
  if (port > 65_535) throw new StartRefusal("R1", `${key} has no such port`)
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port }
}

function readTls(keys: KeyReader): ServiceConfig["tls"] {
  const certFile = keys.text("SOTTO_TLS_CERT_FILE", "", /^.*$/)
  const keyFile = keys.text("SOTTO_TLS_KEY_FILE", "", /^.*$/)
  if (certFile === "" && keyFile === "") return null
  if (certFile === "" || keyFile === "") {
    throw new StartRefusal("R1", "SOTTO_TLS_CERT_FILE and SOTTO_TLS_KEY_FILE go together")
  }
  return { certFile, keyFile }
}

function readRateLimits(keys: KeyReader): RateLimits {
  const shared = keys.list("SOTTO_RATE_SHARED", /^[0-9a-fA-F.:]+\/\d{1,3}$/)
  try {
    readNetworks(shared)
  } catch (cause) {
    throw new StartRefusal("R1", "SOTTO_RATE_SHARED is not a list of networks", { cause })
  }
  return {
    anonymousWrites: keys.integer("SOTTO_RATE_ANONYMOUS_WRITES", 300, 1, 1_000_000),
    anonymousReads: keys.integer("SOTTO_RATE_ANONYMOUS_READS", 1200, 1, 1_000_000),
    principalWrites: keys.integer("SOTTO_RATE_PRINCIPAL_WRITES", 600, 1, 1_000_000),
    shared,
  }
}

function readSecretFile(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new StartRefusal("R1", `${file} is open to others: chmod 600 it`)
    return readFileSync(file, "utf8")
  } catch (cause) {
    if (cause instanceof StartRefusal) throw cause
    throw new StartRefusal("R1", `cannot read ${file}`, { cause })
  }
}

/** Reads keys and remembers which were asked for. */
export class KeyReader {
  readonly #environment: Environment
  readonly #known = new Set(FOREIGN_KEYS)

  constructor(environment: Environment) {
    this.#environment = environment
  }

  text(key: string, fallback: string, pattern: RegExp): string {
    this.#known.add(key)
    const value = this.#environment[key] ?? fallback
    if (!pattern.test(value) || value.includes("\n")) throw new StartRefusal("R1", `${key} is malformed`)
    return value
  }

  integer(key: string, fallback: number, min: number, max: number): number {
    const value = Number(this.text(key, String(fallback), /^\d{1,9}$/))
    if (value < min || value > max) throw new StartRefusal("R1", `${key} is not within ${min} to ${max}`)
    return value
  }

  /** The first choice is the default. */
  choice<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    const value = this.text(key, choices[0], /^[a-z]+$/)
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw new StartRefusal("R1", `${key} is not one of ${choices.join(", ")}`)
    return found
  }

  list(key: string, pattern: RegExp, fallback = ""): readonly string[] {
    const items = this.text(key, fallback, /^.*$/)
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "")
    if (!items.every((item) => pattern.test(item))) throw new StartRefusal("R1", `${key} is malformed`)
    return items
  }

  refuseUnknown(): void {
    const unknown = Object.keys(this.#environment).find(
      (key) => key.startsWith("SOTTO_") && !this.#known.has(key),
    )
    if (unknown !== undefined) throw new StartRefusal("R1", `unknown key ${unknown}`)
  }
}
