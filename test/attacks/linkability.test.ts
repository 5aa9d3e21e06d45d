// What repeats across presentations of one person: nothing but what the request itself promises to repeat. The outputs
// are computed by the wallet's own formulas, the answers travel over HTTP, and what each party ends up with is compared.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { computeRequestHash, computeScope } from "../../src/protocol/credential/presentation-request.ts"
import {
  computeCredentialTag,
  computeLinkTag,
  computeNullifier,
} from "../../src/protocol/primitives/nullifier.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { answerTo, draftWith, itemWith, submit } from "../support/answered-request.ts"
import { START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const SECRET = 123_456_789_012_345n
const CRED_ID = 987_654_321n
const CREDENTIAL_HASH = 555_555_555n
const ONCE = { mode: "person", use: "once", epoch: "2022" }
const PSEUDONYM = { mode: "person", use: "pseudonym", epoch: "2022" }
const REQUEST = { mode: "person", use: "request" }

let service: TestService
let other: TestService
beforeAll(async () => {
  service = await startTestService()
  const environment = {
    SOTTO_PUBLIC_URL: "http://other.example",
    SOTTO_LEDGER_ORIGIN: "verify.example/ledger",
  }
  other = await startTestService({ environment })
})
afterAll(async () => {
  await service.remove()
  await other.remove()
})

/** What a wallet with one secret and one record answers. */
function outputsOf(request: PresentationRequest, secret = SECRET) {
  const hash = computeRequestHash(request)
  const { mode } = request.items[0]!.nullifier
  return {
    nullifier: String(computeNullifier(mode, secret, CRED_ID, computeScope(request, 0))),
    linkTag: String(computeLinkTag(secret, hash)),
    credentialTag: String(computeCredentialTag(secret, CREDENTIAL_HASH, hash)),
  }
}

async function visit(
  at: TestService,
  nullifier: Readonly<Record<string, unknown>>,
  key = at.apiKeys.verifier,
  secret = SECRET,
) {
  const body = draftWith({ items: [itemWith(nullifier)] })
  const { text } = await at.call("POST", "/v1/presentation-requests", { key, body })
  const request = parsePresentationRequest(text)
  const outputs = outputsOf(request, secret)
  const reply = await submit(at, await answerTo(request, outputs))
  expect(reply.status).toBe(201)
  const verdict = await at.call("GET", `/v1/presentation-requests/${request.id}/verdict`, { key })
  return { outputs, verdict: verdict.json.verdict, entry: reply.json.canonicalizedBody as string }
}

/** Every scalar of the holder's making in two answers. */
const shared = (a: Awaited<ReturnType<typeof visit>>, b: Awaited<ReturnType<typeof visit>>): string[] =>
  Object.values(a.outputs).filter((value) => JSON.stringify(b.verdict).includes(value))

describe("two answers of one person with one record share", () => {
  it("nothing between two verifiers of one service", async () => {
    const [mine, theirs] = [
      await visit(service, ONCE),
      await visit(service, ONCE, service.apiKeys.foreignVerifier),
    ]
    expect(shared(mine, theirs)).toEqual([])
  })

  it("nothing between two services that know a verifier of the same id", async () => {
    const [mine, theirs] = [await visit(service, PSEUDONYM), await visit(other, PSEUDONYM)]
    expect(shared(mine, theirs)).toEqual([])
  })

  it("nothing between once and pseudonym of one purpose and epoch", async () => {
    const entitled = { ...ONCE, epoch: "2022-Q4" }
    const [once, pseudonym] = [
      await visit(service, entitled),
      await visit(service, { ...PSEUDONYM, epoch: "2022-Q4" }),
    ]
    expect(shared(once, pseudonym)).toEqual([])
  })

  it("nothing between two epochs", async () => {
    const [day, month] = [
      await visit(service, { ...PSEUDONYM, epoch: "2022-10-15" }),
      await visit(service, { ...PSEUDONYM, epoch: "2022-10" }),
    ]
    expect(shared(day, month)).toEqual([])
  })

  it("nothing between two requests of use request", async () => {
    expect(shared(await visit(service, REQUEST), await visit(service, REQUEST))).toEqual([])
  })

  it("the pseudonym, and only it, between two visits to one verifier in one epoch", async () => {
    const [first, second] = [await visit(service, PSEUDONYM), await visit(service, PSEUDONYM)]
    expect(shared(first, second)).toEqual([first.outputs.nullifier])
  })

  it("nothing in the public log but once nullifiers, each different", async () => {
    const { json } = await service.call("GET", "/v1/logs/main/entries?from=0&limit=256&kind=presentation")
    const entries: { entry: { spent: string[]; commitment: string } }[] = json.entries
    const commitments = entries.map(({ entry }) => entry.commitment)
    expect(new Set(commitments).size).toBe(commitments.length)
    const spent = entries.flatMap(({ entry }) => entry.spent)
    expect(new Set(spent).size).toBe(spent.length)
    const first = await visit(service, { ...PSEUDONYM, epoch: "2022-10-15" })
    expect(JSON.stringify(json)).not.toContain(first.outputs.nullifier)
    expect(service.clock.now).toBe(START)
  })
})

describe("forty answers of one person with one record, each in another context", () => {
  const SOMEBODY_ELSE = 777_777_777_777n
  /** Every long number that a party holds of an answer: proofs, tags, signals, hashes. */
  const numbersIn = (verdict: unknown): readonly string[] =>
    JSON.stringify(verdict).match(/[0-9]{18,}/g) ?? []

  it(
    "share pairwise nothing that a stranger's answers to the same questions do not hold too",
    { timeout: 120_000 },
    async () => {
      const contexts = [service, other].flatMap((at) =>
        [at.apiKeys.verifier, at.apiKeys.foreignVerifier].flatMap((key) =>
          ["person", "credential"].flatMap((mode) => [
            { at, key, nullifier: { mode, use: "request" } },
            ...["2022-10", "always"].flatMap((epoch) =>
              ["once", "pseudonym"].map((use) => ({ at, key, nullifier: { mode, use, epoch } })),
            ),
          ]),
        ),
      )
      expect(contexts).toHaveLength(40)
      const mine: (readonly string[])[] = []
      for (const { at, key, nullifier } of contexts) {
        mine.push(numbersIn((await visit(at, nullifier, key)).verdict))
      }
      // What a stranger's answers say as well is the question's: schema, bounds, registry root, instants, keys, scopes.
      const theirs = new Set<string>()
      for (const { at, key, nullifier } of contexts) {
        for (const n of numbersIn((await visit(at, nullifier, key, SOMEBODY_ELSE)).verdict)) theirs.add(n)
      }
      const seen = new Map<string, number>()
      for (const numbers of mine) for (const n of new Set(numbers)) seen.set(n, (seen.get(n) ?? 0) + 1)
      const repeated = [...seen].filter(([n, times]) => times > 1 && !theirs.has(n)).map(([n]) => n)
      expect(repeated).toEqual([])
      expect(seen.size).toBeGreaterThan(40 * 10)
    },
  )
})
