import { createHash } from "node:crypto"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { equalBytes, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { endedClaim } from "../../src/protocol/log/claim.ts"
import { parseCheckpoint, verifyLogSignature } from "../../src/protocol/log/checkpoint.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { leafHash, verifyConsistency } from "../../src/protocol/log/tree.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import type { Admission, Draft } from "../../src/ledger/log/ledger.ts"
import type { SideRow } from "../../src/ledger/log/store.ts"
import {
  LOG_KEY,
  ORIGIN,
  appendMany,
  makeHome,
  openHome,
  presentationDraft,
  requestHash,
} from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

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

const HEX = "ab".repeat(32)
const policy = parsePolicy(`log ${encodeVerifierKey(LOG_KEY)}\nquorum none\n`)
const admit = (draft: Draft) => opened.ledger.admit(ORIGIN, draft)
const outcomes = (answers: readonly Admission[]) => answers.map((one) => (one.ok ? one.outcome : one.reason))
const item: Draft = {
  entry: {
    kind: "catalogue-item",
    v: 1,
    type: "statement",
    id: "covid-19/full",
    sha256: HEX,
  } satisfies Entry,
}
const idempotency = (name: string, body = "body"): SideRow => ({
  row: "idempotency",
  key: new Uint8Array(createHash("sha256").update(name).digest()),
  bodySha256: new Uint8Array(createHash("sha256").update(body).digest()),
  status: 201,
  expiresAtUnixSeconds: 1_900_000_000,
})

describe("admitting", () => {
  test("answers with a receipt that verifies offline, under every batch split", async () => {
    const answers: Admission[] = []
    for (const count of [1, 254, 2, 43]) {
      const from = answers.length
      answers.push(
        ...(await Promise.all(Array.from({ length: count }, (_, i) => admit(presentationDraft(from + i))))),
      )
    }
    const indices = answers.map((answer) => {
      if (!answer.ok || answer.outcome !== "committed") throw new Error("not committed")
      const receipt = parseReceipt(JSON.stringify(answer.receipt))
      expect(verifyReceipt(receipt, policy)).toMatchObject({ ok: true, value: { index: answer.index } })
      return answer.index
    })
    expect([...indices].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  })

  test("lets one of many claim a nullifier, whatever the batch, and disturbs nobody else", async () => {
    const racing = Array.from({ length: 20 }, (_, i) => presentationDraft(i, ["777"]))
    const others = Array.from({ length: 20 }, (_, i) => presentationDraft(100 + i))
    const first = outcomes(await Promise.all([...racing, ...others].map(admit)))
    const later = await admit(presentationDraft(500, ["777"]))
    expect(first.filter((one) => one === "committed")).toHaveLength(21)
    expect(first.filter((one) => one === "nullifier-spent")).toHaveLength(19)
    expect(later).toMatchObject({ ok: false, reason: "nullifier-spent", index: expect.any(Number) as number })
    expect(opened.ledger.head(ORIGIN).size).toBe(22)
  })

  test("writes a presentation whole or not at all: one spent nullifier of two refuses both", async () => {
    await admit(presentationDraft(1, ["10"]))
    expect(await admit(presentationDraft(2, ["10", "11"]))).toMatchObject({
      ok: false,
      reason: "nullifier-spent",
    })
    expect(await admit(presentationDraft(3, ["11"]))).toMatchObject({ ok: true, outcome: "committed" })
  })

  test("answers a request once, and never one that was withdrawn", async () => {
    await admit(presentationDraft(1, ["10"]))
    expect(await admit(presentationDraft(1, ["11"]))).toMatchObject({ ok: false, reason: "request-answered" })
    const withdraw = (n: number) => admit({ entry: null, claims: [endedClaim(requestHash(n))] })
    expect(outcomes([await withdraw(1), await withdraw(2), await withdraw(2)])).toEqual([
      "request-answered",
      "claimed",
      "claimed",
    ])
    expect(await admit(presentationDraft(2))).toMatchObject({ ok: false, reason: "request-expired" })
    expect(outcomes(await Promise.all([withdraw(3), admit(presentationDraft(3))])).sort()).toHaveLength(2)
    expect(await opened.ledger.findClaim(ORIGIN, endedClaim(requestHash(2)))).toEqual({ index: null })
    expect(await opened.ledger.findClaim(ORIGIN, endedClaim(requestHash(9)))).toBeNull()
  })

  test("tells a known fact again with its first index", async () => {
    const [first, twin] = await Promise.all([admit(item), admit(item)])
    const again = await admit(item)
    expect(outcomes([first, twin, again]).sort()).toEqual(["committed", "existing", "existing"])
    for (const answer of [first, twin, again]) {
      if (!answer.ok || !("receipt" in answer)) throw new Error("no receipt")
      expect(answer.index).toBe(1)
      expect(verifyReceipt(answer.receipt, policy)).toMatchObject({ ok: true })
    }
    expect(opened.ledger.head(ORIGIN).size).toBe(2)
  })

  test("replays the first answer to a repeated idempotency key, also within one batch", async () => {
    const draft = presentationDraft(1, ["10"], [idempotency("k")])
    const [first, twin] = await Promise.all([admit(draft), admit(draft)])
    const again = await admit(draft)
    const other = await admit(presentationDraft(2, ["11"], [idempotency("k", "another body")]))
    expect(outcomes([first, twin, again, other]).sort()).toEqual([
      "committed",
      "idempotency-key-reused",
      "replayed",
      "replayed",
    ])
    expect(again).toMatchObject({ record: { ref: "1/2", status: 201 } })
    expect(await opened.ledger.receipt(ORIGIN, 1, 2)).not.toBeNull()
  })

  test("wants what an entry builds on: an item before its withdrawal", async () => {
    const withdrawal: Draft = {
      entry: { kind: "catalogue-withdrawal", v: 1, type: "statement", id: "covid-19/full", sha256: HEX },
    }
    expect(await admit(withdrawal)).toMatchObject({ ok: false, reason: "phase-refused" })
    await admit(item)
    expect(await admit(withdrawal)).toMatchObject({ ok: true, outcome: "committed" })
  })

  test("closes for ever with log-close, which is last even in its batch", async () => {
    const drafts = Array.from({ length: 30 }, (_, i) => presentationDraft(i))
    const close: Draft = { entry: { kind: "log-close", v: 1 } }
    const [closed] = await Promise.all([close, ...drafts].map(admit))
    expect(closed).toMatchObject({ ok: true, index: 31 })
    expect(await admit(presentationDraft(99))).toMatchObject({ ok: false, reason: "log-closed" })
  })

  test("refuses what waits beyond the queue's bound", async () => {
    const small = await openHome(home, { limits: { queue: 3, batchMilliseconds: 20 } })
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => small.ledger.admit(ORIGIN, presentationDraft(i))),
    )
    expect(answers.map((answer) => answer.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ])
    expect(answers[4]).toMatchObject({ reason: { code: "queue-full" } })
    await small.close()
  })

  test("answers those that wait when it closes, and refuses later ones", async () => {
    const own = await openHome(home, { limits: { batchMilliseconds: 10_000 } })
    const waiting = own.ledger.admit(ORIGIN, presentationDraft(1))
    await own.ledger.close()
    expect(await waiting).toMatchObject({ ok: true, outcome: "committed" })
    await expect(own.ledger.admit(ORIGIN, presentationDraft(2))).rejects.toMatchObject({ code: "log-closed" })
    await own.stores.close()
  })

  test("knows no other log", async () => {
    await expect(opened.ledger.admit("other.example/ledger", item)).rejects.toMatchObject({
      code: "log-unknown",
    })
  })
})

