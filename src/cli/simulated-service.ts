// A whole service inside this process, for rehearsals: real routes over real HTTP on loopback, a database of its own in a
// folder, and a clock that can jump over a night.
import { mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { createClock } from "../ledger/log/clock.ts"
import { openLedger } from "../ledger/log/open-ledger.ts"
import { encodeVerifierKey, makeSigningKey } from "../protocol/primitives/note-key.ts"
import { readConfig } from "../service/config.ts"
import type { ServiceConfig } from "../service/config.ts"
import type { ServiceStore } from "../service/store.ts"
import { createApiKey } from "../service/http/clients.ts"
import { openLog } from "../service/http/request-log.ts"
import { registerVerifier } from "../service/routes/verifiers.ts"
import { startService } from "../service/start-service.ts"
import { exists } from "./files.ts"
import {
  initService,
  isInitialised,
  ledgerParts,
  openStorage,
  random,
  readServiceKeys,
} from "./service-state.ts"
import { loadServiceCircuits } from "./service-circuits.ts"

/** Names the service in its own directory. */
const VERIFIER = "rehearsal"
/** The host in the names of the rehearsal's logs; nobody listens there. */
const PUBLIC_URL = "http://rehearsal.sotto.localhost"

/** A clock whose jumps outlive the process. */
interface JumpingClock {
  /** Unix seconds. */
  readonly now: () => number
  /** Goes on from this instant; never back. */
  readonly jumpTo: (unixSeconds: number) => Promise<void>
}

/** A running service of a rehearsal. */
export interface SimulatedService {
  /** Where it listens. */
  readonly url: string
  readonly clock: JumpingClock
  /** C2SP policy of its main log. */
  readonly policy: string
  readonly organizerKey: string
  /** Its record in its own directory, as the plan of a census names it. */
  readonly verifier: {
    readonly id: string
    readonly name: string
    readonly origin: string
    readonly key: string
  }
  readonly stop: () => Promise<void>
}

/** Opens the clock of a folder. */
async function openJumpingClock(folder: string): Promise<JumpingClock> {
  const file = join(folder, "clock")
  let offset = (await exists(file)) ? Number(await readFile(file, "utf8")) : 0
  const real = (): number => Math.floor(Date.now() / 1000)
  return {
    now: () => real() + offset,
    jumpTo: async (unixSeconds) => {
      offset = Math.max(offset, unixSeconds - real())
      await writeFileDurably(file, new TextEncoder().encode(String(offset)))
    },
  }
}

/** Starts the service of a folder, begun when it is new. @throws StartRefusal, LedgerError */
export async function startSimulatedService(folder: string): Promise<SimulatedService> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const config = configOf(folder)
  if (!(await isInitialised(config))) await initService(config, ["rehearsal"])
  const keys = readServiceKeys(config)
  const storage = await openStorage(config)
  const clock = await openJumpingClock(folder)
  // Windows end by the machine's own clock: a jump of the story must not make ballots wait or hurry.
  const ledger = await openLedger({ ...ledgerParts(config, keys, storage), clock: createClock() })
  const running = await startService({
    config,
    flags: { insecureDevKeys: false, singleOperator: false },
    store: storage.service,
    elections: storage.elections,
    ledger,
    duty: { held: () => Promise.resolve(true), release: () => Promise.resolve() }, // nobody else serves a rehearsal
    logKeyOf: (origin) => encodeVerifierKey(makeSigningKey(origin, keys.log.seed)),
    keys: { ledger: keys.log, request: keys.request, registries: keys.registries },
    circuit: await loadServiceCircuits(),
    now: clock.now,
    randomBytes: random,
    log: openLog("error"),
  })
  const record = { id: VERIFIER, name: "Rehearsal", origin: PUBLIC_URL }
  const registrar = {
    ...{ store: storage.service, ledger },
    ...{ ledgerOrigin: config.ledgerOrigin, requestKey: keys.request },
  }
  await registerVerifier(registrar, record)
  return {
    url: running.url,
    clock,
    policy: `log ${encodeVerifierKey(keys.log)}\nquorum none\n`,
    organizerKey: await addOrganizer(storage.service, clock.now()),
    verifier: { ...record, key: encodeVerifierKey(keys.request) },
    stop: async () => {
      await running.stop()
      await storage.close()
    },
  }
}

function configOf(folder: string): ServiceConfig {
  const at = (name: string): string => join(folder, name)
  return readConfig({
    SOTTO_PUBLIC_URL: PUBLIC_URL,
    SOTTO_LISTEN: "127.0.0.1:0",
    SOTTO_DATABASE: `sqlite:${at("service.db")}`,
    SOTTO_STATE_DIR: at("guard"),
    SOTTO_LOG_KEY_FILE: at("log.key"),
    SOTTO_REQUEST_KEY_FILE: at("request.key"),
    SOTTO_REGISTRY_KEY_FILE: at("registry.key"),
    SOTTO_RATE_SHARED: "127.0.0.0/8",
    SOTTO_RATE_ANONYMOUS_WRITES: "1000000",
    SOTTO_RATE_ANONYMOUS_READS: "1000000",
    SOTTO_DRAIN_DELAY_SECONDS: "0",
  })
}

/** A fresh API key of the organizer: each opening of the folder draws its own. */
async function addOrganizer(store: Pick<ServiceStore, "insertClient">, now: number): Promise<string> {
  const { text, keyId, secretSha256 } = createApiKey()
  await store.insertClient({
    ...{ keyId, secretSha256, role: "organizer", subject: "rehearsal", scopes: ["election:write"] },
    ...{ createdAtUnixSeconds: now, revokedAtUnixSeconds: null },
  })
  return text
}
