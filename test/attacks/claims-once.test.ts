// One treatment, several insurers: it is paid for once, and nobody learns by whom it was claimed, nor where.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseEvidence } from "../../src/parties/verifier/evidence.ts"
import { openVerifier } from "../../src/parties/verifier/open-verifier.ts"
import { verifyAnswer, verifyEvidence } from "../../src/parties/verifier/verify-evidence.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { signRequest } from "../../src/protocol/credential/presentation-request.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { answerTo, submit } from "../support/answered-request.ts"
import {
  askAs,
  CLAIM,
  claimDraft,
  enterVerifier,
  openVerifierAccount,
  outputsOf,
  TREATMENTS,
} from "../support/claim-pools.ts"
import type { HeldRecord } from "../support/claim-pools.ts"
import {
  FOREIGN_VERIFIER,
  KEYS,
  shippedCircuit,
  startTestService,
  VERIFIER,
} from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
let acme: string
let other: string
let outsider: string
beforeAll(async () => {
  service = await startTestService()
  await enterVerifier(service, VERIFIER, [TREATMENTS])
  await enterVerifier(service, FOREIGN_VERIFIER, [{ ...TREATMENTS, name: "dental" }, TREATMENTS])
  ;({ verifier: acme, foreignVerifier: other } = service.apiKeys)
  outsider = await openVerifierAccount(service, "outsider-insurance")
})
afterAll(() => service.remove())

let next = 1n
/** A treatment that no other test claims. */
const treatment = (secret = 770_001n): HeldRecord => {
  next += 1n
  return { secret, credId: 9_000_000n + next, credentialHash: 5_000_000n + next }
}
const claim = async (request: PresentationRequest, record: HeldRecord, at = service) =>
  submit(
    at,
    await answerTo(
      request,
      request.items.map((_, item) => outputsOf(request, record, item)),
    ),
  )
const verdictOf = async (id: string, key: string) =>
  (await service.call("GET", `/v1/presentation-requests/${id}/verdict`, { key })).json

describe("a treatment that one insurer of the pool has accepted", () => {
  it("is nullifier-spent at every other, whose own view of its request stays open", async () => {
    const record = treatment()
    expect(await claim(await askAs(service, acme), record)).toMatchObject({ status: 201 })
    const second = await askAs(service, other)
    expect(await claim(second, record)).toMatchObject({ status: 409, code: "nullifier-spent" })
    expect(await verdictOf(second.id, other)).toEqual({ request: second.id, state: "open" })
    expect(await claim(await askAs(service, acme), record)).toMatchObject({ code: "nullifier-spent" })
  })

  it("is nullifier-spent under other words, parameters and purposes", async () => {
    const record = treatment()
    expect(await claim(await askAs(service, acme), record)).toMatchObject({ status: 201 })
    const purpose = { code: "reimbursement", text: { en: "Pay what you paid" }, retainDays: 365 }
    const reworded = await askAs(service, other, { ...claimDraft(), purpose, zone: "+02:00" })
    expect(await claim(reworded, record)).toMatchObject({ status: 409, code: "nullifier-spent" })
  })

  it("is nullifier-spent as a re-issue too, while another treatment of the same person is not", async () => {
    const [first, second] = [treatment(), treatment()]
    expect(await claim(await askAs(service, acme), first)).toMatchObject({ status: 201 })
    const reissued = { ...first, credentialHash: 4_444n }
    expect(await claim(await askAs(service, other), reissued)).toMatchObject({ code: "nullifier-spent" })
    expect(await claim(await askAs(service, other), second)).toMatchObject({ status: 201 })
  })

  it("was accepted exactly once, also when claims at both arrive at the same moment", async () => {
    for (let round = 0; round < 3; round++) {
      const record = treatment()
      const requests = await Promise.all([acme, other, acme, other].map((key) => askAs(service, key)))
      const outputs = requests.map((request) => outputsOf(request, record))
      const answers = await Promise.all(requests.map((request, i) => answerTo(request, outputs[i])))
      const replies = await Promise.all(answers.map((answer) => submit(service, answer)))
      expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
      const refused = replies.filter(({ status }) => status !== 201)
      expect(refused.map(({ code }) => code)).toEqual(Array(3).fill("nullifier-spent"))
    }
  })

  it("counts once when two items of one request ask for it", async () => {
    const record = treatment()
    const links = [{ kind: "sameCredential", items: [0, 1] }]
    const both = await askAs(service, acme, claimDraft([CLAIM, CLAIM], links))
    const reply = await claim(both, record)
    expect(reply).toMatchObject({ status: 201 })
    const { json } = await service.call("GET", "/v1/logs/main/entries?from=0&limit=256&kind=presentation")
    expect(json.entries.at(-1).entry.spent).toEqual([outputsOf(both, record).nullifier])
    expect(await claim(await askAs(service, other), record)).toMatchObject({ code: "nullifier-spent" })
  })
})

