// A process that died between an election's last entry and its anchor in the main log: the next one says what it left out.
import { describe, expect, it } from "vitest"
import { ElectionDuty } from "../../src/service/routes/election-duty.ts"

const ORIGIN = "votes.example/elections/00"

function ended(anchored: readonly string[]) {
  const said = new Set(anchored)
  const calls = { replays: 0, admitted: [] as string[] }
  const log = {
    phase: "tallied",
    electionId: "7",
    closesAt: 5,
    definition: { batchWindowSeconds: 10, title: "Board" },
    tally: { resultSha256: "00".repeat(32) },
  }
  const ledger = {
    logs: () => [{ origin: ORIGIN, kind: "election", state: "closed" }],
    findClaim: (_origin: string, [, , phase]: readonly string[]) =>
      Promise.resolve(said.has(phase!) ? 1 : null),
    setBallotWindow: () => Promise.resolve(),
    head: () => ({ size: 9, root: new Uint8Array(32) }),
    admit: (_origin: string, { entry }: { entry: { phase: string } }) => {
      said.add(entry.phase)
      calls.admitted.push(entry.phase)
      return Promise.resolve({ ok: true })
    },
  }
  const replays = {
    find: () => Promise.resolve({ origin: ORIGIN, electionId: "7" }),
    upToDate: () => {
      calls.replays++
      return Promise.resolve(log)
    },
  }
  const deps = { ledger, replays, ledgerOrigin: "votes.example/ledger", now: () => 100 }
  return { duty: new ElectionDuty(deps as never), calls }
}

describe("an election that has ended", () => {
  it("is anchored by the next process when its tally was left unsaid", async () => {
    const { duty, calls } = ended(["open"])
    expect(await duty.run()).toEqual([])
    expect(calls.admitted).toEqual(["tally"])
    await duty.run()
    expect(calls).toEqual({ replays: 1, admitted: ["tally"] })
  })

  it("is not replayed when everything was said", async () => {
    const { duty, calls } = ended(["open", "tally"])
    expect(await duty.run()).toEqual([])
    expect(calls).toEqual({ replays: 0, admitted: [] })
  })
})
