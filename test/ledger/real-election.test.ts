// A whole honest election through the ledger: what its replay admits the claims admit, and the close is the one that
// anybody computes from the log.
import { afterEach, beforeEach, expect, test } from "vitest"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { computeClose } from "../../src/protocol/election/close.ts"
import { ElectionLog } from "../../src/protocol/election/election-log.ts"
import { isMainEntry, parseEntry } from "../../src/protocol/log/entry.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { LOG_KEY, ORIGIN, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"
import { makeElection } from "../support/small-election.ts"

let home: LedgerHome
let opened: OpenedLedger
beforeEach(async () => {
  home = await makeHome()
  opened = await openHome(home)
})
afterEach(async () => {
  await opened.close()
  await home.remove()
})

test("an election from its ceremony to its tally is one log, replayed by anyone as it was written", async () => {
  const election = makeElection({
    n: 3,
    t: 2,
    voters: 10,
    revotes: 3,
    challenges: 2,
    mainOrigin: ORIGIN,
    seed: "through the ledger",
  })
  const { origin } = election.sources
  const { ledger } = opened
  const [first, ...rest] = election.entries.map(({ entry }) => entry)
  if (first?.kind !== "ceremony") throw new Error("an election begins with its ceremony")
  expect(await ledger.openElection(first)).toMatchObject({ ok: true, origin, index: 0 })
  await ledger.setBallotWindow(origin, { batchWindowSeconds: 5, closesAtUnixSeconds: 0 })
  const replay = new ElectionLog({
    ...election.sources,
    logKey: encodeVerifierKey(makeSigningKey(origin, LOG_KEY.seed)),
  })
  const catchUp = async (size: number): Promise<void> => {
    for (const { body } of await ledger.readEntries(origin, replay.size, size)) {
      const entry = parseEntry(body)
      if (isMainEntry(entry)) throw new Error("an entry of another log")
      replay.append(entry, body)
    }
  }
  for (const [i, entry] of rest.entries()) {
    const admission =
      entry.kind === "election-close"
        ? await ledger.closeElection(origin, async ({ size }) => {
            await catchUp(size)
            return computeClose(replay)
          })
        : await ledger.admit(origin, { entry })
    expect(admission, `${entry.kind} ${i + 1}`).toMatchObject({
      ok: true,
      outcome: "committed",
      index: i + 1,
    })
  }
  await catchUp(election.entries.length)
  expect((await ledger.readEntries(origin, 0, 1000)).map(({ body }) => body)).toEqual(election.bytes)
  expect([replay.phase, replay.counts]).toEqual(["tallied", election.log.counts])
  expect(replay.closeHash).toBe(election.log.closeHash)
  expect(ledger.logs()[1]).toMatchObject({ origin, state: "closed", size: election.entries.length })
  const key = makeSigningKey(origin, LOG_KEY.seed)
  expect(await fsckDatabase({ store: opened.stores.ledger, origin, key })).toEqual([])
})
