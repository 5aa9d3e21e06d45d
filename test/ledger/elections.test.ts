import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import type { Admission } from "../../src/ledger/log/ledger.ts"
import { DraftElection, ballotEntry, challengedEntry, pseudonym } from "../support/election-drafts.ts"
import { HandClock, turn as afterTurn } from "../support/hand-clock.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

let home: LedgerHome
let opened: OpenedLedger
let clock: HandClock
const election = new DraftElection()
const { origin } = election

/** What a clock of hand needs: batches that are due the moment they wait, so that only windows need it moved. */
const options = () => ({ clock, limits: { batchMilliseconds: 0 } })
beforeEach(async () => {
  home = await makeHome()
  clock = new HandClock(1_000_000)
  opened = await openHome(home, options())
})
afterEach(async () => {
  await opened.close()
  await home.remove()
})

async function reopen(): Promise<void> {
  await opened.close()
  opened = await openHome(home, options())
}

/** Lets every draft reach its queue. */
const turn = () => afterTurn(5)
const admit = (entry: ElectionEntry) => opened.ledger.admit(origin, { entry })
/** Admits ballots into one window and ends it. */
async function cast(...entries: readonly ElectionEntry[]): Promise<readonly Admission[]> {
  const answers = Promise.all(entries.map(admit))
  await turn()
  await opened.ledger.flushNow(origin)
  return answers
}
const told = (answers: readonly Admission[]) => answers.map((one) => (one.ok ? one.outcome : one.reason))

async function begin(upTo = Infinity, one = election): Promise<void> {
  expect(await opened.ledger.openElection(one.ceremony)).toMatchObject({ ok: true, index: 0 })
  for (const step of one.steps().slice(0, upTo)) {
    const answers = await Promise.all(step.map((entry) => opened.ledger.admit(one.origin, { entry })))
    expect(answers.every((answer) => answer.ok)).toBe(true)
  }
}
/** Entries up to the opening: a ceremony, twelve messages of its keys, definition, three signatures, six shares, opening. */
const OPEN = 24

async function fsck(of = origin) {
  const guardNote = await readGuardFile(home.stateDirectory, of)
  const key = makeSigningKey(of, LOG_KEY.seed)
  return fsckDatabase({ store: opened.stores.ledger, origin: of, key, guardNote })
}

describe("the log of an election", () => {
  test("begins with its ceremony under the origin that the ceremony's id gives, once", async () => {
    const [first, twin] = await Promise.all([
      opened.ledger.openElection(election.ceremony),
      opened.ledger.openElection(election.ceremony),
    ])
    expect(told([first, twin]).sort()).toEqual(["committed", "existing"])
    expect(await opened.ledger.openElection(election.ceremony)).toMatchObject({
      outcome: "existing",
      index: 0,
    })
    expect(opened.ledger.logs()).toEqual([
      { origin: ORIGIN, kind: "main", state: "open", size: 1 },
      { origin, kind: "election", state: "open", size: 1 },
    ])
    expect(await opened.stores.elections.findElection({ origin })).toMatchObject({
      ceremonyId: election.ceremonyId,
      electionId: null,
    })
    expect(await fsck()).toEqual([])
  })

  test("is signed under its own name, so that no receipt of it passes for one of another log", async () => {
    await begin(1)
    const receipt = await opened.ledger.receipt(origin, 1)
    const key = makeSigningKey(origin, LOG_KEY.seed)
    const own = parsePolicy(`log ${encodeVerifierKey(key)}\nquorum none\n`)
    const main = parsePolicy(`log ${encodeVerifierKey(LOG_KEY)}\nquorum none\n`)
    if (receipt === null) throw new Error("no receipt")
    const read = parseReceipt(JSON.stringify(receipt))
    expect(verifyReceipt(read, own)).toMatchObject({ ok: true, value: { index: 1 } })
    expect(verifyReceipt(read, main)).toMatchObject({ ok: false, reason: "origin-unknown" })
  })

  test("has no entries of the main log, and the main log none of an election", async () => {
    await begin(1)
    await expect(opened.ledger.admit(ORIGIN, { entry: election.commit(1) })).rejects.toThrow(RangeError)
    await expect(opened.ledger.admit(origin, { entry: { kind: "log-close", v: 1 } })).rejects.toThrow(
      RangeError,
    )
    await expect(
      opened.ledger.admit("verifier.example/elections/none", { entry: election.commit(1) }),
    ).rejects.toMatchObject({ code: "log-unknown" })
  })

  test("grows beside others without waiting for them, each with its own indices", async () => {
    const other = new DraftElection("two")
    await opened.ledger.openElection(election.ceremony)
    await opened.ledger.openElection(other.ceremony)
    const answers = await Promise.all([
      admit(election.trusteeKey(1)),
      opened.ledger.admit(other.origin, { entry: other.trusteeKey(1) }),
      opened.ledger.admit(other.origin, { entry: other.trusteeKey(2) }),
      appendMany(opened.ledger, 0, 3),
    ])
    expect(answers.slice(0, 3)).toMatchObject([
      { index: 1 },
      { origin: other.origin },
      { origin: other.origin },
    ])
    expect(opened.ledger.logs().map(({ size }) => size)).toEqual([4, 2, 3])
    expect([...(await fsck()), ...(await fsck(other.origin)), ...(await fsck(ORIGIN))]).toEqual([])
  })

  test("goes on after a restart, its election known by what stands in it", async () => {
    await begin()
    await cast(ballotEntry(1))
    await reopen()
    expect(told(await cast(ballotEntry(1, 1, { proof: "made anew" }), ballotEntry(1, 2)))).toEqual([
      "existing",
      "committed",
    ])
    expect(await fsck()).toEqual([])
  })
})

