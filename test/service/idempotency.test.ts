import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { allRoutes } from "../../src/service/app.ts"
import { answerTo, ask, DRAFT, fresh, submit } from "../support/answered-request.ts"
import { openGatedCensus } from "../support/gated-census.ts"
import { issuerBody } from "../support/registry-lists.ts"
import { freshKey, REGISTRY, START, startTestService } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"
import { commitmentOf } from "../support/sample-census.ts"

let service: TestService
let censusId: string
beforeAll(async () => {
  service = await startTestService()
  censusId = await openGatedCensus(service, { opensAt: START, closesAt: START + 3600 })
})
afterAll(() => service.remove())

let issuers = 0x60
let people = 0
/** Every keyed write with a body that succeeds, and another one that would succeed too. */
const WRITES: Readonly<
  Record<string, () => Promise<readonly [path: string, key: string | null, one: unknown, two: unknown]>>
> = {
  "post /v1/censuses/:census/enrolments": async () => {
    const [one, two] = [{ commitment: commitmentOf(people++) }, { commitment: commitmentOf(people++) }]
    return [`/v1/censuses/${censusId}/enrolments`, null, one, two]
  },
  "post /v1/presentation-requests": async () => {
    const other = { ...DRAFT, zone: "+01:00" }
    return ["/v1/presentation-requests", service.apiKeys.verifier, DRAFT, other]
  },
  "post /v1/presentations": async () => {
    const [one, two] = [await answerTo(await ask(service)), await answerTo(await ask(service))]
    return ["/v1/presentations", null, one, two]
  },
  "post /v1/registries/:registry/issuers": async () => {
    const [a, b] = [issuers++, issuers++]
    const path = `/v1/registries/${REGISTRY}/issuers`
    return [path, service.apiKeys.registry, issuerBody(`issuer-${a}`, a), issuerBody(`issuer-${b}`, b)]
  },
  "post /v1/registries/:registry/epochs": async () => {
    const path = `/v1/registries/${REGISTRY}/epochs`
    return [path, service.apiKeys.registry, { urgent: false }, { urgent: true }]
  },
}

it("covers every route that takes an Idempotency-Key", () => {
  const keyed = allRoutes({} as never).filter(({ idempotency }) => idempotency === "key")
  expect(keyed.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(WRITES).sort())
})

describe.each(Object.entries(WRITES))("%s", (_name, prepare) => {
  const write = (
    path: string,
    key: string | null,
    body: unknown,
    idempotencyKey: string | null,
  ): Promise<Reply> => service.call("POST", path, { key, body, idempotencyKey })

  it("is refused without a key, and with one of the wrong form", async () => {
    const [path, key, body] = await prepare()
    expect(await write(path, key, body, null)).toMatchObject({ status: 400, code: "idempotency-key-missing" })
    for (const malformed of ["short", "x".repeat(65), `${"x".repeat(22)}!`]) {
      const reply = await write(path, key, body, malformed)
      expect(reply).toMatchObject({ status: 400, code: "idempotency-key-malformed" })
    }
  })

  it("has one effect and one answer, byte for byte, however often it is sent", async () => {
    const [path, key, body] = await prepare()
    const name = freshKey()
    const first = await write(path, key, body, name)
    const { size } = service.parts.ledger.head(service.parts.config.ledgerOrigin)
    for (let i = 0; i < 2; i++) {
      const again = await write(path, key, body, name)
      expect(again.text).toBe(first.text)
      expect(again.status).toBe(first.status)
      expect(again.headers.get("idempotency-replayed")).toBe("true")
    }
    expect(first.status).toBeLessThan(300)
    expect(first.headers.get("idempotency-replayed")).toBeNull()
    expect(service.parts.ledger.head(service.parts.config.ledgerOrigin).size).toBe(size)
  })

  it("refuses the same key with another body with idempotency-key-reused", async () => {
    const [path, key, one, two] = await prepare()
    const name = freshKey()
    expect((await write(path, key, one, name)).status).toBeLessThan(300)
    expect(await write(path, key, two, name)).toMatchObject({ status: 422, code: "idempotency-key-reused" })
  })

  it("answers idempotency-in-progress while the first is running", async () => {
    const [path, key, body] = await prepare()
    const name = freshKey()
    const replies = await Promise.all([1, 2, 3].map(() => write(path, key, body, name)))
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status < 300).length).toBeGreaterThanOrEqual(1)
    for (const { status, code } of replies) if (status >= 300) expect(code).toBe("idempotency-in-progress")
  })
})

it("refuses the second of two that run at once with idempotency-in-progress", async () => {
  const answer = await answerTo(await ask(service))
  const name = freshKey()
  const replies = await Promise.all([submit(service, answer, name), submit(service, answer, name)])
  const [accepted, refused] = replies.sort((a, b) => a.status - b.status)
  expect(accepted).toMatchObject({ status: 201 })
  expect(refused).toMatchObject({ status: 409, code: "idempotency-in-progress" })
})

it("forgets a key after 24 hours", async () => {
  const name = freshKey()
  const options = { key: service.apiKeys.verifier, body: DRAFT, idempotencyKey: name }
  await service.call("POST", "/v1/presentation-requests", options)
  service.clock.now = START + 24 * 3600 + 1
  await service.parts.store.eraseExpired(service.clock.now)
  const again = await service.call("POST", "/v1/presentation-requests", options)
  expect(again.headers.get("idempotency-replayed")).toBeNull()
  service.clock.now = START
})

it("does not remember a refusal: the claims give the same verdict again", async () => {
  const request = await ask(service)
  const answer = await answerTo(request)
  const parts = [{ ...answer.items[0]!.parts[0]!, linkTag: fresh() }]
  const wrong = { ...answer, items: [{ alternative: 0, parts }] }
  const name = freshKey()
  expect(await submit(service, wrong, name)).toMatchObject({ code: "proof-invalid" })
  expect(await submit(service, wrong, name)).toMatchObject({ code: "proof-invalid" })
  expect(await submit(service, answer, name)).toMatchObject({ status: 201 })
})

it("keeps the keys of two callers apart", async () => {
  const name = freshKey()
  const path = "/v1/presentation-requests"
  const one = await service.call("POST", path, {
    key: service.apiKeys.verifier,
    body: DRAFT,
    idempotencyKey: name,
  })
  const two = await service.call("POST", path, {
    key: service.apiKeys.foreignVerifier,
    body: DRAFT,
    idempotencyKey: name,
  })
  expect([one.status, two.status]).toEqual([201, 201])
  expect(two.json.id).not.toBe(one.json.id)
})
