import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { leafHash } from "../../src/protocol/log/tree.ts"
import type { Admission } from "../../src/ledger/log/ledger.ts"
import type { LedgerParts } from "../../src/ledger/log/open-ledger.ts"
import { StoreError } from "../../src/ledger/log/store.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { DraftElection, ballotEntry } from "../support/election-drafts.ts"
import { HandClock, turn as afterTurn } from "../support/hand-clock.ts"
import { makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

const CLOSES_AT = 1_900_000_000
const WINDOW = { batchWindowSeconds: 10, closesAtUnixSeconds: CLOSES_AT }
const MONDAY = 1_899_000_003_500 // milliseconds; 3.5 s into a window of ten
const election = new DraftElection()
const { origin } = election

let home: LedgerHome
let opened: OpenedLedger
let clock: HandClock
beforeEach(async () => {
  home = await makeHome()
  clock = new HandClock(MONDAY)
  await open()
  await opened.ledger.openElection(election.ceremony)
  for (const step of election.steps()) await Promise.all(step.map(admit))
  await opened.ledger.setBallotWindow(origin, WINDOW)
})
afterEach(async () => {
  await opened.close()
  await home.remove()
})

async function open(limits: LedgerParts["limits"] = {}): Promise<void> {
  opened = await openHome(home, { clock, limits: { batchMilliseconds: 0, ...limits } })
}
const admit = (entry: ElectionEntry) => opened.ledger.admit(origin, { entry })
/** Lets drafts reach their queues, and batches that are due be written. */
const turn = () => afterTurn(60)
const checkpoints = async () => {
  const log = await opened.stores.ledger.findLog(origin)
  return opened.stores.ledger.listCheckpoints(log?.id ?? 0, 0, 1000)
}
const settled = (answers: readonly Promise<Admission>[]) =>
  Promise.all(answers.map((one) => Promise.race([one.then(() => true), turn().then(() => false)])))

describe("a window", () => {
  test("ends at a multiple of the wall clock, and its ballots are one transaction", async () => {
    const before = await checkpoints()
    const early = [1, 2, 3].map((voter) => admit(ballotEntry(voter)))
    await turn()
    clock.moveTo(MONDAY + 6400)
    const late = [4, 5].map((voter) => admit(ballotEntry(voter)))
    await turn()
    expect(clock.alarms).toEqual([MONDAY + 6500])
    expect(await settled([...early, ...late])).toEqual([false, false, false, false, false])
    clock.moveTo(MONDAY + 6500)
    const answers = await Promise.all([...early, ...late])
    expect(new Set(answers.map((one) => (one.ok && "size" in one ? one.size : null)))).toEqual(new Set([29]))
    expect(await checkpoints()).toHaveLength(before.length + 1)
  })

  test("is one transaction also when it holds more than a batch of other entries", async () => {
    const before = await checkpoints()
    const answers = Array.from({ length: 300 }, (_, voter) => admit(ballotEntry(voter)))
    await turn()
    expect(await checkpoints()).toHaveLength(before.length)
    clock.moveTo(MONDAY + 6500)
    await Promise.all(answers)
    expect(await checkpoints()).toHaveLength(before.length + 1)
  })

  test("lists its ballots by hash: when they came is gone", async () => {
    const answers = Array.from({ length: 40 }, (_, voter) => admit(ballotEntry(voter)))
    await turn()
    clock.moveTo(MONDAY + 6500)
    await Promise.all(answers)
    const rows = await opened.ledger.readEntries(origin, 24, 64)
    const leaves = rows.map(({ body }) => Buffer.from(leafHash(body)).toString("hex"))
    expect(leaves).toEqual([...leaves].sort())
    const voters = rows
      .map(({ body }) => parseEntry(body))
      .map((entry) => entry.kind === "ballot" && entry.nullifier)
    expect(voters).not.toEqual([...voters].sort()) // the order in which they were sent
  })

  test("is left whole by control entries of its log, which go at once", async () => {
    const first = admit(ballotEntry(1))
    await turn()
    expect(await admit(election.extension(1))).toMatchObject({ ok: true, index: 24 })
    const second = admit(ballotEntry(2))
    await turn()
    expect(await settled([first, second])).toEqual([false, false])
    clock.moveTo(MONDAY + 6500)
    expect(await Promise.all([first, second])).toMatchObject([{ size: 27 }, { size: 27 }])
  })

  test("begins anew for ballots that come after its end", async () => {
    const first = admit(ballotEntry(1))
    await turn()
    clock.moveTo(MONDAY + 6500)
    await first
    const second = admit(ballotEntry(2))
    await turn()
    expect(clock.alarms).toEqual([MONDAY + 16_500])
    clock.moveTo(MONDAY + 16_500)
    expect(await second).toMatchObject({ ok: true, index: 25 })
  })

  test("of several elections end each by its own rule", async () => {
    const other = new DraftElection("other")
    await opened.ledger.openElection(other.ceremony)
    for (const step of other.steps())
      await Promise.all(step.map((entry) => opened.ledger.admit(other.origin, { entry })))
    await opened.ledger.setBallotWindow(other.origin, { ...WINDOW, batchWindowSeconds: 60 })
    const answers = [admit(ballotEntry(1)), opened.ledger.admit(other.origin, { entry: ballotEntry(1) })]
    await turn()
    expect(clock.alarms).toEqual([MONDAY + 6500, Math.ceil(MONDAY / 60_000) * 60_000])
    clock.moveTo(MONDAY + 6500)
    await answers[0]
    expect(await settled(answers)).toEqual([true, false])
    await opened.ledger.flushNow(other.origin)
    expect(await settled(answers)).toEqual([true, true])
  })
})

describe("a window that must be written one by one", () => {
  test("is written in an order that nobody could foresee", async () => {
    await opened.close()
    const stores = await openStores(home.database)
    let armed = false
    // Somebody else's row stands where one of the batch would be written: each gets its own transaction.
    const clashing: LedgerStore = {
      ...stores.ledger,
      transaction: (body) => {
        const isClash = armed
        armed = false
        return isClash
          ? Promise.reject(new StoreError("claim-conflict", "a clash"))
          : stores.ledger.transaction(body)
      },
    }
    opened = await openHome(home, { clock, store: clashing, limits: { batchMilliseconds: 0 } })
    const answers = Array.from({ length: 20 }, (_, voter) => admit(ballotEntry(voter)))
    await turn()
    armed = true
    clock.moveTo(MONDAY + 6500)
    const places = (await Promise.all(answers)).map((one) => (one.ok && "index" in one ? one.index : -1))
    await stores.close()
    const arrival = [...places].sort((a, b) => a - b)
    expect(arrival).toEqual(Array.from({ length: 20 }, (_, i) => 24 + i))
    expect(places).not.toEqual(arrival)
  })
})

describe("the end of voting", () => {
  test("ends the last window early, and what arrives later is written at once", async () => {
    clock.moveTo(CLOSES_AT * 1000 - 2000)
    await opened.ledger.setBallotWindow(origin, { ...WINDOW, closesAtUnixSeconds: CLOSES_AT - 1 })
    const last = admit(ballotEntry(1))
    await turn()
    expect(clock.alarms).toEqual([CLOSES_AT * 1000 - 1000])
    clock.moveTo(CLOSES_AT * 1000 - 1000)
    expect(await last).toMatchObject({ ok: true, index: 24 })
    expect(await admit(ballotEntry(2))).toMatchObject({ ok: true, index: 25 })
  })

  test("that is put off keeps those who wait in their window", async () => {
    clock.moveTo(CLOSES_AT * 1000 - 4000)
    await opened.ledger.setBallotWindow(origin, { ...WINDOW, closesAtUnixSeconds: CLOSES_AT - 3 })
    const waiting = admit(ballotEntry(1))
    await turn()
    await opened.ledger.setBallotWindow(origin, WINDOW)
    expect(clock.alarms).toEqual([CLOSES_AT * 1000])
    clock.moveTo(CLOSES_AT * 1000)
    expect(await waiting).toMatchObject({ ok: true })
  })
})

describe("ballots that wait", () => {
  test("are bounded by name: one more is refused, and nobody in the window is disturbed", async () => {
    await opened.close()
    await open({ windowBallots: 5 })
    const answers = Array.from({ length: 7 }, (_, voter) => admit(ballotEntry(voter)))
    const done = Promise.allSettled(answers)
    await turn()
    expect(await admit(election.extension(1))).toMatchObject({ ok: true }) // another queue
    clock.moveTo(MONDAY + 6500)
    const results = await done
    expect(results.filter((one) => one.status === "fulfilled" && one.value.ok)).toHaveLength(5)
    expect(results.filter((one) => one.status === "rejected")).toMatchObject([
      { reason: { code: "queue-full" } },
      { reason: { code: "queue-full" } },
    ])
  })

  test("are written when the ledger closes", async () => {
    const waiting = admit(ballotEntry(1))
    await turn()
    await opened.ledger.close()
    expect(await waiting).toMatchObject({ ok: true, index: 24 })
    await expect(admit(ballotEntry(2))).rejects.toMatchObject({ code: "log-closed" })
    await opened.stores.close()
    await open()
  })
})
