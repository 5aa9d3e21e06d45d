import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { decodeBundle, resourcePath } from "../../src/protocol/log/tile.ts"
import { leafHash, verifyConsistency } from "../../src/protocol/log/tree.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { bytesToHex, decodeBase64, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import { answerTo, ask, submit } from "../support/answered-request.ts"
import { FOREIGN_VERIFIER, KEYS, REGISTRY, startTestService, VERIFIER } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

const POLICY = parsePolicy(`log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`)
const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  service.call("GET", path, { headers })
const entryOf = (receipt: unknown) => {
  const verdict = verifyReceipt(parseReceipt(JSON.stringify(receipt)), POLICY)
  if (!verdict.ok) throw new Error(verdict.reason)
  return verdict.value.entry
}

describe("the catalogue", () => {
  it.each([
    ["schemas", "immunization/1", "schema"],
    ["schemas", "immunization/1/self", "schema"],
    ["statements", "vaccination-count/1", "statement"],
    ["statements", encodeURIComponent("vaccination-status/1"), "statement"],
    ["value-sets", "covid-19-vaccines/1", "value-set"],
  ])("serves %s/%s with the receipt of the entry that holds its digest", async (section, id, type) => {
    const { status, json } = await get(`/v1/${section}/${id}`)
    expect(status).toBe(200)
    const digest = bytesToHex(sha256(canonicalBytes(json.document)))
    expect(entryOf(json.receipt)).toMatchObject({ kind: "catalogue-item", type, sha256: digest })
  })

  it("lists its items by digest, and does not find others", async () => {
    const { json } = await get("/v1/statements")
    expect(json.items).toHaveLength(CATALOGUE.statements.length)
    for (const path of ["/v1/statements/no-such/1", "/v1/schemas/licence/1/ward", "/v1/value-sets/x/1"]) {
      expect(await get(path)).toMatchObject({ status: 404, code: "not-found" })
    }
  })
})

describe("the directory of verifiers", () => {
  it("serves records with receipts whose entries hold their digests", async () => {
    const { json } = await get(`/v1/verifiers/${VERIFIER}`)
    const recordSha256 = bytesToHex(sha256(canonicalBytes(json.document)))
    expect(json.document).toMatchObject({ id: VERIFIER, key: encodeVerifierKey(KEYS.request) })
    expect(entryOf(json.receipt)).toMatchObject({
      kind: "verifier-record",
      body: { id: VERIFIER, recordSha256 },
    })
    expect((await get("/v1/verifiers")).json.verifiers.map(({ id }: { id: string }) => id).sort()).toEqual(
      [VERIFIER, FOREIGN_VERIFIER].sort(),
    )
    expect(await get("/v1/verifiers/nobody")).toMatchObject({ status: 404, code: "not-found" })
  })
})

