import { beforeEach, describe, expect, test } from "vitest"
import { describeHistory } from "../../../src/parties/wallet/history.ts"
import { exportConsentReceipt, forgetConsentReceipt } from "../../../src/parties/wallet/receipts.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import { encodeWallet, parseWallet } from "../../../src/parties/wallet/wallet.ts"
import { giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import type { MemoryStore } from "../../support/wallet-memory.ts"
import { makeFakeProver } from "../../support/wallet-prover.ts"
import { makeWorld, NOW, SERVICE_ORIGIN, STATEMENT } from "../../support/wallet-world.ts"
import type { World } from "../../support/wallet-world.ts"

let world: World
let store: MemoryStore
beforeEach(async () => {
  world = makeWorld()
  store = openHolderStore(world)
  await giveRecord(world, store)
})

const answer = async (now = NOW + 5): Promise<string> => {
  const id = world.request()
  const result = await respond(id, makeContext(world, store, { now: () => now }))
  expect(result.ok).toBe(true)
  return id
}

describe("the history of a wallet", () => {
  test("tells who asked, for what, when, what was proved with which record, and until when it is kept", async () => {
    const id = await answer()
    expect(describeHistory(store.current())).toEqual([
      {
        request: id,
        verifier: { id: "acme-insurance", name: "Acme Insurance", origin: SERVICE_ORIGIN },
        purpose: {
          code: "pre-visit-eligibility",
          text: { en: "Check cover before a visit" },
          retainDays: 30,
        },
        answeredAtUnixSeconds: NOW + 5,
        keptUntilUnixSeconds: NOW + 5 + 30 * 86_400,
        items: [
          {
            statement: STATEMENT.id,
            subject: "self",
            proved: [
              'the attribute "disease" is COVID-19',
              'the attribute "vaccine" is one of the codes "207", "208" or "210" of "urn:cvx" (unknown to this wallet)',
              'the attribute "doseNumber" is at least the attribute "seriesDoses"',
              'the attribute "occurredOn" is between 23 February 2026 and 6 November 2026 (14 to 270 days before this request)',
            ],
            record: { issuerName: "Issuer 0" },
          },
        ],
        linkable: [expect.stringContaining("once within 2026")],
        ledger: null,
      },
    ])
  })

  test("is the same after the wallet was closed and opened", async () => {
    await answer()
    const again = parseWallet(encodeWallet(store.current()))
    expect(describeHistory(again)).toEqual(describeHistory(store.current()))
  })

  test("has the newest answer first", async () => {
    const ids = [await answer(NOW + 5), await answer(NOW + 6), await answer(NOW + 7)]
    expect(describeHistory(store.current()).map(({ request }) => request)).toEqual(ids.reverse())
  })

  test("has answers only: nothing that was refused, declined or failed", async () => {
    const declining = { consent: () => Promise.resolve(false) }
    expect(await respond(world.request(), makeContext(world, store, declining))).toMatchObject({ ok: false })
    const failing = makeFakeProver(() => {
      throw new Error("no")
    })
    await respond(world.request(), makeContext(world, store, { prove: failing.prove }))
    const empty = openHolderStore(world, 8)
    expect((await respond(world.request(), makeContext(world, empty))).ok).toBe(false)
    expect(describeHistory(store.current())).toEqual([])
    expect(describeHistory(empty.current())).toEqual([])
  })

  test("loses an answer that is forgotten, and the guards forget it too", async () => {
    const id = await answer()
    await store.replace(forgetConsentReceipt(store.current(), id))
    expect(describeHistory(store.current())).toEqual([])
    expect(exportConsentReceipt(store.current(), id)).toBeNull()
  })

  test("shows the holder which issuer's record answered; the exported receipt shows nobody", async () => {
    const id = await answer()
    expect(JSON.stringify(describeHistory(store.current()))).toContain("Issuer 0")
    const exported = exportConsentReceipt(store.current(), id) ?? ""
    expect(exported).toContain("the attribute")
    expect(exported).not.toContain("Issuer 0")
  })
})
