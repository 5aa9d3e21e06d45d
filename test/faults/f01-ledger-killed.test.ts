// F1: kill -9 of a process that appends. Every acknowledged (index, hash) must be there afterwards.
import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { leafHash } from "../../src/protocol/log/tree.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { LOG_KEY, ORIGIN, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const ROUNDS = process.env["SOTTO_FULL"] === "1" ? 20 : 3
const CHILD = new URL("../support/fault-child.ts", import.meta.url).pathname

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  await (await openHome(home)).close()
})
afterEach(() => home.remove())

/** Runs a child until a random moment after its first acknowledgement, and kills it. @returns what it acknowledged */
async function killedChild(first: number, bug = "none"): Promise<Map<number, string>> {
  const args = ["--import", "tsx", CHILD, home.folder, String(first), bug, "Infinity", home.database]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  const acknowledged = new Map<number, string>()
  let killing = false
  for await (const line of createInterface({ input: child.stdout })) {
    const [index, hash = ""] = line.split(" ")
    acknowledged.set(Number(index), hash)
    if (!killing) setTimeout(() => child.kill("SIGKILL"), randomInt(50, 700))
    killing = true
  }
  return acknowledged
}

/** Acknowledged entries that the database does not hold under their index. */
async function lost(acknowledged: ReadonlyMap<number, string>): Promise<number[]> {
  const stores = await openStores(home.database)
  const log = await stores.ledger.findLog(ORIGIN)
  const rows = await stores.ledger.readEntries(log?.id ?? 0, 0, log?.size ?? 0)
  await stores.close()
  const stored = new Map(rows.map((row) => [row.index, bytesToHex(leafHash(row.body))]))
  return [...acknowledged].filter(([index, hash]) => stored.get(index) !== hash).map(([index]) => index)
}

describe("a killed ledger", () => {
  test(`has every entry it acknowledged, over ${ROUNDS} rounds`, async () => {
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, hash] of await killedChild(100_000 * round)) {
        expect(acknowledged.get(index) ?? hash).toBe(hash)
        acknowledged.set(index, hash)
      }
      expect(await lost(acknowledged)).toEqual([])
    }
    const opened = await openHome(home) // the start checks pass: no adoption is needed after a crash
    expect(await fsckDatabase({ store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY })).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    await opened.close()
  })

  test("would be seen to lose entries if it answered before COMMIT", async () => {
    let missing = 0
    for (let round = 0; round < 5 && missing === 0; round++) {
      missing += (await lost(await killedChild(100_000 * round, "answer-before-commit"))).length
    }
    expect(missing).toBeGreaterThan(0)
  })
})