describe("the ledger", () => {
  beforeAll(async () => {
    for (let i = 0; i < 3; i++) await submit(service, await answerTo(await ask(service)))
  })
  const head = () => service.parts.ledger.head(service.parts.config.ledgerOrigin)

  it("serves checkpoint, tiles and entries at their standard paths", async () => {
    const note = await get("/ledger/checkpoint")
    expect(note.headers.get("content-type")).toBe("text/plain; charset=utf-8")
    expect(note.headers.get("cache-control")).toBe("max-age=1")
    const { checkpoint } = parseCheckpoint(utf8ToBytes(note.text))
    const width = checkpoint.size
    const tile = await fetch(`${service.url}/ledger/${resourcePath({ kind: "tile", level: 0, n: 0, width })}`)
    const entries = await fetch(`${service.url}/ledger/${resourcePath({ kind: "entries", n: 0, width })}`)
    const bundle = decodeBundle(new Uint8Array(await entries.arrayBuffer()), width) ?? []
    const hashes = new Uint8Array(await tile.arrayBuffer())
    expect(tile.headers.get("content-type")).toBe("application/octet-stream")
    expect(tile.headers.get("cache-control")).toBe("max-age=31536000, immutable")
    expect(hashes).toEqual(Uint8Array.from(bundle.flatMap((entry) => [...leafHash(entry)])))
  })

  it("compresses bundles for those who ask, with a validator of their own", async () => {
    const { size } = head()
    const path = `/ledger/${resourcePath({ kind: "entries", n: 0, width: size })}`
    const [plain, small] = [
      await get(path, { "accept-encoding": "identity" }),
      await get(path, { "accept-encoding": "gzip" }),
    ]
    expect(plain.headers.get("content-encoding")).toBeNull()
    expect(small.headers.get("content-encoding")).toBe("gzip")
    expect(small.text).toBe(plain.text)
    const tag = plain.headers.get("etag") ?? ""
    expect(small.headers.get("etag")).not.toBe(tag)
    expect(await get(path, { "accept-encoding": "identity", "if-none-match": tag })).toMatchObject({
      status: 304,
      text: "",
    })
  })

  it.each([
    "tile/0/001.p/200",
    "tile/00/000",
    "tile/0/x000/000",
    "tile/64/000",
    "tile/entries/%30%30%30",
    "tile/0%2F000.p/1",
    "tile/entries/000.p/0",
    "checkpoint/x",
  ])("does not know a second spelling or a tile that does not exist: %s", async (path) => {
    expect(await get(`/ledger/${path}`)).toMatchObject({ status: 404, code: "not-found" })
  })

  it("describes its logs, and lists and reads their entries", async () => {
    const { size } = head()
    const described = { log: "main", size, state: "running", key: encodeVerifierKey(KEYS.log) }
    expect((await get("/v1/logs")).json.logs).toMatchObject([described])
    expect((await get("/v1/logs/main")).json).toMatchObject(described)
    const { json } = await get("/v1/logs/main/entries?from=0&limit=256")
    expect(json.entries).toHaveLength(size)
    for (const { index, entry, bytes } of json.entries) {
      expect(parseEntry(decodeBase64(bytes) ?? new Uint8Array(0))).toEqual(entry)
      expect((await get(`/v1/logs/main/entries/${index}`)).json.bytes).toBe(bytes)
    }
    const some = await get("/v1/logs/main/entries?from=1&limit=4&kind=catalogue-item")
    expect(some.json.entries.every(({ index }: { index: number }) => index >= 1 && index < 5)).toBe(true)
    expect(await get(`/v1/logs/main/entries/${size}`)).toMatchObject({ status: 404, code: "not-found" })
    expect(await get("/v1/logs/other")).toMatchObject({ status: 404, code: "not-found" })
  })

  it("serves public receipts without any opening, as JSON or tlog-proof", async () => {
    const index = head().size - 1
    const { json } = await get(`/v1/logs/main/receipts/${index}`)
    expect(entryOf(json).kind).toBe("presentation")
    expect(json.opening).toBeUndefined()
    expect(json.request).toBeUndefined()
    const proof = await get(`/v1/logs/main/receipts/${index}`, { accept: "text/plain" })
    expect(proof.text).toBe(json.tlogProof)
    expect(await get(`/v1/logs/main/receipts/${index}?size=${index}`)).toMatchObject({ status: 404 })
    expect((await get(`/v1/logs/main/receipts/0?size=${index}`)).json.inclusionProof.treeSize).toBe(
      String(index),
    )
  })

  it("proves that a tree extends a smaller one", async () => {
    const before = head().size // a checkpoint exists for every size that was ever a head
    await submit(service, await answerTo(await ask(service)))
    const { size } = head()
    const { json } = await get(`/v1/logs/main/consistency?from=${before}&to=${size}`)
    const at = async (n: number) => {
      const receipt = (await get(`/v1/logs/main/receipts/0?size=${n}`)).json
      return { size: n, root: decodeBase64(receipt.inclusionProof.rootHash) ?? new Uint8Array(0) }
    }
    const hashes = json.hashes.map((hash: string) => decodeBase64(hash))
    expect(verifyConsistency(await at(before), await at(size), hashes)).toBe(true)
    expect(await get(`/v1/logs/main/consistency?from=0&to=${size}`)).toMatchObject({ status: 404 })
    expect(await get("/v1/logs/main/consistency?from=1")).toMatchObject({ code: "malformed-request" })
  })
})

describe("the rest", () => {
  it("says what it is, under which keys it speaks, and that its keys are for development", async () => {
    const { json, headers } = await get("/.well-known/sotto.json")
    expect(json).toMatchObject({
      origin: "http://verify.example",
      ledger: { origin: "verify.example/ledger", key: encodeVerifierKey(KEYS.log) },
      requestKey: encodeVerifierKey(KEYS.request),
      registries: [{ id: REGISTRY, key: encodeVerifierKey(KEYS.registry) }],
      circuits: [{ id: "presentation", ceremony: "dev" }],
    })
    expect(headers.get("sotto-insecure")).toBe("dev-keys")
  })

  it("serves a circuit's file under its digest, in ranges, and nothing under another", async () => {
    const [artifact] = service.parts.circuit.facts.artifacts
    const path = `/artifacts/${artifact?.sha256 ?? ""}/presentation.vkey`
    const whole = await get(path)
    expect(whole.headers.get("cache-control")).toContain("immutable")
    expect(whole.text).toHaveLength(artifact?.bytes ?? 0)
    const part = await get(path, { range: "bytes=0-9" })
    expect(part).toMatchObject({ status: 206, text: whole.text.slice(0, 10) })
    const digest = createHash("sha256").update("another").digest("hex")
    for (const other of [
      `/artifacts/${digest}/presentation.vkey`,
      `${path}.json`,
      `/artifacts/..%2f..%2fetc/passwd`,
    ]) {
      expect(await get(other)).toMatchObject({ status: 404, code: "not-found" })
    }
  })

  it("is healthy and ready, and says both uncached", async () => {
    const [healthy, ready] = [await get("/healthz"), await get("/readyz")]
    expect([healthy.status, healthy.json]).toEqual([200, {}])
    expect([ready.status, ready.json]).toEqual([200, { failing: [] }])
    expect(ready.headers.get("cache-control")).toBe("no-store")
  })
})
