// What a running service does without being asked: epochs on time, retention, and a look at the storage.
import type { DutyLease } from "../ledger/log/duty-lease.ts"
import type { Ledger } from "../ledger/log/ledger.ts"
import { SottoError } from "../protocol/primitives/errors.ts"
import type { ElectionStore } from "./election-store.ts"
import type { Log } from "./http/request-log.ts"
import type { RegistryPublisher } from "./routes/registry-publisher.ts"
import type { ServiceStore } from "./store.ts"

/** What housekeeping works with. */
export interface HousekeepingDeps {
  readonly store: Pick<ServiceStore, "newestRegistryEpoch" | "eraseExpired">
  readonly ledger: Pick<Ledger, "followOthers">
  /** Held by one of several instances: that one publishes and erases. */
  readonly duty: Pick<DutyLease, "held">
  readonly registries: readonly Pick<RegistryPublisher, "registry" | "publish">[]
  /** Closes elections on time; answers the codes of what failed. */
  readonly elections: { readonly run: () => Promise<readonly string[]> }
  readonly pendingEnrolments: Pick<ElectionStore, "forgetPendingEnrolments">
  readonly now: () => number
  readonly log: Log
  /** Seconds between registry epochs. */
  readonly epochSeconds: number
}

/** How often the clock is looked at, milliseconds: an epoch is at most this late. */
const TICK_MS = 1000
/** Erasing what retention has ended is not urgent: once an hour, in ticks. */
const ERASE_TICKS = 3600
/** Unanswered enrolments are forgotten after a quarter of an hour, at most a minute late, in ticks. */
const FORGET_TICKS = 60

type HousekeepingFault = "follow-failed" | "epoch-failed" | "erase-failed" | "election-failed"

/** A heart that beats once a second. */
export class Housekeeping {
  readonly #deps: HousekeepingDeps
  #timer: NodeJS.Timeout | null = null
  #current: Promise<void> | null = null
  #ticks = 0
  /** When the newest known epoch of a registry began, Unix seconds. */
  readonly #begun = new Map<string, number>()
  /** When the store last answered, Unix seconds. */
  heartbeatAt = 0

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps
  }

  /** When the newest epoch began of the registry that is furthest behind; null while one has none. */
  get newestEpochAt(): number | null {
    return this.#begun.size < this.#deps.registries.length ? null : Math.min(...this.#begun.values())
  }

  /** Publishes an epoch of every registry that has one due, then goes on by itself. @throws what a publication throws */
  async start(): Promise<void> {
    const isOnDuty = await this.#deps.duty.held()
    for (const registry of this.#deps.registries) await this.#publishIfDue(registry, isOnDuty)
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

  // What fails is told and fails alone: an epoch is tried again at the next tick, erasing an hour later; readiness fails
  // when a registry stays behind.
  async #tick(): Promise<void> {
    const isOnDuty = await this.#lookAround()
    for (const registry of this.#deps.registries) {
      try {
        await this.#publishIfDue(registry, isOnDuty)
      } catch (error) {
        this.#tell("epoch-failed", error, { registry: registry.registry })
      }
    }
    for (const code of await this.#deps.elections.run()) this.#tellCode("election-failed", code)
    const ticks = this.#ticks++
    if (!isOnDuty) return
    if (ticks % FORGET_TICKS === 0) await this.#forget()
    if (ticks % ERASE_TICKS !== 0) return
    try {
      await this.#deps.store.eraseExpired(this.#deps.now())
    } catch (error) {
      this.#tell("erase-failed", error)
    }
  }

  /** Sees what other instances wrote. @returns whether this one does what only one needs to do */
  async #lookAround(): Promise<boolean> {
    try {
      await this.#deps.ledger.followOthers()
      return await this.#deps.duty.held()
    } catch (error) {
      this.#tell("follow-failed", error)
      return false
    }
  }

  async #forget(): Promise<void> {
    try {
      await this.#deps.pendingEnrolments.forgetPendingEnrolments(this.#deps.now())
    } catch (error) {
      this.#tell("erase-failed", error)
    }
  }

  #tell(message: HousekeepingFault, error: unknown, fields: { registry?: string } = {}): void {
    const code = error instanceof SottoError ? (error as SottoError<string>).code : "internal"
    this.#tellCode(message, code, fields)
  }

  #tellCode(message: HousekeepingFault, code: string, fields: { registry?: string } = {}): void {
    this.#deps.log.write("error", message, { component: "housekeeping", ...fields, "err.code": code })
  }

  async #publishIfDue(publisher: HousekeepingDeps["registries"][number], isOnDuty: boolean): Promise<void> {
    const { store, now, epochSeconds, log } = this.#deps
    const { registry } = publisher
    let newest = await store.newestRegistryEpoch(registry)
    this.heartbeatAt = now()
    if (isOnDuty && (newest === null || now() >= newest.notBeforeUnixSeconds + epochSeconds)) {
      await publisher.publish({ urgent: false })
      log.write("info", "epoch-published")
      newest = await store.newestRegistryEpoch(registry)
    }
    if (newest === null) this.#begun.delete(registry)
    else this.#begun.set(registry, newest.notBeforeUnixSeconds)
  }
}
