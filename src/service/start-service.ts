// The life of a service: refuse or anchor, prove the threads sound, listen, publish on time, and leave without loss.
import type { DutyLease } from "../ledger/log/duty-lease.ts"
import type { CosignFeed } from "../ledger/log/cosign-feed.ts"
import type { Ledger } from "../ledger/log/ledger.ts"
import { SottoError } from "../protocol/primitives/errors.ts"
import { encodeVerifierKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../protocol/primitives/note-key.ts"
import { createApp } from "./app.ts"
import type { ServiceConfig } from "./config.ts"
import type { ElectionStore } from "./election-store.ts"
import { checkCosigning, openCosignFeed } from "./cosigning.ts"
import type { Cosigning, CosigningParts } from "./cosigning.ts"
import { Drain } from "./http/drain.ts"
import { listenAdmin, openMetrics } from "./http/metrics.ts"
import type { AdminServer, Metrics } from "./http/metrics.ts"
import type { Log } from "./http/request-log.ts"
import { Streams } from "./http/streams.ts"
import { Housekeeping } from "./housekeeping.ts"
import { anchorAtStart } from "./routes/anchor.ts"
import { RegistryPublisher } from "./routes/registry-publisher.ts"
import { ElectionReplays } from "./routes/election-replays.ts"
import { ElectionDuty } from "./routes/election-duty.ts"
import type { CircuitFacts, RouteDeps } from "./routes/route-deps.ts"
import { failingChecks, Leaving } from "./readiness.ts"
import { inTime, listen } from "./server.ts"
import type { ListeningServer } from "./server.ts"
import { checkClock, checkStartRules } from "./start-rules.ts"
import type { StartFlags } from "./start-rules.ts"
import { StartRefusal } from "./start-refusal.ts"
import type { ServiceStore } from "./store.ts"
import { measured } from "./verification/measured.ts"
import { openVerificationPool } from "./verification/pool.ts"
import type { VerifyParts } from "./verification/verify-job.ts"
import type { VerificationPool } from "./verification/pool.ts"
import { watch } from "./watch.ts"

/** What a service is started from; store and ledger are opened, and the store's database closed, by the caller. */
export interface ServiceParts {
  readonly config: ServiceConfig
  readonly flags: StartFlags
  readonly store: ServiceStore
  readonly elections: ElectionStore
  readonly ledger: Ledger
  /** Of the instances of this service one holds it. */
  readonly duty: DutyLease
  /** Absent: nobody watches this log. */
  readonly cosigning?: Cosigning
  /** The verifier key of an election's log, text: the log key's, under the log's own name. */
  readonly logKeyOf: (origin: string) => string
  readonly keys: {
    readonly ledger: VerifierKey
    readonly request: SigningKey
    readonly registries: readonly SigningKey[]
  }
  readonly circuit: {
    readonly facts: CircuitFacts
    readonly ballotCircuits: RouteDeps["ballotCircuits"]
    readonly parts: VerifyParts
  }
  /** Unix seconds. */
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
  /** Opens the verification pool; replaced by named fakes in tests. */
  readonly openPool?: typeof openVerificationPool
}

/** A service that answers. */
export interface RunningService {
  /** Scheme, address and actual port. */
  readonly url: string
  readonly port: number
  /** Of the metrics; null where none are served. */
  readonly adminPort: number | null
  /** By registry id. */
  readonly registries: ReadonlyMap<string, RegistryPublisher>
  /**
   * Drains and closes everything but the database; a second call skips the wait for the balancer.
   * Resolves to false when the deadline cut calls off; nothing acknowledged is lost either way.
   */
  readonly stop: () => Promise<boolean>
}

/** Threads may finish what they hold within this, milliseconds. */
const POOL_GRACE_MS = 2000

/**
 * Starts the service. Nothing listens before every refusal has passed and every thread has tested itself.
 * @throws StartRefusal, LedgerError
 */
export async function startService(parts: ServiceParts): Promise<RunningService> {
  const { config, circuit, keys, ledger, store, now, log } = parts
  const ceremonies = [circuit.facts, ...Object.values(circuit.ballotCircuits)].map(({ ceremony }) => ceremony)
  checkStartRules(
    config,
    parts.cosigning === undefined ? keys : { ...keys, policy: parts.cosigning.policy },
    ceremonies.find((name) => name === "dev") ?? circuit.facts.ceremony,
    parts.flags,
  )
  const { ledgerOrigin } = config
  const registries = new Map(
    keys.registries.map((registryKey) => [
      registryKey.name,
      new RegistryPublisher({ store, ledger, ledgerOrigin, registryKey, now }),
    ]),
  )
  for (const id of registries.keys()) {
    checkClock(now(), (await store.newestRegistryEpoch(id))?.notBeforeUnixSeconds ?? null)
  }
  const open = parts.openPool ?? openVerificationPool
  const metrics = openMetrics("snarkjs")
  const pool = open({
    ...config.verify,
    parts: circuit.parts,
    jitter: () => randomShare(parts.randomBytes),
  })
  const verification = measured(pool, metrics)
  try {
    await testPool(verification)
    const cosigning = cosigningParts(parts)
    if (cosigning !== null) await checkCosigning(cosigning)
    await anchorAtStart(ledger, ledgerOrigin, circuit.facts, circuit.ballotCircuits)
    const deps = routeDeps(parts, registries, verification)
    const housekeeping = new Housekeeping({
      store,
      elections: new ElectionDuty(deps),
      pendingEnrolments: parts.elections,
      ledger,
      duty: parts.duty,
      registries: [...registries.values()],
      now,
      log,
      epochSeconds: config.registryEpochSeconds,
    })
    const feed = cosigning === null ? null : openCosignFeed(cosigning, deps.replays)
    feed?.start()
    try {
      await housekeeping.start()
      return await serve(parts, deps, { housekeeping, feed, metrics })
    } catch (error) {
      await feed?.stop()
      throw error
    }
  } catch (error) {
    await verification.close(0)
    throw error
  }
}

function cosigningParts({ cosigning, ledger, keys, config, now, log }: ServiceParts): CosigningParts | null {
  const { cosignIntervalMs: intervalMs } = config
  return cosigning === undefined ? null : { ...cosigning, ledger, logKey: keys.ledger, intervalMs, now, log }
}

/** What routes and duties share. */
function routeDeps(
  parts: ServiceParts,
  registries: RunningService["registries"],
  verification: VerificationPool,
): Omit<RouteDeps, "failingChecks"> {
  const { config, circuit, keys, ledger, store, elections, logKeyOf, now, randomBytes, flags } = parts
  const { ledgerOrigin, publicUrl, requestLifetimeMaxSeconds, retentionDays } = config
  const { ballotCircuits } = circuit
  const allowDevelopmentKeys = !config.isProduction || flags.insecureDevKeys
  const sources = { store, elections, ledger, ledgerOrigin, logKeyOf, ballotCircuits, now }
  return {
    ...sources,
    replays: new ElectionReplays({ ...sources, allowDevelopmentKeys }),
    verification,
    registries,
    circuit: circuit.facts,
    ledgerKey: encodeVerifierKey(keys.ledger),
    requestKey: keys.request,
    publicUrl,
    requestLifetimeMaxSeconds,
    retentionDays,
    randomBytes,
  }
}

async function serve(
  parts: ServiceParts,
  deps: Omit<RouteDeps, "failingChecks">,
  {
    housekeeping,
    feed,
    metrics,
  }: { readonly housekeeping: Housekeeping; readonly feed: CosignFeed | null; readonly metrics: Metrics },
): Promise<RunningService> {
  const { config, log } = parts
  const { registries, verification, ledger, now } = deps
  const drain = new Drain()
  const leaving = new Leaving()
  const streams = new Streams(config.maxStreams, () => {
    log.write("error", "stream-failed", { component: "streams" })
  })
  const app = createApp({
    ...deps,
    failingChecks: () => failingChecks({ leaving, ledger, verification, housekeeping, now }),
    config,
    log,
    drain,
    metrics,
    streams,
  })
  watch(metrics, deps, housekeeping, streams)
  const { server, admin } = await listenBoth(app, metrics, config, drain).catch(async (error: unknown) => {
    await housekeeping.stop()
    throw error
  })
  log.write("info", "listening")
  const leave = async (): Promise<boolean> => {
    const deadline = performance.now() + config.drainSeconds * 1000
    log.write("info", "draining")
    await inTime(leaving.begin(), config.drainDelaySeconds * 1000) // the balancer sees /readyz fail meanwhile
    await housekeeping.stop()
    await parts.duty.release().catch(() => undefined) // then it runs out by itself
    drain.begin()
    streams.close()
    const isClean = await server.stop(Math.max(0, deadline - performance.now()))
    await feed?.round() // what was just committed is shown while we can
    await feed?.stop()
    await ledger.close()
    await verification.close(POOL_GRACE_MS)
    await admin?.close()
    log.write(isClean ? "info" : "warn", isClean ? "drained" : "drain-deadline")
    return isClean
  }
  let left: Promise<boolean> | undefined
  const stop = (): Promise<boolean> => {
    if (left !== undefined) leaving.hurry()
    return (left ??= leave())
  }
  return { url: server.url, port: server.port, adminPort: admin?.port ?? null, registries, stop }
}

/** Opens the port of metrics, when there is one, and the public one; neither stays open when the other cannot be. */
async function listenBoth(
  app: Parameters<typeof listen>[0],
  metrics: Metrics,
  config: ServiceConfig,
  drain: Drain,
): Promise<{ readonly server: ListeningServer; readonly admin: AdminServer | null }> {
  const admin = config.adminListen === null ? null : await listenAdmin(metrics, config.adminListen)
  try {
    return { server: await listen(app, config, drain), admin }
  } catch (error) {
    await admin?.close()
    throw error
  }
}

async function testPool(verification: VerificationPool): Promise<void> {
  try {
    await verification.selfTest()
  } catch (cause) {
    if (!(cause instanceof SottoError)) throw cause
    throw new StartRefusal("R6", "the self-test of the circuit failed", { cause })
  }
}

function randomShare(randomBytes: (length: number) => Uint8Array): number {
  return (randomBytes(1)[0] ?? 0) / 256
}
