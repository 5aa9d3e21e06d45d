// What a regulator sees of verifiers, and that nothing of a holder is in it.
import { afterAll, beforeAll, expect, it } from "vitest"
import { answerTo, ask, DRAFT, submit } from "../support/answered-request.ts"
import { FOREIGN_VERIFIER, START, startTestService, VERIFIER } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

const list = (query = "", key = service.apiKeys.auditor) =>
  service.call("GET", `/v1/audit/requests${query}`, { key })

it("says who asked what, when, and with which verdict", async () => {
  const request = await ask(service)
  await submit(service, await answerTo(request))
  await ask(service)
  const foreign = { key: service.apiKeys.foreignVerifier, body: DRAFT }
  await service.call("POST", "/v1/presentation-requests", foreign)
  const { json } = await list()
  const said = json.requests.map((one: any) => [one.verifier.id, one.verdict])
  expect(said.sort()).toEqual([
    [VERIFIER, "open"],
    [VERIFIER, "satisfied"],
    [FOREIGN_VERIFIER, "open"],
  ])
  const answered = json.requests.find((one: any) => one.request === request.id)
  expect(answered).toMatchObject({ askedAt: START, purpose: DRAFT.purpose, verdict: "satisfied" })
  expect(answered.items[0].alternatives[0]).toEqual(DRAFT.items[0].alternatives[0])
})

it("holds nothing of a holder: no output of a proof, no place in the log, no challenge", async () => {
  const request = await ask(service)
  const answer = await answerTo(request)
  const receipt = await submit(service, answer)
  expect(receipt.status).toBe(201)
  const { text } = await list()
  const secrets = [
    ...answer.items.flatMap(({ parts }: any) =>
      parts.flatMap((part: any) => [part.nullifier, part.linkTag, part.credentialTag, part.proof.a[0]]),
    ),
    receipt.json.opening.salt,
    receipt.json.canonicalizedBody,
    request.challenge,
    request.signature,
  ]
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(text).not.toMatch(/logIndex|entryIndex|nullifiers|evidence|opening|commitment|"proof"/)
})

it("is read in pages, each request once, while new ones come", async () => {
  for (let i = 0; i < 60; i++) await ask(service)
  const first = await list()
  expect(first.json.requests).toHaveLength(50)
  await ask(service)
  const second = await list(`?before=${first.json.before}`)
  const ids = [...first.json.requests, ...second.json.requests].map((one: any) => one.request)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(60)
  expect(second.json.before).toBeUndefined()
  expect(await list("?before=x")).toMatchObject({ status: 400, code: "malformed-request" })
})

it("is nobody else's to read", async () => {
  for (const key of [service.apiKeys.verifier, service.apiKeys.registry, service.apiKeys.organizer])
    expect(await list("", key)).toMatchObject({ status: 403, code: "scope-missing" })
})
