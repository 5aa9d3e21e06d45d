import { beforeEach, describe, expect, test } from "vitest"
import { computePolicy, computeRequestHash } from "../../../src/protocol/credential/presentation-request.ts"
import { presentationCommitment } from "../../../src/protocol/log/commitment.ts"
import { presentationEntry } from "../../../src/protocol/log/entry.ts"
import type { Receipt } from "../../../src/protocol/log/receipt.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { Nullifier } from "../../../src/protocol/primitives/field.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import type { PresentationOpening } from "../../../src/protocol/wire/presentation.ts"
import {
  acceptReceipt,
  exportConsentReceipt,
  forgetConsentReceipt,
} from "../../../src/parties/wallet/receipts.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import type { ConsentReceipt } from "../../../src/parties/wallet/consent-receipt.ts"
import { giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import { makeTestLog } from "../../support/wallet-log.ts"
import type { MemoryStore } from "../../support/wallet-memory.ts"
import { makeWorld, NOW, REGISTRY } from "../../support/wallet-world.ts"
import type { World } from "../../support/wallet-world.ts"

let world: World
let store: MemoryStore
let consent: ConsentReceipt
beforeEach(async () => {
  world = makeWorld()
  store = openHolderStore(world)
  await giveRecord(world, store)
  const answer = await respond(world.request(), makeContext(world, store))
  expect(answer.ok).toBe(true)
  consent = store.current().receipts[0]!
})

const openingOf = ({ request, presentation }: ConsentReceipt): PresentationOpening => ({
  type: "sotto/entry/presentation/1",
  requestHash: encodeFr(computeRequestHash(request)),
  policy: encodeFr(computePolicy(request)),
  circuit: request.circuit.vkey,
  registries: [[REGISTRY, 1]],
  nullifiers: presentation.items.map(({ parts }) => parts[0]!.nullifier),
  acceptedAt: NOW + 6,
})

/** What the service answers: the entry is appended and the opening handed over. */
function receiptOf(opening: PresentationOpening, spent: readonly Nullifier[] = opening.nullifiers): Receipt {
  const salt = new Uint8Array(32).fill(0x11)
  const index = world.log.append(presentationEntry(presentationCommitment(salt, opening), spent))
  return { ...world.log.receipt(index), opening: { salt: "11".repeat(32), body: opening } }
}

async function acceptanceOf(receipt: unknown, id = consent.request.id): Promise<string> {
  const verdict = await acceptReceipt(id, canonicalBytes(receipt as Json), store)
  if (!verdict.ok) expect(store.current().receipts[0]?.receipt).toBeUndefined()
  return verdict.ok ? "accepted" : verdict.reason
}

describe("the receipt of an answer", () => {
  test("is checked without the network and kept with the consent", async () => {
    world.calls.length = 0
    const receipt = receiptOf(openingOf(consent))
    expect(await acceptanceOf({ ...receipt, request: consent.request })).toBe("accepted")
    expect(store.current().receipts[0]!.receipt?.logIndex).toBe(receipt.logIndex)
    expect(world.calls).toEqual([])
  })

  test("is refused for an answer this wallet did not give", async () => {
    expect(await acceptanceOf(receiptOf(openingOf(consent)), "pr_other" as typeof consent.request.id)).toBe(
      "answer-unknown",
    )
  })

  test("is refused when it is malformed or does not verify under the own policy", async () => {
    const receipt = receiptOf(openingOf(consent))
    expect(await acceptanceOf({})).toBe("malformed-receipt")
    const opening = { ...receipt.opening!, salt: "22".repeat(32) }
    expect(await acceptanceOf({ ...receipt, opening })).toBe("opening-refused")
    const foreign = makeTestLog("elsewhere.example/ledger", 0x66)
    foreign.entries.push(...world.log.entries)
    const elsewhere = { ...foreign.receipt(Number(receipt.logIndex)), opening: receipt.opening! }
    expect(await acceptanceOf(elsewhere)).toBe("origin-unknown")
  })

  test("is a mismatch when any member of the opening is not what was answered", async () => {
    const opening = openingOf(consent)
    const other = encodeFr(5n) as Nullifier
    const changes: Partial<PresentationOpening>[] = [
      { requestHash: other },
      { policy: other },
      { circuit: `sha256:${"0".repeat(64)}` as PresentationOpening["circuit"] },
      { registries: [[REGISTRY, 2]] },
      { registries: [["other", 1]] },
      { nullifiers: [other] },
      { nullifiers: [...opening.nullifiers, other] },
      { acceptedAt: NOW - 1 },
      { acceptedAt: NOW + 301 },
    ]
    for (const change of changes) {
      expect(await acceptanceOf(receiptOf({ ...opening, ...change })), JSON.stringify(change)).toBe(
        "receipt-mismatch",
      )
    }
  })

  test("is a mismatch without an opening, for another entry, or when the nullifier was not spent", async () => {
    const receipt = receiptOf(openingOf(consent))
    const { opening: _opening, ...closed } = receipt
    expect(await acceptanceOf(closed)).toBe("receipt-mismatch")
    expect(await acceptanceOf(world.log.receipt(0))).toBe("receipt-mismatch")
    expect(await acceptanceOf(receiptOf(openingOf(consent), []))).toBe("receipt-mismatch")
  })

  test("is a mismatch when it brings another request along", async () => {
    const request = { ...consent.request, purpose: { ...consent.request.purpose, retainDays: 3650 } }
    expect(await acceptanceOf({ ...receiptOf(openingOf(consent)), request })).toBe("receipt-mismatch")
  })
})

describe("a consent receipt", () => {
  test("can be exported with what was promised, and deleted", () => {
    const text = exportConsentReceipt(store.current(), consent.request.id)
    expect(JSON.parse(text ?? "")).toMatchObject({
      type: "sotto/consent-receipt/1",
      request: { purpose: { retainDays: 30 } },
      presentation: { request: consent.request.id },
    })
    expect(exportConsentReceipt(store.current(), "pr_other")).toBeNull()
    expect(forgetConsentReceipt(store.current(), consent.request.id).receipts).toEqual([])
  })
})
