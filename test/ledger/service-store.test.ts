import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { IdempotencyRow, RequestRow } from "../../src/service/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import type { Stores } from "../../src/ledger/storage/open-stores.ts"
import type { SideRow } from "../../src/ledger/log/store.ts"
import { ORIGIN, makeHome, openHome, presentationDraft } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
let stores: Stores
beforeEach(async () => {
  home = await makeHome()
  stores = await openStores(home.database)
})
afterEach(async () => {
  await stores.close()
  await home.remove()
})

const bytes = (fill: number) => new Uint8Array(32).fill(fill)
const NOW = 1_800_000_000
const remembered = (fill: number, expiresAtUnixSeconds = NOW + 86_400): IdempotencyRow => ({
  key: bytes(fill),
  bodySha256: bytes(fill + 1),
  status: 201,
  ref: "pr_x",
  expiresAtUnixSeconds,
})
const request = (id: string, createdAtUnixSeconds: number, expiresAtUnixSeconds = NOW + 300): RequestRow => ({
  id,
  verifierId: "acme",
  body: bytes(1),
  state: "open",
  createdAtUnixSeconds,
  expiresAtUnixSeconds,
})

describe("the service's store", () => {
  test("keeps clients and the first moment of their revocation", async () => {
    const client = {
      keyId: "0123456789abcdef",
      secretSha256: bytes(7),
      role: "verifier" as const,
      subject: "acme",
      scopes: ["request:write", "request:read"],
      createdAtUnixSeconds: NOW,
      revokedAtUnixSeconds: null,
    }
    await stores.service.insertClient(client)
    expect(await stores.service.findClient(client.keyId)).toEqual(client)
    expect(await stores.service.revokeClient(client.keyId, NOW + 1)).toBe(true)
    expect(await stores.service.revokeClient(client.keyId, NOW + 9)).toBe(true)
    expect(await stores.service.listClients()).toEqual([{ ...client, revokedAtUnixSeconds: NOW + 1 }])
    expect(await stores.service.revokeClient("none", NOW)).toBe(false)
    expect(await stores.service.findClient("none")).toBeNull()
  })

  test("stores a request with its idempotency record or neither", async () => {
    await stores.service.insertRequest(request("pr_a", NOW), remembered(1))
    expect(await stores.service.findRequest("pr_a")).toEqual(request("pr_a", NOW))
    expect(await stores.service.findIdempotency(bytes(1))).toEqual(remembered(1))
    await expect(stores.service.insertRequest(request("pr_b", NOW), remembered(1))).rejects.toMatchObject({
      code: "store-conflict",
    })
    expect(await stores.service.findRequest("pr_b")).toBeNull()
  })

  test("lists a verifier's requests newest first, page by page", async () => {
    const ids = ["pr_a", "pr_b", "pr_c", "pr_d"]
    for (const [i, id] of ids.entries()) {
      await stores.service.insertRequest(request(id, NOW + Math.floor(i / 2)), remembered(10 + 2 * i))
    }
    const page = async (before: string | null) =>
      (await stores.service.listRequests("acme", 3, before)).map((row) => row.id)
    expect(await page(null)).toEqual(["pr_d", "pr_c", "pr_b"])
    expect(await page("pr_b")).toEqual(["pr_a"])
    expect(await stores.service.listRequests("other", 3, null)).toEqual([])
  })

  test("takes one entry a key and one key an entry of a registry", async () => {
    const issuer = (id: string, keyX: string) => ({
      registry: "r",
      id,
      keyX,
      body: bytes(2),
      state: "active" as const,
    })
    expect(await stores.service.insertIssuer(issuer("one", "1"), remembered(1))).toBe(true)
    expect(await stores.service.insertIssuer(issuer("one", "2"), remembered(2))).toBe(false)
    expect(await stores.service.insertIssuer(issuer("two", "1"), remembered(3))).toBe(false)
    expect(await stores.service.findIdempotency(bytes(3))).toBeNull()
    expect(await stores.service.insertIssuer({ ...issuer("one", "1"), registry: "s" }, remembered(4))).toBe(
      true,
    )
    expect(await stores.service.endIssuer("r", "one")).toBe(true)
    expect(await stores.service.endIssuer("r", "two")).toBe(false)
    expect(await stores.service.listIssuers("r")).toEqual([{ ...issuer("one", "1"), state: "ended" }])
  })

  test("keeps the newest status list of a leaf and never moves a leaf", async () => {
    const list = (issuerId: string, number: number) => ({
      registry: "r",
      issuerId,
      schemaId: "5",
      number,
      signedAtUnixSeconds: NOW + number,
      urgent: number === 3,
      body: bytes(number),
    })
    expect(await stores.service.putStatusList(list("b", 1))).toBe(true)
    expect(await stores.service.putStatusList(list("a", 1))).toBe(true)
    expect(await stores.service.putStatusList(list("b", 3))).toBe(true)
    expect(await stores.service.putStatusList(list("b", 3))).toBe(false)
    expect(await stores.service.putStatusList(list("b", 2))).toBe(false)
    expect(await stores.service.listStatusLists("r")).toEqual([
      { ...list("b", 3), leafIndex: 0 },
      { ...list("a", 1), leafIndex: 1 },
    ])
  })

  test("keeps blobs by their digest", async () => {
    await stores.service.putBlob(bytes(1), "application/json", Uint8Array.of(1, 2))
    await stores.service.putBlob(bytes(1), "application/json", Uint8Array.of(1, 2))
    expect(await stores.service.findBlob(bytes(1))).toEqual(Uint8Array.of(1, 2))
    expect(await stores.service.findBlob(bytes(2))).toBeNull()
  })
})

