// What runs by itself fails alone: a registry that cannot publish stops neither the others nor the end of retention.
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { Housekeeping } from "../../src/service/housekeeping.ts"
import type { HousekeepingDeps } from "../../src/service/housekeeping.ts"
import { LedgerError } from "../../src/ledger/log/errors.ts"

const START = 1_800_000_000
const EPOCH_SECONDS = 3600

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Registries a and b with an epoch each at `START`, and what becomes of them. */
function registriesOf(overrides: Partial<HousekeepingDeps["store"]> = {}) {
  const clock = { now: START }
  const newest = new Map<string, number>()
  const failing = new Set<string>()
  const lines: (readonly unknown[])[] = []
  const erasedAt: number[] = []
  const deps: HousekeepingDeps = {
    store: {
      newestRegistryEpoch: (registry: string) => {
        const at = newest.get(registry)
        if (at === undefined) return Promise.resolve(null)
        const facts = { number: 1, root: "0", bundleSha256: new Uint8Array(32), entryIndex: 0, urgent: false }
        return Promise.resolve({ ...facts, registry, notBeforeUnixSeconds: at })
      },
      eraseExpired: (now: number) => Promise.resolve(erasedAt.push(now)),
      ...overrides,
    },
    ledger: { followOthers: () => Promise.resolve() },
    duty: { held: () => Promise.resolve(true) },
    elections: { run: () => Promise.resolve([]) },
    pendingEnrolments: { forgetPendingEnrolments: () => Promise.resolve(0) },
    registries: ["a", "b"].map((registry) => ({
      registry,
      publish: () => {
        if (failing.has(registry)) return Promise.reject(new LedgerError("storage-failed", "it is"))
        newest.set(registry, clock.now)
        return Promise.resolve({ outcome: "published" as const, number: 1 })
      },
    })),
    now: () => clock.now,
    log: { write: (...line: readonly unknown[]) => void lines.push(line) },
    epochSeconds: EPOCH_SECONDS,
  }
  return { deps, clock, newest, failing, lines, erasedAt }
}

it("publishes the other registry and erases what has expired when one registry fails", async () => {
  const { deps, clock, newest, failing, lines, erasedAt } = registriesOf()
  const housekeeping = new Housekeeping(deps)
  await housekeeping.start()
  lines.length = 0
  failing.add("a")
  clock.now += EPOCH_SECONDS
  await vi.advanceTimersByTimeAsync(1000)
  expect([...newest]).toEqual([["a", START], ["b", clock.now]]) // prettier-ignore
  expect(erasedAt).toEqual([clock.now])
  expect(lines).toEqual([
    ["error", "epoch-failed", { component: "housekeeping", registry: "a", "err.code": "storage-failed" }],
    ["info", "epoch-published"],
  ])
  expect(housekeeping.newestEpochAt).toBe(START) // readiness sees the one that stays behind
  failing.clear()
  await vi.advanceTimersByTimeAsync(1000)
  expect(housekeeping.newestEpochAt).toBe(clock.now)
  await housekeeping.stop()
})

it("publishes every registry when erasing fails, and says so once", async () => {
  const { deps, clock, newest, lines } = registriesOf({
    eraseExpired: () => Promise.reject(new Error("disk gone")),
  })
  const housekeeping = new Housekeeping(deps)
  await housekeeping.start()
  clock.now += EPOCH_SECONDS
  await vi.advanceTimersByTimeAsync(2000)
  expect([...newest.values()]).toEqual([clock.now, clock.now])
  expect(lines.filter(([level]) => level === "error")).toEqual([
    ["error", "erase-failed", { component: "housekeeping", "err.code": "internal" }],
  ])
  await housekeeping.stop()
})

it("leaves publishing and erasing to the instance that has the duty, and takes over when it gets it", async () => {
  const { deps, clock, newest, erasedAt } = registriesOf()
  const duty = { isOurs: true }
  const housekeeping = new Housekeeping({ ...deps, duty: { held: () => Promise.resolve(duty.isOurs) } })
  await housekeeping.start()
  duty.isOurs = false
  clock.now += EPOCH_SECONDS
  await vi.advanceTimersByTimeAsync(3000)
  expect([[...newest.values()], erasedAt]).toEqual([[START, START], []])
  duty.isOurs = true
  await vi.advanceTimersByTimeAsync(1000)
  expect([...newest.values()]).toEqual([clock.now, clock.now])
  await housekeeping.stop()
})

it("says so when it cannot see what others wrote, and publishes nothing then", async () => {
  const { deps, clock, newest, lines } = registriesOf()
  const broken = { followOthers: () => Promise.reject(new LedgerError("storage-failed", "it is")) }
  const housekeeping = new Housekeeping({ ...deps, ledger: broken })
  await housekeeping.start()
  lines.length = 0
  clock.now += EPOCH_SECONDS
  await vi.advanceTimersByTimeAsync(1000)
  expect([...newest.values()]).toEqual([START, START])
  expect(lines).toEqual([
    ["error", "follow-failed", { component: "housekeeping", "err.code": "storage-failed" }],
  ])
  await housekeeping.stop()
})

it("does not begin without an epoch of every registry", async () => {
  const { deps, failing } = registriesOf()
  failing.add("b")
  await expect(new Housekeeping(deps).start()).rejects.toMatchObject({ code: "storage-failed" })
})
