// One service, several registries: each has its own key, issuers and epochs, and a request may draw on more than one.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { summariseVerdict } from "../../src/cli/verdict-summary.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { answerTo, DRAFT, draftWith, submit } from "../support/answered-request.ts"
import { askAs } from "../support/claim-pools.ts"
import { issuerBody } from "../support/registry-lists.ts"
import { addClient, KEYS, REGISTRY, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const COVERAGE = makeSigningKey("coverage", new Uint8Array(32).fill(0x61))

let service: TestService
let coverageKey: string
beforeAll(async () => {
  const keys = { ledger: KEYS.log, request: KEYS.request, registries: [KEYS.registry, COVERAGE] }
  service = await startTestService({ parts: { keys } })
  coverageKey = await addClient(service.parts, "registry", "coverage", ["registry:write"])
})
afterAll(() => service.remove())

const item = (registry: string, statement: string, parameters = {}) => ({
  alternatives: [{ registry, statement, parameters }],
  nullifier: { mode: "person", use: "request" },
})

describe("a service of two registries", () => {
  it("names both with their keys and begins an epoch of each by itself", async () => {
    const { json } = await service.call("GET", "/v1/registries")
    expect(json.registries).toEqual([
      { id: REGISTRY, key: encodeVerifierKey(KEYS.registry), newest: 1 },
      { id: "coverage", key: encodeVerifierKey(COVERAGE), newest: 1 },
    ])
    expect((await service.call("GET", "/readyz")).status).toBe(200)
    for (const id of [REGISTRY, "coverage"]) {
      expect((await service.call("GET", `/v1/registries/${id}/epochs/latest/bundle`)).json.registry).toBe(id)
    }
  })

  it("keeps issuers and epoch numbers apart", async () => {
    const path = (id: string) => `/v1/registries/${id}`
    const order = { key: coverageKey, body: { urgent: false } }
    const posted = await service.call("POST", `${path("coverage")}/issuers`, {
      key: coverageKey,
      body: issuerBody("payer"),
    })
    expect(posted.status).toBe(201)
    expect((await service.call("POST", `${path("coverage")}/epochs`, order)).json.epoch).toBe(2)
    expect((await service.call("GET", `${path(REGISTRY)}/epochs/latest`)).json.number).toBe(1)
    const bundle = async (id: string) =>
      (await service.call("GET", `${path(id)}/epochs/latest/bundle`)).json.issuers.map(
        (issuer: { readonly id: string }) => issuer.id,
      )
    expect(await bundle(REGISTRY)).toEqual([])
  })

  it("lets the operator of one decide nothing about the other", async () => {
    for (const [method, place, body] of [
      ["POST", "issuers", issuerBody("intruder", 0x77)],
      ["PATCH", "issuers/payer", { state: "ended" }],
      ["POST", "epochs", { urgent: true }],
    ] as const) {
      const reply = await service.call(method, `/v1/registries/coverage/${place}`, {
        key: service.apiKeys.registry,
        body,
      })
      expect(reply).toMatchObject({ status: 403, code: "scope-missing" })
    }
  })

  it("names in a request exactly the registries that its items use", async () => {
    const vaccinated = item(REGISTRY, "vaccination-count/1")
    const covered = item("coverage", "insurance-active/1", { on: "today" })
    const links = [{ kind: "samePerson", items: [0, 1] }]
    const both = await askAs(
      service,
      service.apiKeys.verifier,
      draftWith({ links, items: [vaccinated, covered] }),
    )
    expect(Object.keys(both.registries)).toEqual(["coverage", REGISTRY])
    const one = await askAs(service, service.apiKeys.verifier, draftWith({ items: [covered] }))
    expect(Object.keys(one.registries)).toEqual(["coverage"])
    const linkTag = "77"
    const reply = await submit(service, await answerTo(both, [{ linkTag }, { linkTag }]))
    expect(reply.status).toBe(201)
    const key = service.apiKeys.verifier
    const { json } = await service.call("GET", `/v1/presentation-requests/${both.id}/verdict`, { key })
    expect(summariseVerdict(json.verdict)).toMatchObject({
      items: [
        {
          item: 0,
          statement: "vaccination-count/1",
          registry: REGISTRY,
          satisfied: true,
          proofs: 1,
          linkTag,
        },
        { item: 1, statement: "insurance-active/1", registry: "coverage", satisfied: true, use: "request" },
      ],
      linkTags: [linkTag],
      links,
    })
  })

  it("stale in one of its registries, takes no answer that draws on it", async () => {
    const covered = item("coverage", "insurance-active/1", { on: "today" })
    const request = await askAs(
      service,
      service.apiKeys.verifier,
      draftWith({ items: [...DRAFT.items, covered] }),
    )
    const answer = await answerTo(request)
    const order = { key: coverageKey, body: { urgent: true } }
    expect((await service.call("POST", "/v1/registries/coverage/epochs", order)).status).toBe(202)
    expect(await submit(service, answer)).toMatchObject({ status: 409, code: "registry-stale" })
  })
})
