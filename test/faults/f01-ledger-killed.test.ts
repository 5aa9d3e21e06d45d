// F1: kill -9 of a process that appends. Every acknowledged (index, hash) must be there afterwards.
import { randomInt } from "node:crypto"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { lostOf, startWriter } from "../support/killed-writers.ts"
import type { Acknowledged } from "../support/killed-writers.ts"
import { LOG_KEY, ORIGIN, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const ROUNDS = process.env["SOTTO_FULL"] === "1" ? 20 : 3

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  await (await openHome(home)).close()
})
afterEach(() => home.remove())

/** Runs a writer until a random moment after its first acknowledgement, and kills it. @returns what it acknowledged */
function killedWriter(first: number, bug = "none"): Promise<Acknowledged> {
  const writer = startWriter(home, first, bug)
  writer.onAcknowledged = (count) => {
    if (count === 1) setTimeout(writer.kill, randomInt(50, 700))
  }
  return writer.ended
}

describe("a killed ledger", () => {
  test(`has every entry it acknowledged, over ${ROUNDS} rounds`, async () => {
    const acknowledged: Acknowledged = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, hash] of await killedWriter(100_000 * round)) {
        expect(acknowledged.get(index) ?? hash).toBe(hash)
        acknowledged.set(index, hash)
      }
      expect(await lostOf(home.database, acknowledged)).toEqual([])
    }
    const opened = await openHome(home) // the start checks pass: no adoption is needed after a crash
    expect(await fsckDatabase({ store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY })).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    await opened.close()
  })

  test("would be seen to lose entries if it answered before COMMIT", async () => {
    let missing = 0
    for (let round = 0; round < 5 && missing === 0; round++) {
      missing += (await lostOf(home.database, await killedWriter(100_000 * round, "answer-before-commit")))
        .length
    }
    expect(missing).toBeGreaterThan(0)
  })
})