describe("side rows", () => {
  const epoch: SideRow = {
    row: "registry-epoch",
    registry: "r",
    number: 1,
    root: "7",
    bundleSha256: bytes(9),
    notBeforeUnixSeconds: NOW,
    urgent: true,
  }
  const blob: SideRow = {
    row: "blob",
    sha256: bytes(9),
    mediaType: "application/json",
    bytes: Uint8Array.of(4),
  }
  const verifier = (state: "active" | "ended"): SideRow => ({
    row: "verifier",
    id: "acme",
    body: bytes(3),
    state,
  })

  test("commit with their leaf and are found by its index", async () => {
    const opened = await openHome(home)
    await stores.service.insertRequest(request("pr_a", NOW), remembered(50))
    const more: SideRow[] = [
      epoch,
      blob,
      verifier("active"),
      { row: "request-state", requestId: "pr_a", state: "satisfied" },
    ]
    const draft = presentationDraft(1, ["10"], more)
    const answer = await opened.ledger.admit(ORIGIN, draft)
    expect(answer).toMatchObject({ ok: true, index: 1 })
    await opened.ledger.admit(ORIGIN, presentationDraft(2, ["11"], [verifier("ended")]))
    await opened.close()
    expect(await stores.service.newestRegistryEpoch("r")).toMatchObject({
      number: 1,
      entryIndex: 1,
      urgent: true,
      root: "7",
    })
    expect(await stores.service.listRegistryEpochs("r", 2)).toEqual([])
    expect(await stores.service.findBlob(bytes(9))).toEqual(Uint8Array.of(4))
    expect(await stores.service.findVerifier("acme")).toMatchObject({ state: "ended", entryIndex: 2 })
    expect(await stores.service.listVerifiers()).toHaveLength(1)
    expect(await stores.service.findRequest("pr_a")).toMatchObject({ state: "satisfied" })
    const presentation = draft.sideRows?.[0]
    if (presentation?.row !== "presentation") throw new Error("no presentation row")
    expect(await stores.service.findPresentation(presentation.requestId)).toMatchObject({
      entryIndex: 1,
      salt: presentation.salt,
      evidence: Uint8Array.of(1, 2, 3),
    })
  })

  test("are not written when their draft is refused, and a clash costs nobody else its place", async () => {
    const opened = await openHome(home)
    await opened.ledger.admit(ORIGIN, presentationDraft(1, ["10"], [epoch]))
    expect(await opened.ledger.admit(ORIGIN, presentationDraft(2, ["10"], [blob]))).toMatchObject({
      ok: false,
    })
    expect(await stores.service.findBlob(bytes(9))).toBeNull()
    const [clash, fine] = await Promise.allSettled([
      opened.ledger.admit(ORIGIN, presentationDraft(3, ["12"], [epoch])),
      opened.ledger.admit(ORIGIN, presentationDraft(4, ["13"])),
    ])
    expect(clash).toMatchObject({ status: "rejected", reason: { code: "storage-failed" } })
    expect(fine).toMatchObject({ status: "fulfilled", value: { ok: true } })
    expect(opened.ledger.state()).toBe("running")
    await opened.close()
  })

  test("lose salt, opening and evidence when retention ends, and nothing else", async () => {
    const opened = await openHome(home)
    const draft = presentationDraft(1)
    await opened.ledger.admit(ORIGIN, draft)
    await opened.close()
    await stores.service.insertRequest(
      request("pr_old", NOW - 900_000, NOW - 800_000),
      remembered(60, NOW - 1),
    )
    await stores.service.insertRequest(request("pr_new", NOW), remembered(70))
    const row = draft.sideRows?.[0]
    if (row?.row !== "presentation") throw new Error("no presentation row")
    expect(await stores.service.eraseExpired(row.retainUntilUnixSeconds - 1)).toBe(2)
    expect(await stores.service.eraseExpired(row.retainUntilUnixSeconds)).toBe(1)
    expect(await stores.service.eraseExpired(row.retainUntilUnixSeconds)).toBe(0)
    expect(await stores.service.findPresentation(row.requestId)).toMatchObject({
      entryIndex: 1,
      salt: null,
      opening: null,
      evidence: null,
    })
    expect(await stores.service.findIdempotency(bytes(60))).toBeNull()
    expect(await stores.service.findRequest("pr_old")).toBeNull()
    expect(await stores.service.findRequest("pr_new")).not.toBeNull()
  })
})
