import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { verifyBundle } from "../../src/protocol/credential/issuer-registry.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { isEntrySignedBy } from "../../src/protocol/log/signed-entry.ts"
import { decodeBase64 } from "../../src/protocol/primitives/bytes.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { parseRegistryBundle } from "../../src/protocol/wire/credential.ts"
import {
  issuerBody,
  OPERATIONS_KEY,
  postEpoch,
  postIssuer,
  putList,
  SCHEMA_ID,
  statusList,
} from "../support/registry-lists.ts"
import { ISSUER, KEYS, REGISTRY, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  expect(await postIssuer(service)).toMatchObject({ status: 201 })
})
afterAll(() => service.remove())

const latest = async () => {
  const { json, text } = await service.call("GET", `/v1/registries/${REGISTRY}/epochs/latest`)
  expect(text).toContain("canonicalizedBody")
  const entry = parseEntry(decodeBase64(json.receipt.canonicalizedBody) ?? new Uint8Array(0))
  if (entry.kind !== "registry-epoch") throw new Error("not an epoch")
  return entry
}

describe("issuers of a registry", () => {
  it("refuses an id or a key that has an entry with leaf-duplicate", async () => {
    expect(await postIssuer(service)).toMatchObject({ status: 409, code: "leaf-duplicate" })
    expect(await postIssuer(service, issuerBody("other", 0x21))).toMatchObject({ code: "leaf-duplicate" })
    expect(await postIssuer(service, issuerBody(ISSUER, 0x22))).toMatchObject({ code: "leaf-duplicate" })
  })

  it.each([
    ["off the curve", ["1", "2"]],
    ["the identity", ["0", "1"]],
    ["of order 2", ["0", "21888242871839275222246405745257275088548364400416034343698204186575808495616"]],
  ])("refuses a key %s with point-refused", async (_name, key) => {
    const body = issuerBody("other", 0x23)
    const reply = await postIssuer(service, { ...body, issuer: { ...body.issuer, key } })
    expect(reply).toMatchObject({ status: 422, code: "point-refused" })
  })

  it("refuses A + T, a key with a torsion part, with point-refused", async () => {
    const body = issuerBody("other", 0x23)
    const { BASE8, pointFromAffine, parseCurvePoint, encodePoint } =
      await import("../../src/protocol/primitives/babyjubjub.ts")
    const torsion = pointFromAffine(
      0n,
      21888242871839275222246405745257275088548364400416034343698204186575808495616n,
    )!
    expect(BASE8.is0()).toBe(false)
    const key = encodePoint(parseCurvePoint(body.issuer.key).add(torsion))
    const reply = await postIssuer(service, { ...body, issuer: { ...body.issuer, key } })
    expect(reply).toMatchObject({ status: 422, code: "point-refused" })
  })

  it.each([
    ["an unknown member", { ...issuerBody("x", 0x30), more: 1 }],
    ["no schemas", issuerBody("x", 0x30, [])],
    ["a schema twice", issuerBody("x", 0x30, [SCHEMA_ID, SCHEMA_ID])],
    [
      "no verifier key",
      { ...issuerBody("x", 0x30), issuer: { ...issuerBody("x", 0x30).issuer, operationsKey: "k" } },
    ],
  ])("refuses %s with malformed-registry", async (_name, body) => {
    expect(await postIssuer(service, body)).toMatchObject({ status: 400, code: "malformed-registry" })
  })

  it("ends an issuer, and its lists leave the next epoch", async () => {
    await postIssuer(service, issuerBody("leaver", 0x44))
    const path = `/v1/registries/${REGISTRY}/issuers/leaver`
    const options = { key: service.apiKeys.registry, body: { state: "ended" } }
    expect(await service.call("PATCH", path, options)).toMatchObject({ status: 200 })
    await postEpoch(service)
    const { json } = await service.call("GET", `/v1/registries/${REGISTRY}/epochs/latest/bundle`)
    expect(json.issuers.map(({ id }: { id: string }) => id)).not.toContain("leaver")
    expect(await service.call("PATCH", `${path}-unknown`, options)).toMatchObject({
      status: 404,
      code: "not-found",
    })
  })
})

