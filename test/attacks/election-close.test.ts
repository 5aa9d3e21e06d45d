// The end of voting, over HTTP: what arrived in time counts, what came later does not, and nobody takes it back.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ElectionDuty } from "../../src/service/routes/election-duty.ts"
import { ElectionReplays } from "../../src/service/routes/election-replays.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { loggedEntries, pinBallotWindow, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"

let service: TestService
let served: ServedElection
/** What a process that only watches told its ledger, before the election opened and after. */
const windows: { readonly closesAtUnixSeconds: number }[][] = []
beforeAll(async () => {
  service = await startTestService()
  const watcher = openWatcher()
  served = await serveElection(service, { n: 2 }, "open", async ({ kind }) => {
    if (kind === "election-open") windows.push(await watcher())
  })
  windows.push(await watcher(), await watcher())
}, 300_000)
afterAll(() => service.remove())

/** The duties of another process over the same database, whose ledger only notes what it is told of windows. */
function openWatcher(): () => Promise<{ readonly closesAtUnixSeconds: number }[]> {
  const { parts } = service
  const { ledgerOrigin } = parts.config
  const { ballotCircuits } = parts.circuit
  const noted: { readonly closesAtUnixSeconds: number }[] = []
  const ledger = {
    ...parts.ledger,
    setBallotWindow: (_origin: string, window: { readonly closesAtUnixSeconds: number }) => {
      noted.push(window)
      return Promise.resolve()
    },
  }
  const sources = { ...parts, ledgerOrigin, ballotCircuits, ledger, allowDevelopmentKeys: true }
  const replays = new ElectionReplays(sources)
  const duty = new ElectionDuty({ ledger, ledgerOrigin, now: parts.now, replays })
  return async () => {
    expect(await duty.run()).toEqual([])
    return noted.splice(0)
  }
}

const path = (): string => `/v1/elections/${served.election.electionId}`
const closesAt = (): number => served.election.definition.closesAtUnixSeconds
const ballotCount = async (): Promise<number> => (await loggedEntries(service, served, "ballot")).length

describe("D5: the clock at the end of voting", () => {
  it("is known to a process that saw the election before it opened, and told once", () => {
    expect(windows).toEqual([[], [expect.objectContaining({ closesAtUnixSeconds: closesAt() })], []])
  })

  it("counts a ballot whose request was complete in time, however long the look-ups take", async () => {
    service.clock.now = closesAt() - 1
    const elections = service.parts.elections as { findElection: typeof service.parts.elections.findElection }
    const { findElection } = elections
    elections.findElection = async (by) => {
      // The ballot's own look-up; the service's duties look the log up by its origin, at a moment of their own.
      if ("electionId" in by) service.clock.now = closesAt() + 1
      return findElection(by)
    }
    try {
      expect(await served.cast(served.election.ballot(0, 1).ballot)).toMatchObject({ status: 201 })
    } finally {
      elections.findElection = findElection
    }
    expect(await ballotCount()).toBe(1)
  })

  it("lets a ballot in at the last second and none at the closing second, nor before the opening one", async () => {
    const [early, last, late] = [1, 2, 3].map((v) => served.election.ballot(v, 1).ballot)
    service.clock.now = served.election.definition.opensAtUnixSeconds - 1
    expect(await served.cast(early!)).toMatchObject({ status: 409, code: "election-not-open" })
    service.clock.now = closesAt() - 1
    expect(await served.cast(last!)).toMatchObject({ status: 201 })
    service.clock.now = closesAt()
    expect(await served.cast(late!)).toMatchObject({ status: 409, code: "election-closed" })
    expect(await served.cast(last!)).toMatchObject({ status: 200 })
    expect(await ballotCount()).toBe(2)
  })

  it("writes a ballot that waits for its window at the end of voting, not at the window's", async () => {
    const { origin } = served.election.sources
    // The window is on the wall clock: one of an hour, of an election that ends in two seconds.
    const closesAtUnixSeconds = Math.floor(Date.now() / 1000) + 2
    await pinBallotWindow(service, origin, { batchWindowSeconds: 3600, closesAtUnixSeconds })
    service.clock.now = closesAt() - 1
    const begun = Date.now()
    expect(await served.cast(served.election.ballot(4, 1).ballot)).toMatchObject({ status: 201 })
    expect(Date.now() - begun).toBeLessThan(60_000)
    expect(await ballotCount()).toBe(3)
  })
})

describe("D19: a result that somebody would rather not have", () => {
  it(
    "cannot be avoided: no void, no extension and no ballot after the close",
    { timeout: 60_000 },
    async () => {
      const { election, post, cast } = served
      const { electionId } = election
      service.clock.now = closesAt() + 31
      const phase = async (): Promise<string> => (await service.call("GET", path())).json.phase as string
      await expect.poll(phase, { timeout: 20_000 }).toBe("closed")
      const later = election.signed("extension", { electionId, number: 1, closesAt: closesAt() + 3600 })
      for (const entry of [election.signed("void", { electionId, reason: "disliked" }), later])
        expect(await post(entry)).toMatchObject({ status: 409, code: "phase-refused" })
      // By a clock that is set back, too: the entry is the fence.
      service.clock.now = closesAt() - 100
      expect(await cast(election.ballot(5, 1).ballot)).toMatchObject({ status: 409, code: "election-closed" })
      expect(await loggedEntries(service, served, "election-close")).toHaveLength(1)
    },
  )

  it("and the close counts what is in the log before it", async () => {
    const entries = await loggedEntries(service, served)
    const [close] = await loggedEntries(service, served, "election-close")
    expect(close!.index).toBe(entries.length - 1)
    expect(JSON.parse(close!.bytes.toString())).toMatchObject({
      accepted: 3,
      counted: 3,
      superseded: 0,
      challenged: 0,
      logSize: close!.index,
    })
  })
})
