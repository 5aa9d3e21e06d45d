// Two instances on one database, each with its own guard: what one writes the other finds, guards and shows.
import { rm } from "node:fs/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { guardPath, openRollbackGuard, readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import { DraftElection, ballotEntry } from "../support/election-drafts.ts"
import {
  ORIGIN,
  appendMany,
  makeHome,
  openHome,
  presentationDraft,
  secondInstance,
} from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

const election = new DraftElection()
const { origin } = election
let homes: { first: LedgerHome; second: LedgerHome }
let first: OpenedLedger
let second: OpenedLedger
/** A database that answers with an older head from now on. */
let armed = false

beforeEach(async () => {
  const home = await makeHome()
  first = await openHome(home)
  homes = { first: home, second: await secondInstance(home) }
  second = await openHome(homes.second)
})
afterEach(async () => {
  await first.close()
  await second.close()
  await homes.first.remove()
})

async function begin(): Promise<void> {
  await first.ledger.openElection(election.ceremony)
  for (const [i, step] of election.steps().entries()) {
    const { ledger } = i % 2 === 0 ? first : second // both take part in the ceremony
    await Promise.all(step.map((entry) => ledger.admit(origin, { entry })))
  }
  for (const { ledger } of [first, second])
    await ledger.setBallotWindow(origin, { batchWindowSeconds: 10, closesAtUnixSeconds: 0 })
}

const guarded = async (home: LedgerHome, of: string) => {
  const note = await readGuardFile(home.stateDirectory, of)
  return note === null ? null : parseCheckpoint(note).checkpoint.size
}

describe("an instance", () => {
  test("finds the log of an election that another began, and guards it from then on", async () => {
    await first.ledger.openElection(election.ceremony)
    expect(second.ledger.logs()).toHaveLength(1)
    expect(await second.ledger.readEntries(origin, 0, 10)).toHaveLength(1)
    expect(second.ledger.logs()).toMatchObject([{ origin: ORIGIN }, { origin, size: 1 }])
    expect(await guarded(homes.second, origin)).toBe(1)
    await second.close()
    await rm(guardPath(homes.second.stateDirectory, origin))
    await expect(openHome(homes.second)).rejects.toMatchObject({ code: "guard-missing" })
    second = await openHome(await secondInstance(homes.first))
  })

  test("sees what others wrote when it looks around, without being asked for it", async () => {
    await first.ledger.openElection(election.ceremony)
    await appendMany(first.ledger, 0, 3)
    expect(second.ledger.logs()).toMatchObject([{ origin: ORIGIN, size: 1 }])
    await second.ledger.followOthers()
    expect(second.ledger.logs()).toMatchObject([
      { origin: ORIGIN, size: 4 },
      { origin, size: 1 },
    ])
    expect([await guarded(homes.second, ORIGIN), await guarded(homes.second, origin)]).toEqual([4, 1])
  })

  test("goes on from entries of another, in one history", async () => {
    await begin()
    expect(second.ledger.head(origin).size).toBe(23)
    expect(await second.ledger.admit(origin, { entry: election.opening() })).toMatchObject({
      outcome: "existing",
    })
    const answers = await Promise.all(
      [first, second, first, second].map(({ ledger }, voter) =>
        ledger.admit(origin, { entry: ballotEntry(voter) }),
      ),
    )
    expect(new Set(answers.map((one) => one.ok && "index" in one && one.index))).toEqual(
      new Set([24, 25, 26, 27]),
    )
  })

  test("tells a repeated ballot the receipt that another gave", async () => {
    await begin()
    await first.ledger.admit(origin, { entry: ballotEntry(1) })
    const again = ballotEntry(1, 1, { proof: "made anew" })
    expect(await second.ledger.admit(origin, { entry: again })).toMatchObject({
      outcome: "existing",
      index: 24,
    })
    expect(second.ledger.head(origin).size).toBe(25)
    expect(await guarded(homes.second, origin)).toBe(25)
  })

  test("proves entries of another as soon as it is asked for them", async () => {
    await appendMany(first.ledger, 0, 5)
    expect(second.ledger.head(ORIGIN).size).toBe(1)
    expect(await second.ledger.receipt(ORIGIN, 5)).not.toBeNull()
    await appendMany(first.ledger, 5, 9)
    expect(await second.ledger.consistency(ORIGIN, 1, 10)).not.toBeNull()
    await appendMany(first.ledger, 9, 10)
    expect(await second.ledger.refresh(ORIGIN)).toMatchObject({ size: 11 })
    expect(await second.ledger.receipt(ORIGIN, 50)).toBeNull()
  })

  test("shows a head of another only after its own guard has it", async () => {
    await second.close()
    const order: string[] = []
    second = await openHome(await secondInstance(homes.first), {
      openGuard: async (...place) => {
        const guard = await openRollbackGuard(...place)
        const record: typeof guard.record = async (head) => {
          await guard.record(head)
          order.push(
            `guarded ${head.size}, shown ${order.length === 0 ? 0 : second.ledger.head(ORIGIN).size}`,
          )
        }
        return { ...guard, record }
      },
    })
    await appendMany(first.ledger, 0, 2)
    await second.ledger.refresh(ORIGIN)
    expect(order).toEqual(["guarded 1, shown 0", "guarded 3, shown 1"])
    expect(second.ledger.head(ORIGIN).size).toBe(3)
  })

  test("halts when the head it reads is behind what it has shown", async () => {
    await appendMany(first.ledger, 0, 3)
    const stale = await first.stores.ledger.findLog(ORIGIN)
    await appendMany(first.ledger, 3, 6)
    await second.close()
    second = await openHome(await secondInstance(homes.first), {
      store: {
        ...first.stores.ledger,
        findLog: (of) => (armed ? Promise.resolve(stale) : first.stores.ledger.findLog(of)),
      },
    })
    armed = true
    await expect(second.ledger.refresh(ORIGIN)).rejects.toMatchObject({ code: "storage-failed" })
    expect(second.ledger.state()).toBe("halted")
    await expect(second.ledger.admit(ORIGIN, presentationDraft(99))).rejects.toMatchObject({
      code: "storage-failed",
    })
    armed = false
  })
})
