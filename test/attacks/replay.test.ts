// One answer to one request, at one verifier, in its time.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { answerTo, ask, draftWith, fresh, itemWith, submit } from "../support/answered-request.ts"
import { KEYS, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

describe("the same answer", () => {
  it("is accepted once and request-answered from then on", async () => {
    const answer = await answerTo(await ask(service))
    expect(await submit(service, answer)).toMatchObject({ status: 201 })
    for (let i = 0; i < 2; i++) {
      expect(await submit(service, answer)).toMatchObject({ status: 409, code: "request-answered" })
    }
  })

  it("sent 50 times at once is accepted exactly once", async () => {
    const answer = await answerTo(await ask(service))
    const before = service.parts.ledger.head(service.parts.config.ledgerOrigin).size
    const replies = await Promise.all(Array.from({ length: 50 }, () => submit(service, answer)))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status, code } of replies) {
      if (status !== 201) expect(["request-answered", "nullifier-spent", "client-queue-full"]).toContain(code)
    }
    expect(service.parts.ledger.head(service.parts.config.ledgerOrigin).size).toBe(before + 1)
  }, 60_000)

  it("to 8 requests at once spends its nullifier exactly once", async () => {
    const nullifier = fresh()
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => answerTo(await ask(service), { nullifier })),
    )
    const replies = await Promise.all(answers.map((answer) => submit(service, answer)))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status, code } of replies) if (status !== 201) expect(code).toBe("nullifier-spent")
  })
})

describe("an answer carried to another request", () => {
  const carry = async (draft: Readonly<Record<string, unknown>>, key = service.apiKeys.verifier) => {
    const answer = await answerTo(await ask(service))
    const { json } = await service.call("POST", "/v1/presentation-requests", { key, body: draft })
    return submit(service, { ...answer, request: json.id })
  }

  it("of the same verifier is proof-invalid: the challenge is another", async () => {
    expect(await carry(draftWith({}))).toMatchObject({ status: 422, code: "proof-invalid" })
  })

  it("of another verifier is proof-invalid: the audience is another", async () => {
    expect(await carry(draftWith({}), service.apiKeys.foreignVerifier)).toMatchObject({
      code: "proof-invalid",
    })
  })

  it("for another purpose is proof-invalid", async () => {
    const purpose = { code: "research", text: { en: "Study" }, retainDays: 30 }
    expect(await carry(draftWith({ purpose }))).toMatchObject({ code: "proof-invalid" })
  })

  it("with another nullifier use is proof-invalid: the scope is another", async () => {
    const items = [itemWith({ mode: "person", use: "once", epoch: "2022-10" })]
    expect(await carry(draftWith({ items }))).toMatchObject({ code: "proof-invalid" })
  })

  it("of another service is proof-invalid: the origin is another", async () => {
    const other = await startTestService({
      environment: { SOTTO_PUBLIC_URL: "http://other.example", SOTTO_LEDGER_ORIGIN: "verify.example/ledger" },
    })
    const answer = await answerTo(await ask(service))
    const request = await ask(other)
    expect(await submit(other, { ...answer, request: request.id })).toMatchObject({ code: "proof-invalid" })
    expect(await submit(other, answer)).toMatchObject({ status: 404, code: "request-unknown" })
    await other.remove()
  })
})

it("an answer under a verification key that is no longer current is circuit-not-current", async () => {
  const answer = await answerTo(await ask(service))
  const { facts } = service.parts.circuit
  const mutable = facts as { vkey: string }
  const pinned = mutable.vkey
  mutable.vkey = `sha256:${"0".repeat(64)}`
  expect(await submit(service, answer)).toMatchObject({ status: 409, code: "circuit-not-current" })
  mutable.vkey = pinned
})

it("a withdrawn or expired request takes no answer, also not one that was ready before", async () => {
  const [withdrawn, expired] = [await ask(service), await ask(service)]
  const answers = [await answerTo(withdrawn), await answerTo(expired)]
  await service.call("DELETE", `/v1/presentation-requests/${withdrawn.id}`, { key: service.apiKeys.verifier })
  expect(await submit(service, answers[0])).toMatchObject({ status: 410, code: "request-expired" })
  service.clock.now = START + 301
  expect(await submit(service, answers[1])).toMatchObject({ status: 410, code: "request-expired" })
  service.clock.now = START - 1 // a clock two hours off, or one second
  expect(await submit(service, answers[1])).toMatchObject({ status: 410, code: "request-expired" })
  service.clock.now = START
})

it("leaves a log in which fsck finds nothing", async () => {
  const { config } = service.parts
  const log = { store: service.ledgerStore, origin: config.ledgerOrigin, key: KEYS.log }
  expect(await fsckDatabase(log)).toEqual([])
  const { size } = service.parts.ledger.head(service.parts.config.ledgerOrigin)
  const { json } = await service.call("GET", "/v1/logs/main/entries?from=0&limit=256")
  const spent = json.entries.flatMap(({ entry }: { entry: { spent?: string[] } }) => entry.spent ?? [])
  expect(json.entries).toHaveLength(size)
  expect(new Set(spent).size).toBe(spent.length)
})
