// `sotto serve`: the composition root of the verifier service. Settings come from SOTTO_* alone; see the README.
import { Command } from "commander"
import { createClock } from "../ledger/log/clock.ts"
import { createDutyLease } from "../ledger/log/duty-lease.ts"
import { takeInstanceLease } from "../ledger/log/instance-lease.ts"
import type { InstanceLease } from "../ledger/log/instance-lease.ts"
import { openLedger } from "../ledger/log/open-ledger.ts"
import type { Stores } from "../ledger/storage/open-stores.ts"
import { Groth16Error } from "../proofs/groth16/errors.ts"
import { encodeVerifierKey, makeSigningKey } from "../protocol/primitives/note-key.ts"
import { readConfig } from "../service/config.ts"
import type { ServiceConfig } from "../service/config.ts"
import { openLog } from "../service/http/request-log.ts"
import type { CircuitFacts } from "../service/routes/route-deps.ts"
import { startRefusalOf } from "../service/start-rules.ts"
import type { StartFlags } from "../service/start-rules.ts"
import { StartRefusal } from "../service/start-refusal.ts"
import { startService } from "../service/start-service.ts"
import type { RunningService } from "../service/start-service.ts"
import { inMilliseconds, openClock } from "./clock.ts"
import { EXIT } from "./exit.ts"
import { print, tell } from "./output.ts"
import { loadServiceCircuits } from "./service-circuits.ts"
import {
  cosignedLedgerParts,
  initService,
  isInitialised,
  ledgerParts,
  openStorage,
  random,
  readServiceKeys,
  readServicePolicy,
} from "./service-state.ts"

/** How long reads go on after the ledger halted, before a supervisor restarts the process through its checks. */
const HALT_GRACE_MS = 60_000

/** The `serve` verb. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("run the verifier service (settings: SOTTO_*, see the README); SIGTERM drains it")
    .option(
      "--insecure-dev-keys",
      "serve development keys off loopback or in production: ANYONE CAN FORGE PROOFS",
    )
    .option("--single-operator", "accept that nobody else watches this log (production without cosigners)")
    .action((options: { readonly insecureDevKeys?: true; readonly singleOperator?: true }) =>
      serve({
        insecureDevKeys: options.insecureDevKeys === true,
        singleOperator: options.singleOperator === true,
      }),
    )
}

async function serve(flags: StartFlags): Promise<void> {
  try {
    await run(readConfig(), flags)
  } catch (error) {
    const refusal =
      error instanceof Groth16Error ? new StartRefusal("R4", error.message) : startRefusalOf(error)
    if (refusal === null) throw error
    tell(`sotto serve: ${refusal.code}: ${refusal.message}`)
    process.exitCode = EXIT.startRefused
  }
}

async function run(config: ServiceConfig, flags: StartFlags): Promise<void> {
  if (!config.isProduction && !(await isInitialised(config))) print({ initialised: await begin(config) })
  const keys = readServiceKeys(config)
  const policy = await readServicePolicy(config)
  const storage = await openStorage(config)
  const now = openClock()
  let halted = false
  let service: RunningService | null = null
  const leave = async (): Promise<void> => {
    const isClean = (await service?.stop()) ?? true
    process.exitCode = halted ? EXIT.halted : isClean ? EXIT.ok : EXIT.refused
  }
  // A file has one serving process; on a server the head of each log decides who writes.
  const lease = storage.isShared ? null : await takeLease(storage, () => void leave())
  try {
    const ledger = await openLedger({
      ...cosignedLedgerParts(ledgerParts(config, keys, storage), config, policy, now),
      clock: createClock(inMilliseconds(now)),
      onHalt: () => {
        halted = true
        tell("the ledger halted: nothing is signed any more; restart the service to run its checks")
        setTimeout(() => void leave(), HALT_GRACE_MS).unref()
      },
    })
    const circuit = await loadServiceCircuits()
    service = await startService({
      config,
      flags,
      store: storage.service,
      elections: storage.elections,
      ledger,
      duty: createDutyLease({ store: storage.ledger, nowUnixSeconds, randomBytes: random }),
      ...(policy === null ? {} : { cosigning: { policy, store: storage.ledger } }),
      logKeyOf: (origin) => encodeVerifierKey(makeSigningKey(origin, keys.log.seed)),
      keys: { ledger: keys.log, request: keys.request, registries: keys.registries },
      circuit,
      now,
      randomBytes: random,
      log: openLog(config.logLevel),
    })
    announce(service, circuit.facts)
    await untilStopped(leave)
  } finally {
    await lease?.release()
    await storage.close()
  }
}

async function begin(config: ServiceConfig): Promise<string> {
  await initService(config, ["health"])
  return config.ledgerOrigin
}

/** Leases are about processes of this moment, whatever evaluation date a development clock plays. */
const nowUnixSeconds = (): number => Math.floor(Date.now() / 1000)

function takeLease(storage: Stores, onLost: () => void): Promise<InstanceLease> {
  return takeInstanceLease({ store: storage.ledger, nowUnixSeconds, randomBytes: random, onLost })
}

function announce(service: RunningService, facts: CircuitFacts): void {
  if (facts.ceremony === "dev") {
    tell(
      "\u001b[1mDEVELOPMENT KEYS: the seed is public, so anyone can forge a proof. Trust no answer.\u001b[0m",
    )
  }
  tell(`listening on ${service.url}`)
}

function untilStopped(leave: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        leave().then(resolve, reject)
      })
    }
  })
}
