import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import {
  LOG_KEY,
  ORIGIN,
  appendMany,
  makeHome,
  openHome,
  presentationDraft,
} from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
})
afterEach(() => home.remove())

describe("a ledger", () => {
  test("admits, proves and survives reopening", async () => {
    const first = await openHome(home)
    const t0 = performance.now()
    await appendMany(first.ledger, 0, 1000)
    console.log("1000 entries ms", performance.now() - t0)
    const answer = await first.ledger.admit(ORIGIN, presentationDraft(5000))
    expect(answer).toMatchObject({ ok: true, outcome: "committed", index: 1001 })
    const policy = parsePolicy(`log ${encodeVerifierKey(LOG_KEY)}\nquorum none\n`)
    if (!answer.ok || answer.outcome !== "committed") throw new Error("not committed")
    expect(verifyReceipt(answer.receipt, policy)).toMatchObject({ ok: true, value: { index: 1001 } })
    const t1 = performance.now()
    expect(await fsckDatabase({ store: first.stores.ledger, origin: ORIGIN, key: LOG_KEY })).toEqual([])
    console.log("fsck ms", performance.now() - t1)
    await first.close()
    const second = await openHome(home)
    expect(second.ledger.head(ORIGIN).size).toBe(1002)
    await second.close()
  })
})
