// The real service on port 0 over a database of the engine under test, its files in a temporary folder; only clock, chance and log lines are ours.
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { loadBallotDigests } from "../../src/cli/ballot-digests.ts"
import { locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import { loadVerifierParts } from "../../src/cli/verifier-parts.ts"
import { createDutyLease } from "../../src/ledger/log/duty-lease.ts"
import { initLedger } from "../../src/ledger/log/init-ledger.ts"
import { openLedger } from "../../src/ledger/log/open-ledger.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import type { Policy } from "../../src/protocol/log/policy.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { readConfig } from "../../src/service/config.ts"
import { createApiKey } from "../../src/service/http/clients.ts"
import { openLog } from "../../src/service/http/request-log.ts"
import { registerVerifier } from "../../src/service/routes/verifiers.ts"
import type { CircuitFacts } from "../../src/service/routes/route-deps.ts"
import { startService } from "../../src/service/start-service.ts"
import type { RunningService, ServiceParts } from "../../src/service/start-service.ts"
import type { ClientRow } from "../../src/service/store.ts"
import { contractFault } from "./contract.ts"
import { discardDatabase, makeDatabase } from "./databases.ts"

/** 2022-10-15T12:00:00Z: where the clock of a test service stands until a test moves it. */
export const START = 1_665_835_200
export const REGISTRY = "demo"
export const VERIFIER = "acme-insurance"
export const FOREIGN_VERIFIER = "other-insurance"
export const ISSUER = "clinic"
const ORGANIZER = "chess-club"

/** Fixed seeds, one per purpose. */
export const KEYS = {
  log: makeSigningKey("verify.example/ledger", new Uint8Array(32).fill(0x42)),
  request: makeSigningKey("verify.example/requests", new Uint8Array(32).fill(0x43)),
  registry: makeSigningKey(REGISTRY, new Uint8Array(32).fill(0x44)),
} as const

interface CallOptions {
  readonly key?: string | null
  readonly body?: unknown
  readonly raw?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
  /** A fresh one is sent with every POST unless given; null sends none. */
  readonly idempotencyKey?: string | null
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: any
  readonly code: string | undefined
}

export interface TestService extends RunningService {
  readonly parts: ServiceParts
  readonly ledgerStore: LedgerStore
  readonly clock: { now: number }
  readonly logLines: string[]
  /** Where the ledger's own files are, and the database if it is a file. */
  readonly folder: string
  /** The database's address. */
  readonly database: string
  readonly apiKeys: Readonly<
    Record<"verifier" | "foreignVerifier" | "issuer" | "registry" | "organizer" | "auditor", string>
  >
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Reply>
  /** Stops the service and removes its folder. */
  readonly remove: () => Promise<void>
}

export interface Choices {
  readonly environment?: Readonly<Record<string, string>>
  readonly parts?: Partial<ServiceParts>
  /** Another process's service, whose database this one shares; it and its clients stay when this one goes. */
  readonly beside?: { readonly database: string; readonly stateDirectory: string }
  /** Whose cosignatures publish its checkpoints. */
  readonly policy?: Policy
}

let circuit: Promise<ServiceParts["circuit"]> | undefined

/** The circuit as shipped; read once per test file. */
export function shippedCircuit(): Promise<ServiceParts["circuit"]> {
  circuit ??= loadCircuit()
  return circuit
}

async function loadCircuit(): Promise<ServiceParts["circuit"]> {
  const { parts } = await loadVerifierParts()
  const ballots = await Promise.all((["ballot8", "ballot16"] as const).map((id) => loadVerifierParts({}, id)))
  const { entry, paths } = await locateCircuit("presentation")
  const facts: CircuitFacts = {
    id: "presentation",
    vkey: `sha256:${entry.vkeySha256}` as Digest,
    r1csSha256: entry.r1cs.sha256,
    ceremony: entry.ceremony,
    artifacts: [
      {
        file: "vkey",
        sha256: entry.vkeySha256,
        path: paths.vkey,
        bytes: (await readFile(paths.vkey)).length,
      },
    ],
  }
  return {
    facts,
    ballotCircuits: await loadBallotDigests(),
    parts: { presentation: parts, ballots: ballots.map((ballot) => ballot.parts) },
  }
}

/** Starts a service of its own; nothing is shared between two of them. */
export async function startTestService({
  environment = {},
  parts: given = {},
  policy,
  beside,
}: Choices = {}): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-service-"))
  const database = beside?.database ?? (await makeDatabase(folder))
  const stores = await openStores(database)
  const clock = { now: START }
  const logLines: string[] = []
  const config = readConfig({
    SOTTO_PUBLIC_URL: "http://verify.example",
    SOTTO_LISTEN: "127.0.0.1:0",
    SOTTO_VERIFY_THREADS: "1",
    SOTTO_BATCH_MS: "2",
    SOTTO_KEEPALIVE_SECONDS: "60", // tests hold the event loop for seconds while they forge
    SOTTO_DRAIN_DELAY_SECONDS: "0",
    SOTTO_RATE_SHARED: "127.0.0.0/8",
    ...environment,
  })
  const ledgerParts = {
    store: stores.ledger,
    origin: config.ledgerOrigin,
    key: KEYS.log,
    stateDirectory: beside?.stateDirectory ?? join(folder, "state"),
    randomBytes: random,
    limits: { batchMilliseconds: config.batchMs },
    ...(policy === undefined ? {} : { policy }),
  }
  if (beside === undefined) await initLedger(ledgerParts)
  const ledger = await openLedger(ledgerParts)
  const parts: ServiceParts = {
    config,
    flags: { insecureDevKeys: false, singleOperator: false },
    store: stores.service,
    elections: stores.elections,
    ledger,
    duty: createDutyLease({
      store: stores.ledger,
      nowUnixSeconds: () => Math.floor(Date.now() / 1000),
      randomBytes: random,
    }),
    ...(policy === undefined ? {} : { cosigning: { policy, store: stores.ledger } }),
    logKeyOf: (origin) => encodeVerifierKey(makeSigningKey(origin, KEYS.log.seed)),
    keys: { ledger: KEYS.log, request: KEYS.request, registries: [KEYS.registry] },
    circuit: await shippedCircuit(),
    now: () => clock.now,
    randomBytes: random,
    log: openLog("info", { write: (line) => logLines.push(line) }),
    ...given,
  }
  const close = async (): Promise<void> => {
    await ledger.close()
    await stores.close()
    if (beside === undefined) await discardDatabase(database)
    await rm(folder, { recursive: true, force: true })
  }
  let service: RunningService
  try {
    service = await startService(parts)
  } catch (error) {
    await close()
    throw error
  }
  const registrar = {
    store: stores.service,
    ledger,
    ledgerOrigin: config.ledgerOrigin,
    requestKey: KEYS.request,
  }
  for (const id of beside === undefined ? [VERIFIER, FOREIGN_VERIFIER] : []) {
    await registerVerifier(registrar, { id, name: id, origin: config.publicUrl })
  }
  const apiKeys = {
    verifier: await addClient(parts, "verifier", VERIFIER, ["request:write", "request:read"]),
    foreignVerifier: await addClient(parts, "verifier", FOREIGN_VERIFIER, ["request:write", "request:read"]),
    issuer: await addClient(parts, "issuer", ISSUER, ["status:write"]),
    registry: await addClient(parts, "registry", REGISTRY, ["registry:write"]),
    organizer: await addClient(parts, "organizer", ORGANIZER, ["election:write"]),
    auditor: await addClient(parts, "auditor", "health-authority", ["audit:read"]),
  }
  const remove = async (): Promise<void> => {
    await service.stop()
    await close()
  }
  return {
    ...service,
    parts,
    ledgerStore: stores.ledger,
    clock,
    logLines,
    folder,
    database,
    apiKeys,
    call: caller(service.url),
    remove,
  }
}

