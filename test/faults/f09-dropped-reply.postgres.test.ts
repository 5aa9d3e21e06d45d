// F9 on the wire: a proxy loses COMMIT on its way to the server, or the server's answer to it. The two look alike.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import type { LedgerStore, SideRow } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { openDroppingProxy } from "../support/dropping-proxy.ts"
import type { DroppingProxy, Loss } from "../support/dropping-proxy.ts"
import { retryingUnknownCommits } from "../support/fault-store.ts"
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
let proxy: DroppingProxy
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 255)
  await opened.close()
  proxy = await openDroppingProxy(home.database)
})
afterEach(async () => {
  await proxy.close()
  await home.remove()
})

const key: SideRow = {
  row: "idempotency",
  key: new Uint8Array(32).fill(1),
  bodySha256: new Uint8Array(32).fill(2),
  status: 201,
  expiresAtUnixSeconds: 1_900_000_000,
}
const keyed = presentationDraft(900, ["42"], [key])

/** Admits while the proxy loses a COMMIT. @returns what the caller was told, and the ledger's state then */
async function admitThrough(
  loss: Loss,
  draft = keyed,
  decorate: (store: LedgerStore) => LedgerStore = (store) => store,
) {
  const stores = await openStores(proxy.through(home.database))
  const opened = await openHome(
    { ...home, database: proxy.through(home.database) },
    { store: decorate(stores.ledger) },
  )
  proxy.lose = loss
  const told: unknown = await opened.ledger
    .admit(ORIGIN, draft)
    .catch((error: unknown) => (error as { code: string }).code)
  const state = opened.ledger.state()
  const reads = await opened.ledger.receipt(ORIGIN, 5)
  await opened.close()
  await stores.close()
  expect(proxy.lost).toBe(1)
  return { told, state, reads }
}

describe("a COMMIT that nobody heard answered", () => {
  test.each([
    ["request", { outcome: "committed", index: 256 }],
    ["reply", { outcome: "replayed", record: { ref: "256/257" } }],
  ] as const)(
    "lost as a %s: neither success nor failure is told, and the retry has one effect",
    async (loss, retried) => {
      const { told, state, reads } = await admitThrough(loss)
      expect([told, state]).toEqual(["commit-outcome-unknown", "halted"])
      expect(reads).not.toBeNull() // reads go on
      const opened = await openHome(home)
      expect(await opened.ledger.admit(ORIGIN, keyed)).toMatchObject(retried)
      expect(opened.ledger.head(ORIGIN).size).toBe(257)
      expect(await fsckDatabase({ store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY })).toEqual([])
      await opened.close()
    },
  )

  test("would be told as a refusal by a process that tries it again", async () => {
    const { told } = await admitThrough("reply", presentationDraft(902, ["43"]), retryingUnknownCommits)
    expect(told).toMatchObject({ ok: false }) // the entry is there, and its own sender hears that it is not
  })
})
