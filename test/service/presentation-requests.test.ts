import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { isRequestSigned } from "../../src/protocol/credential/presentation-request.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { answerTo, ask, DRAFT, draftWith, itemWith, submit } from "../support/answered-request.ts"
import { addClient, KEYS, REGISTRY, START, startTestService, VERIFIER } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

const post = (body: unknown) =>
  service.call("POST", "/v1/presentation-requests", { key: service.apiKeys.verifier, body })

describe("POST /v1/presentation-requests", () => {
  it("completes and signs a draft with what the verifier may not choose", async () => {
    const request = await ask(service)
    expect(isRequestSigned(request)).toBe(true)
    expect(request).toMatchObject({
      createdAt: START,
      asOf: START,
      expiresAt: START + 300,
      boundData: "0",
      verifier: { id: VERIFIER, origin: "http://verify.example", key: encodeVerifierKey(KEYS.request) },
      circuit: { vkey: service.parts.circuit.facts.vkey },
      registries: { [REGISTRY]: { epoch: 1 } },
      valueSets: {},
    })
  })

  it("names exactly the value sets that the statement uses", async () => {
    const alternatives = [{ registry: REGISTRY, statement: "vaccination-status/1", parameters: {} }]
    const request = await ask(service, draftWith({ items: [{ ...DRAFT.items[0], alternatives }] }))
    expect(Object.keys(request.valueSets)).toEqual(["covid-19-vaccines/1"])
    expect(request.valueSets["covid-19-vaccines/1"]?.digest).toBe(
      CATALOGUE.findValueSet("covid-19-vaccines/1")?.digest,
    )
  })

  it("draws another id and challenge every time", async () => {
    const [one, two] = [await ask(service), await ask(service)]
    expect(one.id).not.toBe(two.id)
    expect(one.challenge).not.toBe(two.challenge)
  })

  it.each([
    [
      "an unknown statement",
      { registry: REGISTRY, statement: "no-such/1", parameters: {} },
      "statement-unknown",
    ],
    [
      "a foreign registry",
      { registry: "elsewhere", statement: "vaccination-count/1", parameters: {} },
      "registry-unknown",
    ],
    [
      "an unused parameter",
      { registry: REGISTRY, statement: "vaccination-count/1", parameters: { x: 1 } },
      "parameters-mismatch",
    ],
  ])("refuses %s with statement-refused and the compiler's code", async (_name, alternative, code) => {
    const reply = await post(draftWith({ items: [{ ...DRAFT.items[0], alternatives: [alternative] }] }))
    expect(reply).toMatchObject({ status: 422, code: "statement-refused" })
    expect(reply.json.errors[0].code).toBe(code)
  })

  it("refuses a nullifier epoch that does not contain today", async () => {
    const reply = await post(draftWith({ items: [itemWith({ mode: "person", use: "once", epoch: "2021" })] }))
    expect(reply).toMatchObject({
      code: "statement-refused",
      json: { errors: [{ code: "scope-epoch-mismatch" }] },
    })
  })

  it.each([
    ["an unknown member", draftWith({ asOf: 1 })],
    ["a lifetime over 900 s", draftWith({ lifetimeSeconds: 901 })],
    ["a list for an object", []],
  ])("refuses %s with malformed-request", async (_name, body) => {
    expect(await post(body)).toMatchObject({ status: 400, code: "malformed-request" })
  })

  it("refuses a verifier without a directory record with scope-missing", async () => {
    const key = await addClient(service.parts, "verifier", "unlisted", ["request:write"])
    const reply = await service.call("POST", "/v1/presentation-requests", { key, body: DRAFT })
    expect(reply).toMatchObject({ status: 403, code: "scope-missing" })
  })

  it("refuses a statement withdrawn from the log, before and after the question", async () => {
    const asked = await ask(service)
    const item = CATALOGUE.items.find(({ id }) => id === "vaccination-count/1")!
    const draft = { entry: { kind: "catalogue-withdrawal", v: 1, ...item } } as const
    expect(await service.parts.ledger.admit(service.parts.config.ledgerOrigin, draft)).toMatchObject({
      ok: true,
    })
    expect(await post(DRAFT)).toMatchObject({ status: 409, code: "statement-withdrawn" })
    expect(await submit(service, await answerTo(asked))).toMatchObject({
      status: 409,
      code: "statement-withdrawn",
    })
    expect(await service.call("GET", "/v1/statements/vaccination-count/1")).toMatchObject({
      code: "statement-withdrawn",
    })
    await service.remove()
    service = await startTestService()
  })
})