describe("the phases", () => {
  test("admit nothing early, and every step in any order of its trustees", async () => {
    await opened.ledger.openElection(election.ceremony)
    const steps = election.steps()
    for (const [i, step] of steps.entries()) {
      for (const later of steps.slice(i + 1).flat()) {
        expect(await admit(later), later.kind).toMatchObject({ ok: false, reason: "phase-refused" })
      }
      for (const entry of [...step].reverse())
        expect(await admit(entry), entry.kind).toMatchObject({ ok: true })
    }
    expect(await fsck()).toEqual([])
  })

  test("tell the same entry again its place, also at once, and refuse another in it", async () => {
    await opened.ledger.openElection(election.ceremony)
    expect(told(await Promise.all([1, 1, 1].map((i) => admit(election.trusteeKey(i))))).sort()).toEqual([
      "committed",
      "existing",
      "existing",
    ])
    for (const entry of [2, 3].map((i) => election.trusteeKey(i))) await admit(entry)
    expect(await admit(election.trusteeKey(2))).toMatchObject({ ok: true, outcome: "existing", index: 2 })
    const other = election.trusteeKey(2)
    const changed = { ...other, body: { ...other.body, key: other.body.proof.T } }
    expect(await admit(changed)).toMatchObject({ ok: false, reason: "phase-refused", index: 2 })
    expect(opened.ledger.head(origin).size).toBe(4)
  })

  test("end with a complaint or an abort: no definition follows", async () => {
    await begin(4)
    expect(await admit(election.complaint(3, 1))).toMatchObject({ ok: true })
    expect(await admit(election.definition())).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(await admit(election.aborted())).toMatchObject({ ok: true })
    expect(await admit(election.complaint(3, 2))).toMatchObject({ ok: false })
    expect(opened.ledger.logs()[1]).toMatchObject({ state: "closed", size: 15 })
    expect(await admit(election.trusteeKey(1))).toMatchObject({ ok: true, outcome: "existing" })
    expect(await fsck()).toEqual([])
  })

  test("keep entries that forbid each other in an order in which each was allowed", async () => {
    // One batch, decided in random order: whatever wins, a reader must be able to replay it.
    const many = Array.from({ length: 8 }, (_, i) => new DraftElection(`race ${i}`))
    for (const one of many) await begin(4, one)
    await opened.close()
    opened = await openHome(home, { clock, limits: { batchMilliseconds: 1000 } })
    const answers = many.map((one) =>
      Promise.all(
        [one.definition(), one.complaint(1, 2), one.aborted(), one.complaint(2, 1)].map((entry) =>
          opened.ledger.admit(one.origin, { entry }),
        ),
      ),
    )
    await turn()
    clock.moveTo(clock.now() + 1000)
    for (const [i, one] of many.entries()) {
      expect(told((await answers[i]) ?? [])).toContain("committed")
      expect(await fsck(one.origin)).toEqual([])
    }
  })

  test("never come back after a close: no void, no extension, no ballot", async () => {
    await begin()
    expect(await admit(election.extension(2))).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(await admit(election.extension(1))).toMatchObject({ ok: true })
    await opened.ledger.closeElection(origin, ({ size }) => election.close(size))
    expect(await admit(election.voided())).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(await admit(election.extension(2))).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(told(await cast(ballotEntry(1), challengedEntry(2)))).toEqual([
      "election-closed",
      "election-closed",
    ])
    expect(await admit(election.tally())).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(await admit(election.share(3))).toMatchObject({ ok: true })
    expect(await admit(election.tally())).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(await admit(election.share(1))).toMatchObject({ ok: true })
    expect(await admit(election.tally())).toMatchObject({ ok: true })
    expect(await admit(election.share(2))).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(opened.ledger.logs()[1]).toMatchObject({ state: "closed" })
    expect(await fsck()).toEqual([])
  })

  test("are void for ever once they are void", async () => {
    await begin()
    expect(await admit(election.voided())).toMatchObject({ ok: true })
    expect(told(await cast(ballotEntry(1)))).toEqual(["election-void"])
    expect(await opened.ledger.closeElection(origin, ({ size }) => election.close(size))).toMatchObject({
      ok: false,
      reason: "phase-refused",
    })
    await reopen()
    expect(told(await cast(ballotEntry(1)))).toEqual(["election-void"])
    expect(await fsck()).toEqual([])
  })
})