describe("reading", () => {
  test("proves that every checkpoint ever signed extends every earlier one", async () => {
    for (let n = 0; n < 8; n++) await appendMany(opened.ledger, n * 70, n * 70 + 1 + n * 9)
    const log = await opened.stores.ledger.findLog(ORIGIN)
    const heads = await opened.stores.ledger.listCheckpoints(log?.id ?? 0, 0, 1000)
    for (const [i, newer] of heads.entries()) {
      for (const older of heads.slice(0, i)) {
        const proof = await opened.ledger.consistency(ORIGIN, older.size, newer.size)
        expect(verifyConsistency(older, newer, proof ?? [])).toBe(true)
      }
    }
    expect(heads.length).toBeGreaterThanOrEqual(9)
    expect(await opened.ledger.consistency(ORIGIN, 0, 2)).toBeNull()
    expect(await opened.ledger.consistency(ORIGIN, 2, 100_000)).toBeNull()
  })

  test("proves an entry under every checkpoint since, and under no size that never had one", async () => {
    await appendMany(opened.ledger, 0, 5)
    const size = opened.ledger.head(ORIGIN).size
    await appendMany(opened.ledger, 5, 10)
    for (const at of [size, undefined]) {
      const receipt = await opened.ledger.receipt(ORIGIN, 3, at)
      if (receipt === null) throw new Error("no receipt")
      expect(verifyReceipt(receipt, policy)).toMatchObject({ ok: true, value: { index: 3 } })
    }
    for (const [index, at] of [
      [3, 3],
      [9, size],
      [11, undefined],
      [-1, undefined],
      [3, 10_000],
    ] as const) {
      expect(await opened.ledger.receipt(ORIGIN, index, at)).toBeNull()
    }
  })

  test("serves tiles at every width up to its size and nothing beyond", async () => {
    await appendMany(opened.ledger, 0, 299)
    const get = (path: string) => opened.ledger.resource(ORIGIN, path)
    const full = await get("tile/0/000")
    expect(full).toHaveLength(8192)
    for (const width of [1, 17, 255]) {
      const partial = await get(`tile/0/000.p/${width}`)
      expect(partial).toHaveLength(32 * width)
      expect(
        equalBytes(partial ?? new Uint8Array(0), full?.subarray(0, 32 * width) ?? new Uint8Array(0)),
      ).toBe(true)
    }
    expect(await get("tile/0/001.p/44")).toHaveLength(44 * 32)
    expect(await get("tile/1/000.p/1")).toHaveLength(32)
    for (const path of [
      "tile/0/001",
      "tile/0/001.p/45",
      "tile/1/000.p/2",
      "tile/2/000.p/1",
      "tile/entries/002",
      "x",
    ]) {
      expect(await get(path)).toBeNull()
    }
    const bundle = await get("tile/entries/000")
    const first = bundle?.subarray(2, 2 + (bundle[0] ?? 0) * 256 + (bundle[1] ?? 0)) ?? new Uint8Array(0)
    expect(leafHash(first)).toEqual(full?.slice(0, 32))
    const note = await get("checkpoint")
    expect(verifyLogSignature(parseCheckpoint(note ?? utf8ToBytes("")).note, [LOG_KEY]).ok).toBe(true)
  })
})