describe("GET /v1/presentation-requests/{id}", () => {
  it("gives anybody with the id the signed bytes, uncached, to any origin", async () => {
    const request = await ask(service)
    const reply = await service.call("GET", `/v1/presentation-requests/${request.id}`)
    expect(JSON.parse(reply.text)).toEqual(request)
    expect(reply.headers.get("cache-control")).toBe("no-store")
    expect(reply.headers.get("access-control-allow-origin")).toBe("*")
  })

  it("answers request-unknown, request-expired and request-answered", async () => {
    const path = (id: string) => `/v1/presentation-requests/${id}`
    expect(await service.call("GET", path(`pr_${"A".repeat(22)}`))).toMatchObject({ code: "request-unknown" })
    const answered = await ask(service)
    await submit(service, await answerTo(answered))
    expect(await service.call("GET", path(answered.id))).toMatchObject({
      status: 409,
      code: "request-answered",
    })
    const open = await ask(service)
    service.clock.now = START + 301
    expect(await service.call("GET", path(open.id))).toMatchObject({ status: 410, code: "request-expired" })
    service.clock.now = START
  })
})

describe("the verifier's own requests", () => {
  it("are listed newest first without holder data, and only to their verifier", async () => {
    const request = await ask(service)
    const { json } = await service.call("GET", "/v1/presentation-requests", { key: service.apiKeys.verifier })
    expect(json.requests.map(({ id }: { id: string }) => id)).toContain(request.id)
    expect(Object.keys(json.requests[0]).sort()).toEqual(["createdAt", "expiresAt", "id", "state"])
    const other = await service.call("GET", "/v1/presentation-requests", {
      key: service.apiKeys.foreignVerifier,
    })
    expect(other.json.requests).toEqual([])
  })

  it.each(["GET /verdict", "DELETE "])(
    "answer a foreign verifier like ids that do not exist: %s",
    async (call) => {
      const [method = "", suffix = ""] = call.split(" ")
      const request = await ask(service)
      const path = `/v1/presentation-requests/${request.id}${suffix}`
      const foreign = await service.call(method, path, { key: service.apiKeys.foreignVerifier })
      expect(foreign).toMatchObject({ status: 404, code: "not-found" })
    },
  )

  it("can be withdrawn, twice with the same answer, and then take no proof", async () => {
    const request = await ask(service)
    const path = `/v1/presentation-requests/${request.id}`
    const answer = await answerTo(request)
    for (let i = 0; i < 2; i++) {
      expect(await service.call("DELETE", path, { key: service.apiKeys.verifier })).toMatchObject({
        status: 204,
      })
    }
    expect(await submit(service, answer)).toMatchObject({ status: 410, code: "request-expired" })
    const verdict = await service.call("GET", `${path}/verdict`, { key: service.apiKeys.verifier })
    expect(verdict.json).toEqual({ request: request.id, state: "expired" })
  })

  it("cannot be withdrawn once answered", async () => {
    const request = await ask(service)
    await submit(service, await answerTo(request))
    const path = `/v1/presentation-requests/${request.id}`
    const reply = await service.call("DELETE", path, { key: service.apiKeys.verifier })
    expect(reply).toMatchObject({ status: 409, code: "request-answered" })
  })
})