describe("a ballot", () => {
  beforeEach(() => begin())

  test("before the opening is refused by name", async () => {
    const early = new DraftElection("early")
    await opened.ledger.openElection(early.ceremony)
    expect(await opened.ledger.admit(early.origin, { entry: ballotEntry(1) })).toMatchObject({
      ok: false,
      reason: "election-not-open",
    })
  })

  test("needs the one before it: sequences 1, 2, 3 and no gap", async () => {
    expect(told(await cast(ballotEntry(1, 2)))).toEqual(["sequence-mismatch"])
    expect(told(await cast(ballotEntry(1, 1)))).toEqual(["committed"])
    expect(told(await cast(ballotEntry(1, 3)))).toEqual(["sequence-mismatch"])
    expect(told(await cast(ballotEntry(1, 1, { randomness: "other" })))).toEqual(["sequence-mismatch"])
    expect(told(await cast(ballotEntry(1, 2)))).toEqual(["committed"])
    expect(await opened.ledger.findClaim(origin, ["seq", pseudonym(1), "2"])).not.toBeNull()
  })

  test("is one of its pseudonym in its window: the others are in flight, whoever comes first", async () => {
    const racing = Array.from({ length: 30 }, (_, i) => ballotEntry(1, 1, { randomness: `race ${i}` }))
    const others = Array.from({ length: 20 }, (_, i) => ballotEntry(10 + i))
    const answers = told(await cast(...racing, ...others, ballotEntry(1, 2)))
    expect(answers.slice(0, 30).filter((one) => one === "committed")).toHaveLength(1)
    expect(answers.slice(0, 30).filter((one) => one === "ballot-in-flight")).toHaveLength(29)
    expect(answers.slice(30, 50)).toEqual(Array.from({ length: 20 }, () => "committed"))
    expect(["ballot-in-flight", "sequence-mismatch"]).toContain(answers[50])
    expect(await fsck()).toEqual([])
  })

  test("told again has its first receipt: in its window, later, with another proof, after the close", async () => {
    const again = ballotEntry(1, 1, { proof: "made anew" })
    expect(told(await cast(ballotEntry(1), again)).sort()).toEqual(["committed", "existing"])
    await cast(ballotEntry(1, 2))
    await opened.ledger.closeElection(origin, ({ size }) => election.close(size))
    await admit(election.share(1))
    await admit(election.share(2))
    await admit(election.tally())
    for (const restarted of [false, true]) {
      if (restarted) await reopen()
      const [answer] = await cast(again)
      if (answer?.ok !== true || answer.outcome !== "existing") throw new Error("not the first receipt")
      const first = parseEntry(answer.entryBytes)
      expect(first).toMatchObject({ kind: "ballot", nullifier: again.nullifier, sequence: "000001" })
    }
    expect(await fsck()).toEqual([])
  })

  test("uses its randomness once, cast or challenged", async () => {
    expect(told(await cast(challengedEntry(1, 1)))).toEqual(["committed"])
    expect(told(await cast(ballotEntry(1, 1)))).toEqual(["randomness-reused"])
    expect(told(await cast(ballotEntry(2, 1, { randomness: "1/1" })))).toEqual(["randomness-reused"])
    expect(told(await cast(challengedEntry(1, 1)))).toEqual(["existing"])
    const same = { randomness: "shared" }
    expect(told(await cast(ballotEntry(3, 1, same), challengedEntry(4, 1, same))).sort()).toEqual([
      "committed",
      "randomness-reused",
    ])
    expect(await fsck()).toEqual([])
  })

  test("is challenged at most eight times by one pseudonym, whatever its sequence", async () => {
    const challenge = (n: number) => challengedEntry(1, 1 + (n % 3), { randomness: `challenge ${n}` })
    for (let n = 0; n < 8; n++) expect(told(await cast(challenge(n)))).toEqual(["committed"])
    expect(told(await cast(challenge(8), challengedEntry(2)))).toEqual(["challenge-limit", "committed"])
    expect(told(await cast(ballotEntry(1)))).toEqual(["committed"])
    expect(told(await cast(challenge(3)))).toEqual(["existing"])
    expect(await fsck()).toEqual([])
  })

  test("is challenged once a window and may be cast in the same", async () => {
    const [one, two] = [
      challengedEntry(1, 1, { randomness: "a" }),
      challengedEntry(1, 1, { randomness: "b" }),
    ]
    expect(told(await cast(one, two, ballotEntry(1))).sort()).toEqual([
      "ballot-in-flight",
      "committed",
      "committed",
    ])
    expect(await fsck()).toEqual([])
  })
})

