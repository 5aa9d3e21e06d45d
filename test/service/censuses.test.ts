// A named census over HTTP: places that registrars give, its freeze, and objections that they uphold afterwards.
import { afterAll, beforeAll, expect, it } from "vitest"
import { computeCensusId } from "../../src/protocol/election/census.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { CensusBodies, CensusDocument } from "../../src/protocol/wire/census.ts"
import { KEYS, START, startTestService, VERIFIER } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"
import {
  commitmentOf,
  leafOf,
  namedPlan,
  people,
  REGISTRARS,
  signPlan,
  STRANGER,
} from "../support/sample-census.ts"

const CLOSES = START + 3600
const OBJECTIONS = 600
const PEOPLE = 10
const BOTH = REGISTRARS.slice(0, 2)

let service: TestService
let plan: ReturnType<typeof namedPlan>
let path = ""

beforeAll(async () => {
  service = await startTestService()
  const origin = service.parts.config.publicUrl
  plan = namedPlan({
    verifier: { id: VERIFIER, name: VERIFIER, origin, key: encodeVerifierKey(KEYS.request) },
    enrolmentOpensAt: START,
    enrolmentClosesAt: CLOSES,
    objectionSeconds: OBJECTIONS,
  })
  const raw = canonicalText(signPlan(plan) as unknown as Json)
  await service.call("POST", "/v1/censuses", { key: service.apiKeys.organizer, raw })
  path = `/v1/censuses/${computeCensusId(plan)}`
})
afterAll(() => service.remove())

const put = (leaf: CensusDocument<"census-leaf">): Promise<Reply> =>
  service.call("PUT", `${path}/leaves/${leaf.body.rollCommitment}`, {
    raw: canonicalText(leaf as unknown as Json),
  })
const show = async () => (await service.call("GET", path)).json
const freezeAs = (body: CensusBodies["census"]): Promise<Reply> => {
  const document = signBody("census", body, BOTH[0]!, BOTH[1]!)
  return service.call("POST", `${path}/freeze`, { raw: canonicalText(document as unknown as Json) })
}

it("has a plan that is shown, and says why it cannot be frozen while too few have come", async () => {
  expect((await put(leafOf(plan, 0))).status).toBe(200)
  service.clock.now = CLOSES + 1
  expect(await show()).toMatchObject({ state: "open", freezeRefused: "census-too-small" })
  service.clock.now = START + 1
  expect(await show()).not.toHaveProperty("freezeRefused")
})

it.each<[string, () => CensusDocument<"census-leaf">, number, string]>([
  [
    "in the place of another, by one registrar",
    () => leafOf(plan, 1, { replaces: commitmentOf(0) }),
    403,
    "registrar-signature-missing",
  ],
  ["for nobody", () => leafOf(plan, 1, { commitment: "0" as never }), 422, "leaf-reserved"],
  ["with a weight where all are equal", () => leafOf(plan, 1, { weight: 2 }), 400, "leaf-not-canonical"],
  ["by a stranger", () => leafOf(plan, 1, {}, [STRANGER]), 403, "signature-refused"],
])("refuses a place %s", async (_, leaf, status, code) => {
  expect(await put(leaf())).toMatchObject({ status, code })
})

it("is unknown by any other name", async () => {
  expect(await service.call("GET", `/v1/censuses/${"0".repeat(64)}`)).toMatchObject({
    status: 404,
    code: "census-unknown",
  })
})

it("gives one of two rivals the place that both would replace", async () => {
  for (const i of people(PEOPLE)) expect((await put(leafOf(plan, i))).status).toBe(200)
  const rivals = [100, 101].map((n) =>
    leafOf(plan, 0, { commitment: commitmentOf(n), replaces: commitmentOf(0) }, BOTH),
  )
  const replies = await Promise.all(rivals.map(put))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 409])
  expect(replies.map(({ code }) => code)).toContain("leaf-duplicate")
})

it("is frozen as registrars saw it, and not when a leaf came meanwhile", async () => {
  service.clock.now = CLOSES + 1
  const { freeze } = await show()
  const elections = service.parts.elections as { freezeCensus: typeof service.parts.elections.freezeCensus }
  const { freezeCensus } = elections
  elections.freezeCensus = async (...args) => {
    await put(leafOf(plan, 20, {}, BOTH))
    return freezeCensus(...args)
  }
  try {
    expect(await freezeAs(freeze)).toMatchObject({ status: 409, code: "phase-refused" })
  } finally {
    elections.freezeCensus = freezeCensus
  }
  expect(await freezeAs(freeze)).toMatchObject({ status: 422, code: "definition-invalid" })
  const now = (await show()).freeze
  expect(now.size).toBe(PEOPLE + 1)
  expect(await freezeAs(now)).toMatchObject({ status: 200 })
  expect(await freezeAs(now)).toMatchObject({ status: 200 }) // told again
  expect(await show()).toMatchObject({ state: "frozen", objectionsUntil: CLOSES + 1 + OBJECTIONS })
})

it("is opened again by an objection that two registrars uphold, and then frozen anew", async () => {
  expect(await put(leafOf(plan, 30))).toMatchObject({ status: 409, code: "census-closed" })
  expect((await show()).state).toBe("frozen")
  // Published with the freeze, so that anybody may send it again: it changes nothing and opens nothing.
  expect((await put(leafOf(plan, 20, {}, BOTH))).status).toBe(200)
  expect((await show()).state).toBe("frozen")
  expect((await put(leafOf(plan, 30, {}, BOTH))).status).toBe(200)
  const { state, freeze } = await show()
  expect([state, freeze.size]).toEqual(["open", PEOPLE + 2])
  expect(await service.call("GET", `${path}/leaves`)).toMatchObject({ status: 409 })
  service.clock.now += 100
  expect(await freezeAs(freeze)).toMatchObject({ status: 200 })
  expect(await show()).toMatchObject({ state: "frozen", objectionsUntil: service.clock.now + OBJECTIONS })
})

it("hears no objection after their time", async () => {
  service.clock.now += OBJECTIONS + 1
  expect(await put(leafOf(plan, 31, {}, BOTH))).toMatchObject({ status: 409, code: "census-frozen" })
  expect((await show()).state).toBe("frozen")
})