describe("an insurer outside the pool", () => {
  it("is pool-not-allowed", async () => {
    const reply = await service.call("POST", "/v1/presentation-requests", {
      key: outsider,
      body: claimDraft(),
    })
    expect(reply).toMatchObject({ status: 403, code: "pool-not-allowed" })
    expect(reply.json.errors).toEqual([{ path: "items.0.nullifier.pool", code: "pool-not-allowed" }])
    const dental = claimDraft([{ ...CLAIM, pool: "dental" }])
    expect(
      await service.call("POST", "/v1/presentation-requests", { key: acme, body: dental }),
    ).toMatchObject({ code: "pool-not-allowed" })
  })

  it("spends nothing of the pool by asking about the same treatment", async () => {
    const record = treatment()
    const { pool: _, ...alone } = CLAIM
    expect(await claim(await askAs(service, outsider, claimDraft([alone])), record)).toMatchObject({
      status: 201,
    })
    expect(await claim(await askAs(service, acme), record)).toMatchObject({ status: 201 })
  })

  it("cannot relay an answer that was made for a member", async () => {
    const record = treatment()
    const forMember = await askAs(service, acme)
    const answer = await answerTo(forMember, outputsOf(forMember, record))
    const { pool: _, ...alone } = CLAIM
    const own = await askAs(service, outsider, claimDraft([alone]))
    expect(await submit(service, { ...answer, request: own.id })).toMatchObject({ code: "proof-invalid" })
  })
})

describe("a member of the pool", () => {
  it.each([
    ["another mode", { ...CLAIM, mode: "person" }],
    ["another epoch", { ...CLAIM, epoch: "2022" }],
  ])("cannot count by %s: the treatment could be claimed once under each", async (_name, nullifier) => {
    const reply = await service.call("POST", "/v1/presentation-requests", {
      key: acme,
      body: claimDraft([nullifier]),
    })
    expect(reply).toMatchObject({ status: 422, code: "statement-refused" })
    expect(reply.json.errors).toEqual([{ path: "items", code: "request-inconsistent" }])
  })

  it("cannot ask for a pseudonym that the pool shares", async () => {
    const body = claimDraft([{ ...CLAIM, use: "pseudonym" }])
    const reply = await service.call("POST", "/v1/presentation-requests", { key: acme, body })
    expect(reply).toMatchObject({ status: 400, code: "malformed-request" })
  })
})

describe("nobody learns who claimed", () => {
  it("two treatments of one person at two insurers have no value in common", async () => {
    const [mine, theirs] = [treatment(881_188n), treatment(881_188n)]
    const [one, two] = [await askAs(service, acme), await askAs(service, other)]
    expect(await claim(one, mine)).toMatchObject({ status: 201 })
    expect(await claim(two, theirs)).toMatchObject({ status: 201 })
    const told = JSON.stringify(await verdictOf(two.id, other))
    const repeated = Object.values(outputsOf(one, mine)).filter((value) => told.includes(value))
    expect(repeated).toEqual([])
  })

  it("the log holds a nullifier and a salted commitment, and names neither insurer nor pool", async () => {
    const record = treatment()
    const request = await askAs(service, acme)
    const { nullifier, linkTag, credentialTag } = outputsOf(request, record)
    await claim(request, record)
    const { json } = await service.call("GET", "/v1/logs/main/entries?from=0&limit=256&kind=presentation")
    const { entry } = json.entries.at(-1)
    expect(Object.keys(entry).sort()).toEqual(["commitment", "kind", "spent", "v"])
    expect(entry.spent).toEqual([nullifier])
    const text = JSON.stringify(json.entries)
    for (const told of [
      linkTag,
      credentialTag,
      VERIFIER,
      FOREIGN_VERIFIER,
      "treatments",
      "urn:test:services",
    ]) {
      expect(text).not.toContain(told)
    }
  })

  it("two services with a pool of one name see two nullifiers of one treatment", async () => {
    const environment = {
      SOTTO_PUBLIC_URL: "http://other.example",
      SOTTO_LEDGER_ORIGIN: "verify.example/ledger",
    }
    const elsewhere = await startTestService({ environment })
    await enterVerifier(elsewhere, VERIFIER, [TREATMENTS])
    const record = treatment()
    const here = outputsOf(await askAs(service, acme), record)
    const there = outputsOf(await askAs(elsewhere, elsewhere.apiKeys.verifier), record)
    expect(here.nullifier).not.toBe(there.nullifier)
    await elsewhere.remove()
  })
})