describe("status lists", () => {
  it("are kept, repeated without effect, and shown in the next epoch", async () => {
    const before = (await latest()).body.number
    expect(await putList(service, statusList())).toMatchObject({ status: 202, json: { epoch: before + 1 } })
    expect(await putList(service, statusList())).toMatchObject({ status: 202 })
    expect(await postEpoch(service)).toMatchObject({ status: 202, json: { epoch: before + 1 } })
    const { body } = await latest()
    expect(body).toMatchObject({ number: before + 1, leafCount: 1, urgent: false })
  })

  it("publish an epoch at once when urgent", async () => {
    const before = (await latest()).body.number
    const list = statusList({ number: 2, words: [1n << 7n] })
    expect(await putList(service, list, "?urgent=true")).toMatchObject({ json: { epoch: before + 1 } })
    expect((await latest()).body).toMatchObject({ number: before + 1, urgent: true })
  })

  it("refuse a number that falls and a bit that is cleared with registry-inconsistent", async () => {
    expect(await putList(service, statusList({ number: 1 }))).toMatchObject({
      status: 422,
      code: "registry-inconsistent",
    })
    expect(await putList(service, statusList({ number: 3 }))).toMatchObject({ code: "registry-inconsistent" })
    const suspending = statusList({ number: 3, suspension: true })
    expect(await putList(service, suspending)).toMatchObject({ code: "registry-inconsistent" })
  })

  it("refuse another key's signature and a changed list with signature-refused", async () => {
    const stranger = makeSigningKey("clinic.example/operations", new Uint8Array(32).fill(0x52))
    const forged = statusList({ number: 9 }, stranger)
    expect(await putList(service, forged)).toMatchObject({ status: 403, code: "signature-refused" })
    const changed = { ...statusList({ number: 9 }, OPERATIONS_KEY), number: 10 }
    expect(await putList(service, changed)).toMatchObject({ code: "signature-refused" })
  })

  it("refuse a list for another place, schema or time", async () => {
    const foreign = await putList(service, statusList({ number: 9, registry: "elsewhere" }))
    expect(foreign).toMatchObject({ code: "registry-inconsistent" })
    const unlisted = statusList({ number: 9, schemaId: "5" as never })
    expect(await putList(service, unlisted, "", { schema: "5" })).toMatchObject({
      code: "registry-inconsistent",
    })
    const future = statusList({ number: 9, words: [1n << 7n], signedAt: START + 301 })
    expect(await putList(service, future)).toMatchObject({ code: "registry-inconsistent" })
    expect(await putList(service, statusList(), "", { issuer: "other" })).toMatchObject({
      status: 404,
      code: "not-found",
    })
    expect(await putList(service, statusList(), "?urgent=yes")).toMatchObject({ code: "malformed-request" })
    expect(await putList(service, { ...statusList(), more: 1 })).toMatchObject({ code: "malformed-registry" })
  })

  it("leave the registry after seven days without a signed refresh", async () => {
    service.clock.now = START + 7 * 86_400
    await postEpoch(service)
    expect((await latest()).body.leafCount).toBe(0)
    service.clock.now = START
  })
})

describe("epochs", () => {
  it("carry the registry's signature, chain their roots, and commit to their bundle", async () => {
    await postEpoch(service)
    const [newer, older] = [await latest(), (await latest()).body.number - 1]
    expect(isEntrySignedBy(newer, KEYS.registry)).toBe(true)
    const base = `/v1/registries/${REGISTRY}/epochs`
    const { json } = await service.call("GET", `${base}/${older}`)
    const before = parseEntry(decodeBase64(json.receipt.canonicalizedBody) ?? new Uint8Array(0))
    expect(before).toMatchObject({ body: { number: older, root: newer.body.previousRoot } })
    const bundle = await service.call("GET", `${base}/${newer.body.number}/bundle`)
    expect(createHash("sha256").update(bundle.text).digest("hex")).toBe(newer.body.bundleDigest)
    expect(bundle.headers.get("cache-control")).toContain("immutable")
    expect(verifyBundle(parseRegistryBundle(bundle.text), newer.body).ok).toBe(true)
  })

  it("are listed, and unknown ones are not found", async () => {
    const { json } = await service.call("GET", "/v1/registries")
    expect(json.registries).toEqual([{ id: REGISTRY, key: expect.any(String), newest: expect.any(Number) }])
    for (const path of [`/v1/registries/${REGISTRY}/epochs/999`, `/v1/registries/${REGISTRY}/epochs/01`]) {
      expect(await service.call("GET", path)).toMatchObject({ status: 404, code: "not-found" })
    }
    const foreign = await service.call("GET", "/v1/registries/elsewhere/epochs/latest")
    expect(foreign).toMatchObject({ status: 404, code: "registry-unknown" })
  })

  it("refuse an order of another shape with malformed-registry", async () => {
    const path = `/v1/registries/${REGISTRY}/epochs`
    for (const body of [{}, { urgent: 1 }, { urgent: true, number: 7 }, "urgent"]) {
      const reply = await service.call("POST", path, { key: service.apiKeys.registry, body })
      expect(reply).toMatchObject({ status: 400, code: "malformed-registry" })
    }
  })

  it("number themselves without gaps when ordered at once", async () => {
    const before = (await latest()).body.number
    const replies = await Promise.all(Array.from({ length: 5 }, () => postEpoch(service)))
    const numbers = replies.map(({ json }) => json.epoch).sort((a: number, b: number) => a - b)
    expect(numbers).toEqual([1, 2, 3, 4, 5].map((n) => before + n))
  })
})
