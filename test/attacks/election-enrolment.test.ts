// Gated enrolment over HTTP, its proofs forged: one person enrolled twice, and what enrolments tell apart.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { deriveCensusLeaf, deriveVoterCommitment } from "../../src/protocol/primitives/voter.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { CensusBodies } from "../../src/protocol/wire/census.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { answerTo, fresh, submit } from "../support/answered-request.ts"
import { openGatedCensus } from "../support/gated-census.ts"
import { START, startTestService } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"
import { REGISTRARS } from "../support/sample-census.ts"

const OPENS = START + 60
const CLOSES = START + 7200
const PEOPLE = 10

let service: TestService
let censusId: string
/** Of each person: request, answer and nullifier, in the order of arrival. */
const enrolled: {
  readonly request: PresentationRequest
  readonly reply: Reply
  readonly nullifier: string
}[] = []

beforeAll(async () => {
  service = await startTestService()
  censusId = await openGatedCensus(service, { opensAt: OPENS, closesAt: CLOSES })
  for (let i = 0; i < PEOPLE; i++) {
    service.clock.now = OPENS + 300 * (i + 1)
    const nullifier = fresh()
    const request = await enrol(i)
    enrolled.push({
      request,
      nullifier,
      reply: await submit(service, await answerTo(request, { nullifier })),
    })
  }
}, 300_000)
afterAll(() => service.remove())

const path = (): string => `/v1/censuses/${censusId}`
const commitmentOf = (i: number) => deriveVoterCommitment((1n << 200n) + BigInt(i))
const leafOf = (i: number) => deriveCensusLeaf(commitmentOf(i), 1)

/** Asks for the enrolment of a commitment. */
async function enrol(i: number): Promise<PresentationRequest> {
  const reply = await service.call("POST", `${path()}/enrolments`, { body: { commitment: commitmentOf(i) } })
  if (reply.status !== 201) throw new Error(reply.text)
  return parsePresentationRequest(reply.text)
}

const leafCount = async (): Promise<number> => {
  const { json } = await service.call("GET", path())
  return (json.enrolled as { leaves: number }[]).reduce((sum, { leaves }) => sum + leaves, 0)
}

describe("C4: one person enrolled twice", () => {
  it("was taken once each, with a promise", async () => {
    expect(enrolled.map(({ reply }) => reply.status)).toEqual(enrolled.map(() => 201))
    for (const [i, { reply }] of enrolled.entries())
      expect(reply.json.promise).toMatchObject({ type: "sotto/census-promise/1", censusId, leaf: leafOf(i) })
    expect(await leafCount()).toBe(PEOPLE)
  })

  it("keeps one leaf: a second enrolment with another commitment takes the place of the first", async () => {
    const { nullifier, reply: first } = enrolled[0]!
    const again = await submit(service, await answerTo(await enrol(100), { nullifier }))
    expect(again).toMatchObject({ status: 201 })
    expect(again.json.promise.slot).toBe(first.json.promise.slot)
    expect(again.json.promise.leaf).toBe(leafOf(100))
    expect(await leafCount()).toBe(PEOPLE)
    // And not back again: a commitment that was replaced is used up.
    const back = await submit(service, await answerTo(await enrol(0), { nullifier }))
    expect(back).toMatchObject({ status: 409, code: "leaf-duplicate" })
    expect(await leafCount()).toBe(PEOPLE)
  })

  it("is refused a leaf that somebody else has, and an answer bound to another leaf", async () => {
    const stolen = await submit(service, await answerTo(await enrol(1)))
    expect(stolen).toMatchObject({ status: 409, code: "leaf-duplicate" })
    const mine = await enrol(101)
    const answer = await answerTo({ ...mine, boundData: leafOf(102) })
    expect(await submit(service, answer)).toMatchObject({ status: 422, code: "proof-invalid" })
    expect(await leafCount()).toBe(PEOPLE)
  })
})

describe("C6: an enrolment told from others, or dated", () => {
  it("gets the request that everybody gets: it differs in id, challenge, leaf and signature alone", () => {
    const same = enrolled.map(({ request }) => {
      const { id: _id, challenge: _challenge, boundData: _leaf, signature: _signature, ...rest } = request
      return canonicalText(rest)
    })
    expect(new Set(same).size).toBe(1)
    expect(same[0]).toContain(`"createdAt":${START},`)
    expect(new Set(enrolled.map(({ request }) => request.challenge)).size).toBe(PEOPLE)
  })

  it("leaves no nullifier, leaf, commitment or census in the main log", async () => {
    const { json } = await service.call("GET", "/v1/logs/main/entries")
    const entries = json.entries as { entry: { kind: string } }[]
    const text = JSON.stringify(entries.map(({ entry }) => entry))
    expect(entries.filter(({ entry }) => entry.kind === "presentation").length).toBeGreaterThanOrEqual(PEOPLE)
    for (const [i, { nullifier, request, reply }] of enrolled.entries()) {
      const slot = reply.json.promise.slot as string
      for (const needle of [`"${nullifier}"`, slot, leafOf(i), commitmentOf(i), request.id, censusId])
        expect(text).not.toContain(needle)
    }
  })

  it("shows the organizer neither requests nor answers, and nobody a leaf before the freeze", async () => {
    const { id } = enrolled[2]!.request
    for (const key of [service.apiKeys.verifier, service.apiKeys.organizer]) {
      const list = await service.call("GET", "/v1/presentation-requests", { key })
      expect(list.text).not.toContain(id)
      expect((await service.call("GET", `/v1/presentations/${id}`, { key })).status).toBeGreaterThanOrEqual(
        400,
      )
    }
    for (const part of ["leaves", "commitments", "evidence"])
      expect(await service.call("GET", `${path()}/${part}`)).toMatchObject({
        status: 409,
        code: "phase-refused",
      })
    const { text } = await service.call("GET", path())
    expect(text).not.toContain(leafOf(2))
    expect(text).not.toMatch(new RegExp(String(OPENS + 900)))
  })

  it("publishes lines of equal members in the order of leaves, not of arrival, and no time", async () => {
    service.clock.now = CLOSES + 1
    const { json } = await service.call("GET", path())
    const document = signBody("census", json.freeze as CensusBodies["census"], REGISTRARS[0]!, REGISTRARS[1]!)
    const raw = canonicalText(document as unknown as Json)
    const frozen = await service.call("POST", `${path()}/freeze`, { raw })
    expect(frozen, frozen.text).toMatchObject({ status: 200 })
    const text = await (await fetch(`${service.url}${path()}/evidence`)).text()
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { commitment: string })
    expect(lines).toHaveLength(PEOPLE)
    const members = [
      "alternative",
      "challenge",
      "commitment",
      "credentialTag",
      "id",
      "linkTag",
      "nullifier",
      "proof",
    ]
    for (const line of lines) expect(Object.keys(line)).toEqual(members)
    const leaves = lines.map(({ commitment }) => BigInt(deriveCensusLeaf(commitment as never, 1)))
    expect(leaves).toEqual([...leaves].sort((a, b) => (a < b ? -1 : 1)))
    for (let i = 1; i <= PEOPLE; i++) expect(text).not.toContain(String(OPENS + 300 * i))
    const late = await service.call("POST", `${path()}/enrolments`, {
      body: { commitment: commitmentOf(200) },
    })
    expect(late).toMatchObject({ status: 409, code: "census-frozen" })
  })
})
