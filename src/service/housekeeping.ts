// What a running service does without being asked: epochs on time, retention, and a look at the storage.
import { SottoError } from "../protocol/primitives/errors.ts"
import type { Log } from "./http/request-log.ts"
import type { RegistryPublisher } from "./routes/registry-publisher.ts"
import type { ServiceStore } from "./store.ts"

/** What housekeeping works with. */
export interface HousekeepingDeps {
  readonly store: ServiceStore
  readonly registries: readonly RegistryPublisher[]
  readonly now: () => number
  readonly log: Log
  /** Seconds between registry epochs. */
  readonly epochSeconds: number
}

/** How often the clock is looked at, milliseconds: an epoch is at most this late. */
const TICK_MS = 1000
/** Erasing what retention has ended is not urgent: once an hour, in ticks. */
const ERASE_TICKS = 3600

/** A heart that beats once a second. */
export class Housekeeping {
  readonly #deps: HousekeepingDeps
  #timer: NodeJS.Timeout | null = null
  #current: Promise<void> | null = null
  #ticks = 0
  /** When the store last answered, Unix seconds. */
  heartbeatAt = 0
  /** When the newest epoch began of the registry that is furthest behind; null while one has none. */
  newestEpochAt: number | null = null

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps
  }

  /** Publishes an epoch if one is due, then goes on by itself. @throws what the publication throws */
  async start(): Promise<void> {
    await this.#look()
    this.#timer = setInterval(() => {
      this.#current ??= this.#tick().finally(() => {
        this.#current = null
      })
    }, TICK_MS)
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#current
  }

  async #tick(): Promise<void> {
    try {
      await this.#look()
      if (this.#ticks++ % ERASE_TICKS === 0) await this.#deps.store.eraseExpired(this.#deps.now())
    } catch (error) {
      // Told and tried again at the next tick; readiness fails when it lasts.
      const code = error instanceof SottoError ? (error as SottoError<string>).code : "internal"
      this.#deps.log.write("error", "epoch-failed", { component: "housekeeping", "err.code": code })
    }
  }

  async #look(): Promise<void> {
    const begun = []
    for (const registry of this.#deps.registries) begun.push(await this.#publishIfDue(registry))
    const known = begun.filter((at) => at !== null)
    this.newestEpochAt = known.length < begun.length ? null : Math.min(...known)
  }

  async #publishIfDue(registry: RegistryPublisher): Promise<number | null> {
    const { store, now, epochSeconds, log } = this.#deps
    let newest = await store.newestRegistryEpoch(registry.registry)
    this.heartbeatAt = now()
    if (newest === null || now() >= newest.notBeforeUnixSeconds + epochSeconds) {
      await registry.publish({ urgent: false })
      log.write("info", "epoch-published")
      newest = await store.newestRegistryEpoch(registry.registry)
    }
    return newest?.notBeforeUnixSeconds ?? null
  }
}
