import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseEvidence } from "../../src/parties/verifier/evidence.ts"
import { openVerifier } from "../../src/parties/verifier/open-verifier.ts"
import { verifyAnswer, verifyEvidence } from "../../src/parties/verifier/verify-evidence.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { decodeBase64 } from "../../src/protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { answerTo, ask, draftWith, fresh, itemWith, submit } from "../support/answered-request.ts"
import { KEYS, shippedCircuit, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

const POLICY = parsePolicy(`log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`)
const ONCE = { mode: "person", use: "once", epoch: "2022" }
const PSEUDONYM = { mode: "person", use: "pseudonym", epoch: "2022" }

describe("POST /v1/presentations", () => {
  it("answers a valid proof with a receipt that verifies offline", async () => {
    const request = await ask(service)
    const reply = await submit(service, await answerTo(request))
    expect(reply.status).toBe(201)
    expect(reply.headers.get("sotto-insecure")).toBe("dev-keys")
    const verdict = verifyAnswer(parseReceipt(reply.text), POLICY)
    expect(verdict).toMatchObject({ ok: true, value: { request: { id: request.id } } })
  })

  it("hands the verifier a verdict whose evidence verifies again from the beginning", async () => {
    const request = await ask(service)
    const nullifier = fresh()
    await submit(service, await answerTo(request, { nullifier }))
    const path = `/v1/presentation-requests/${request.id}/verdict`
    const { json } = await service.call("GET", path, { key: service.apiKeys.verifier })
    expect(json).toMatchObject({ state: "satisfied", verdict: { satisfied: true, nullifiers: [nullifier] } })
    const { key } = await openVerifier((await shippedCircuit()).parts.presentation, CATALOGUE)
    const trust = { policy: POLICY, key, sources: CATALOGUE }
    const receipt = parseReceipt(JSON.stringify(json.verdict.receipt))
    const evidence = parseEvidence(JSON.stringify(json.verdict.evidence))
    expect(await verifyEvidence(receipt, evidence, trust)).toMatchObject({ ok: true })
    const moved = {
      ...evidence,
      signals: evidence.signals.map((item) => item.map((part) => [...part].reverse())),
    }
    expect(await verifyEvidence(receipt, moved, trust)).toEqual({ ok: false, reason: "items-mismatch" })
    const other = { ...evidence, presentation: { ...(await answerTo(request)), request: request.id } }
    expect(await verifyEvidence(receipt, other as never, trust)).toEqual({
      ok: false,
      reason: "items-mismatch",
    })
  })

  it("puts a commitment and the spent nullifier into the log, and nothing else", async () => {
    const request = await ask(service)
    const nullifier = fresh()
    const { json } = await submit(service, await answerTo(request, { nullifier }))
    const entry = parseEntry(decodeBase64(json.canonicalizedBody) ?? new Uint8Array(0))
    expect(entry).toEqual({ kind: "presentation", v: 1, commitment: expect.any(String), spent: [nullifier] })
  })

  it("leaves no nullifier of a pseudonym in the log, and accepts it again", async () => {
    const draft = draftWith({ items: [itemWith(PSEUDONYM)] })
    const nullifier = fresh()
    for (let visit = 0; visit < 2; visit++) {
      const reply = await submit(service, await answerTo(await ask(service, draft), { nullifier }))
      expect(reply.status).toBe(201)
      const entry = parseEntry(decodeBase64(reply.json.canonicalizedBody) ?? new Uint8Array(0))
      expect(entry).toMatchObject({ spent: [] })
    }
  })

  it("refuses an answer to a request that was never made with request-unknown", async () => {
    const answer = { ...(await answerTo(await ask(service))), request: `pr_${"A".repeat(22)}` }
    expect(await submit(service, answer)).toMatchObject({ status: 404, code: "request-unknown" })
  })

  it("refuses an answer one second after the request expired, and accepts one at its last second", async () => {
    const [late, timely] = [await ask(service), await ask(service)]
    service.clock.now = START + 300
    expect(await submit(service, await answerTo(timely))).toMatchObject({ status: 201 })
    service.clock.now = START + 301
    expect(await submit(service, await answerTo(late))).toMatchObject({
      status: 410,
      code: "request-expired",
    })
    service.clock.now = START
  })

  it("refuses an answer with a missing part, item or alternative with items-mismatch", async () => {
    const request = await ask(service, draftWith({ items: [itemWith(ONCE), itemWith(PSEUDONYM)] }))
    const answer = await answerTo(request)
    const [first] = answer.items
    const part = first!.parts[0]!
    for (const items of [
      [first],
      [...answer.items, first],
      [{ ...first, parts: [part, part] }, answer.items[1]],
      [{ ...first, alternative: 1 }, answer.items[1]],
    ]) {
      expect(await submit(service, { ...answer, items })).toMatchObject({
        status: 400,
        code: "items-mismatch",
      })
    }
  })

  it("refuses a point off its curve with proof-off-curve", async () => {
    const answer = await answerTo(await ask(service))
    const part = answer.items[0]!.parts[0]!
    const parts = [{ ...part, proof: { ...part.proof, a: ["1", "3"] } }]
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts }] })
    expect(reply).toMatchObject({ status: 422, code: "proof-off-curve" })
  })

  it("refuses a proof of other outputs with proof-invalid and names nothing", async () => {
    const answer = await answerTo(await ask(service))
    const parts = [{ ...answer.items[0]!.parts[0]!, nullifier: fresh() }]
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts }] })
    expect(reply).toMatchObject({ status: 422, code: "proof-invalid" })
    expect(reply.json.detail).toBeUndefined()
  })

  it("accepts two items of one person, and refuses two persons, with link-mismatch", async () => {
    const draft = draftWith({
      items: [itemWith(ONCE), itemWith(PSEUDONYM)],
      links: [{ kind: "samePerson", items: [0, 1] }],
    })
    const apart = await answerTo(await ask(service, draft))
    expect(await submit(service, apart)).toMatchObject({ status: 422, code: "link-mismatch" })
    const linkTag = fresh()
    const joined = await answerTo(await ask(service, draft), [
      { linkTag, nullifier: fresh() },
      { linkTag, nullifier: fresh() },
    ])
    expect(await submit(service, joined)).toMatchObject({ status: 201 })
  })

  it("keeps a refused request open: a failed attempt is invisible to the verifier", async () => {
    const request = await ask(service)
    const answer = await answerTo(request)
    const parts = [{ ...answer.items[0]!.parts[0]!, linkTag: fresh() }]
    await submit(service, { ...answer, items: [{ alternative: 0, parts }] })
    const path = `/v1/presentation-requests/${request.id}/verdict`
    const { json } = await service.call("GET", path, { key: service.apiKeys.verifier })
    expect(json).toEqual({ request: request.id, state: "open" })
  })

  it("answers evidence-erased once retention has ended, and keeps the entry", async () => {
    const request = await ask(service)
    const { json } = await submit(service, await answerTo(request))
    await service.parts.store.eraseExpired(START + 91 * 86_400)
    const path = `/v1/presentation-requests/${request.id}/verdict`
    const reply = await service.call("GET", path, { key: service.apiKeys.verifier })
    expect(reply).toMatchObject({ status: 410, code: "evidence-erased" })
    expect(await service.call("GET", `/v1/logs/main/entries/${json.logIndex}`)).toMatchObject({ status: 200 })
  })
})