describe("the close", () => {
  beforeEach(() => begin())

  test("stands on the entries it counts: computed again when a ballot came between", async () => {
    const sizes: number[] = []
    const closed = await opened.ledger.closeElection(origin, async ({ size }) => {
      sizes.push(size)
      if (sizes.length === 1) await cast(ballotEntry(1))
      return election.close(size)
    })
    expect(sizes).toEqual([OPEN, OPEN + 1])
    expect(closed).toMatchObject({ ok: true, outcome: "committed", index: OPEN + 1 })
  })

  test("writes what waits first, and what comes after it is closed out", async () => {
    const waiting = admit(ballotEntry(1))
    await turn()
    const closed = await opened.ledger.closeElection(origin, ({ size }) => election.close(size))
    expect(await waiting).toMatchObject({ ok: true, index: OPEN })
    expect(closed).toMatchObject({ ok: true, index: OPEN + 1 })
    expect(await admit(election.share(1))).toMatchObject({ ok: true, index: OPEN + 2 })
  })

  test("is written once: who comes later gets the one there is", async () => {
    const both = await Promise.all(
      [1, 2].map(() => opened.ledger.closeElection(origin, ({ size }) => election.close(size))),
    )
    expect(told(both).sort()).toEqual(["committed", "existing"])
    const later = await opened.ledger.closeElection(origin, () => {
      throw new Error("nothing is computed any more")
    })
    expect(later).toMatchObject({ ok: true, outcome: "existing", index: OPEN })
  })

  test("that says another size than the log's is never written", async () => {
    await expect(
      opened.ledger.closeElection(origin, ({ size }) => election.close(size - 1)),
    ).rejects.toMatchObject({ code: "storage-failed" })
    expect(opened.ledger.head(origin).size).toBe(OPEN)
    expect(opened.ledger.state()).toBe("running")
  })
})

describe("an entry checked against the log", () => {
  test("is written where it was checked, one after the other", async () => {
    await opened.ledger.openElection(election.ceremony)
    const seen: number[] = []
    const answers = await Promise.all(
      [1, 2, 3].map((i) =>
        opened.ledger.appendAt(origin, ({ size }) => {
          seen.push(size)
          return { entry: election.trusteeKey(i) }
        }),
      ),
    )
    expect(seen).toEqual([1, 2, 3])
    expect(answers).toMatchObject([{ index: 1 }, { index: 2 }, { index: 3 }])
  })

  test("loses to another that was checked at the same size, also in one batch", async () => {
    await opened.ledger.openElection(election.ceremony)
    await opened.close()
    opened = await openHome(home, { clock, limits: { batchMilliseconds: 1000 } })
    const preconditions = [{ require: "sizeIs", size: 1 } as const]
    const racing = Promise.all(
      [1, 2, 3].map((i) => opened.ledger.admit(origin, { entry: election.trusteeKey(i), preconditions })),
    )
    await turn()
    clock.moveTo(clock.now() + 1000)
    const answers = await racing
    expect(answers.filter((one) => one.ok)).toMatchObject([{ index: 1 }])
    expect(answers.filter((one) => !one.ok)).toMatchObject([
      { reason: "phase-refused", headMoved: true },
      { reason: "phase-refused", headMoved: true },
    ])
  })

  test("is nothing when its check says so, and fails alone when its check does", async () => {
    await opened.ledger.openElection(election.ceremony)
    expect(await opened.ledger.appendAt(origin, () => null)).toBeNull()
    const broken = opened.ledger.appendAt(origin, () => Promise.reject(new Error("no blob")))
    const next = opened.ledger.appendAt(origin, () => ({ entry: election.trusteeKey(1) }))
    await expect(broken).rejects.toThrow("no blob")
    expect(await next).toMatchObject({ ok: true, index: 1 })
  })
})