describe("an accepted claim", () => {
  const POLICY = parsePolicy(`log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`)

  it("verifies offline from receipt and evidence", async () => {
    const request = await askAs(service, acme)
    await claim(request, treatment())
    const { verdict } = await verdictOf(request.id, acme)
    const { key } = await openVerifier((await shippedCircuit()).parts.presentation, CATALOGUE)
    const receipt = parseReceipt(JSON.stringify(verdict.receipt))
    const evidence = parseEvidence(JSON.stringify(verdict.evidence))
    const trust = { policy: POLICY, key, sources: CATALOGUE }
    expect(await verifyEvidence(receipt, evidence, trust)).toMatchObject({ ok: true })
  })

  it("is request-inconsistent offline when the verifier's record in it names no such pool", async () => {
    const request = await askAs(service, acme)
    const reply = await claim(request, treatment())
    const { pools: _pools, ...record } = request.verifier
    const { signature: _signature, ...unsigned } = request
    const forged = signRequest({ ...unsigned, verifier: record }, KEYS.request)
    const receipt = parseReceipt(canonicalText({ ...reply.json, request: forged }))
    expect(verifyAnswer(receipt, POLICY)).toEqual({ ok: false, reason: "request-inconsistent" })
  })
})

describe("the directory", () => {
  it("gives a pool one rule: another mode or period under its name is pool-not-allowed", async () => {
    for (const rule of [{ mode: "person" }, { period: "year" }] as const) {
      await expect(
        enterVerifier(service, "late-insurance", [{ ...TREATMENTS, ...rule }]),
      ).rejects.toMatchObject({ code: "pool-not-allowed" })
    }
    await expect(enterVerifier(service, "late-insurance", [TREATMENTS])).resolves.toBeGreaterThan(0)
  })

  it("shows the pools of a verifier, repeats a record without an entry, and takes no replaced record back", async () => {
    const index = await enterVerifier(service, "fickle-insurance", [TREATMENTS])
    expect(await enterVerifier(service, "fickle-insurance", [TREATMENTS])).toBe(index)
    const { json } = await service.call("GET", "/v1/verifiers/fickle-insurance")
    expect(json.document.pools).toEqual([TREATMENTS])
    await enterVerifier(service, "fickle-insurance")
    expect((await service.call("GET", "/v1/verifiers/fickle-insurance")).json.document.pools).toBeUndefined()
    await expect(enterVerifier(service, "fickle-insurance", [TREATMENTS])).rejects.toMatchObject({
      code: "phase-refused",
    })
  })
})

it("a pool of days counts a person again on the next day", async () => {
  const daily = { name: "daily-visits", mode: "person", period: "day" } as const
  const key = await openVerifierAccount(service, "clinic-insurance", [daily])
  const visit = async (epoch: string) => {
    const use = { mode: "person", use: "once", epoch, pool: daily.name }
    return claim(await askAs(service, key, claimDraft([use])), treatment(660_066n))
  }
  expect(await visit("2022-10-15")).toMatchObject({ status: 201 })
  expect(await visit("2022-10-15")).toMatchObject({ status: 409, code: "nullifier-spent" })
  service.clock.now += 13 * 3600
  expect(await visit("2022-10-16")).toMatchObject({ status: 201 })
})