/** Stores a client and answers its key. */
export async function addClient(
  { store }: Pick<ServiceParts, "store">,
  role: ClientRow["role"],
  subject: string,
  scopes: readonly string[],
): Promise<string> {
  const { text, keyId, secretSha256 } = createApiKey()
  const times = { createdAtUnixSeconds: START, revokedAtUnixSeconds: null }
  await store.insertClient({ keyId, secretSha256, role, subject, scopes, ...times })
  return text
}

/** A key for one write. */
export const freshKey = (): string => randomBytes(16).toString("base64url")

function caller(url: string): TestService["call"] {
  return async (method, path, { key = null, body, raw, headers = {}, idempotencyKey } = {}) => {
    const sent: Record<string, string> = {}
    if (key !== null) sent["authorization"] = `Bearer ${key}`
    if (method === "POST" && idempotencyKey !== null) sent["idempotency-key"] = idempotencyKey ?? freshKey()
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    if (payload !== undefined) sent["content-type"] = "application/json"
    const response = await fetch(url + path, {
      method,
      headers: { ...sent, ...headers },
      ...(payload === undefined
        ? {}
        : { body: typeof payload === "string" ? payload : Buffer.from(payload) }),
    })
    const text = await response.text()
    const isJson = (response.headers.get("content-type") ?? "").includes("json")
    const json = isJson && text !== "" && response.status !== 206 ? JSON.parse(text) : undefined
    const code = response.ok ? undefined : json?.code
    const mediaType = response.headers.get("content-type") ?? ""
    const fault =
      method === "HEAD" ? null : contractFault(method, path, { status: response.status, mediaType, json })
    if (fault !== null) throw new Error(`the answer does not fit openapi.json: ${fault}`)
    return { status: response.status, headers: response.headers, text, json, code }
  }
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}
