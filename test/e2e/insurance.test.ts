// An insurer's real case, each step a process of its own: one question about two records, and a treatment paid for once.
import { resolve } from "node:path"
import { writeFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { keyed, raisePatient, receiveRecord } from "../../scripts/demo/cast.ts"
import { answer, answersReceived } from "../../scripts/demo/story.ts"
import type { RunningService } from "../../scripts/demo/processes.ts"
import { openWorld } from "../../scripts/demo/world.ts"
import type { World } from "../../scripts/demo/world.ts"
import {
  POOL,
  raiseInsurers,
  raiseOperators,
  receiveAttributes,
  REGISTRY_KEYS,
} from "../support/insurance-cast.ts"

const DOLLARS_AND_DATES = {
  deductibleFamilyIn: "3000.00",
  periodStart: "2026-01-01",
  periodEnd: "2026-12-31",
}
const COVERAGE = {
  payer: "https://union.example/payer|1",
  plan: "https://union.example/plan|silver",
  kind: "http://terminology.hl7.org/CodeSystem/v3-ActCode|EHCPOL",
  relationship: "http://terminology.hl7.org/CodeSystem/subscriber-relationship|self",
  memberNumber: "CANARY-MEMBER-4711",
  ...DOLLARS_AND_DATES,
}
const PLANS = ["bronze", "silver", "gold"].map((plan) => `https://union.example/plan|${plan}`)
const SERVICES = ["filling", "crown", "root-canal"].map((code) => `https://teeth.example/service|${code}`)
const treatmentOf = (caseNumber: string) => ({
  service: "https://teeth.example/service|crown",
  performedOn: "2026-11-03",
  amount: "640.00",
  caseNumber,
})
const INSURERS = ["acme-insurance", "zenith-insurance"] as const

let world: World
let service: RunningService
beforeAll(async () => {
  world = await openWorld("2026-11-20", REGISTRY_KEYS)
  service = await raiseInsurers(world)
  await Promise.all([raiseOperators(world), raisePatient(world, "ada")])
  const sample = resolve(import.meta.dirname, "../samples/covid-two-of-two.json")
  await receiveRecord(world, "ada", "st-elsewhere", sample)
  const hospital = { registry: "immunizations", issuer: "lakeside-clinic", schema: "treatment/1" }
  const payer = { registry: "coverage", issuer: "union-fund", schema: "coverage/1" }
  await receiveAttributes(world, "ada", { ...payer, attributes: COVERAGE })
  await receiveAttributes(world, "ada", { ...hospital, attributes: treatmentOf("CANARY-CASE-1") })
})
afterAll(async () => {
  await service.stop()
  await world.close()
})

type Facts = Readonly<Record<string, unknown>>
interface Verdict {
  readonly state: string
  readonly items: readonly (Facts & { readonly linkTag: string; readonly nullifier: string })[]
  readonly linkTags: readonly string[]
  readonly verdict: { readonly receipt: unknown; readonly evidence: unknown }
}

const create = (insurer: string, ...what: readonly string[]) =>
  world.run("request", "create", ...keyed(world, insurer), ...what)
const verdictOf = async (insurer: string, id: unknown) =>
  (await world.run("request", "verdict", String(id), ...keyed(world, insurer))) as unknown as Verdict

/** Vaccinated and covered: two statements, two registries, one person. */
async function askForBoth(insurer: string): Promise<Verdict> {
  const parameters = JSON.stringify({ on: "today", plans: PLANS, deductible: "8000.00" })
  const asked = await create(
    insurer,
    ...["--item", "statement=vaccination-status/1,registry=immunizations"],
    ...["--item", `statement=insurance-eligibility/1,registry=coverage,parameters=${parameters}`],
    ...["--purpose", "pre-visit-eligibility"],
  )
  expect(asked["links"]).toEqual([{ kind: "samePerson", items: [0, 1] }])
  expect(await answer(world, "ada", String(asked["link"]))).toMatchObject({ verdict: "accepted", sent: true })
  return verdictOf(insurer, asked["id"])
}

/** Receipt and evidence alone, with the insurer's own trust file. */
async function verifyOffline({ verdict }: Verdict): Promise<Facts> {
  const [receipt, evidence] = [world.path("receipt.json"), world.path("evidence.json")]
  await writeFile(receipt, JSON.stringify(verdict.receipt))
  await writeFile(evidence, JSON.stringify(verdict.evidence))
  const policy = ["--policy", world.path("trust.json")]
  return world.run("verify", "answer", receipt, ...policy, "--evidence", evidence)
}

describe("one request for vaccination and coverage", () => {
  it("is answered in one go: two proofs, one link tag, and another tag at the next request", async () => {
    const before = await answersReceived(service)
    const first = await askForBoth("acme-insurance")
    expect(await answersReceived(service)).toBe(before + 1)
    expect(first).toMatchObject({
      state: "satisfied",
      items: [
        { statement: "vaccination-status/1", registry: "immunizations", satisfied: true, proofs: 1 },
        { statement: "insurance-eligibility/1", registry: "coverage", satisfied: true, proofs: 1 },
      ],
    })
    expect(first.linkTags).toHaveLength(1)
    expect(await verifyOffline(first)).toMatchObject({
      proofsVerified: true,
      statements: [["vaccination-status/1"], ["insurance-eligibility/1"]],
    })
    const second = await askForBoth("acme-insurance")
    expect(second.linkTags).toHaveLength(1)
    const told = JSON.stringify(second)
    for (const { linkTag, nullifier } of first.items) {
      expect(told).not.toContain(linkTag)
      expect(told).not.toContain(nullifier)
    }
    expect(JSON.stringify([first, second])).not.toContain("CANARY")
  })
})

describe("a treatment that two insurers would pay for", () => {
  const parameters = JSON.stringify({
    ...{ services: SERVICES, from: "2026-10-01", to: "2026-11-20", ceiling: "1000.00" },
  })
  const place = [
    "--statement",
    "treatment-claim/1",
    "--registry",
    "immunizations",
    "--parameters",
    parameters,
  ]
  const count = ["--mode", "credential", "--use", "once", "--pool", POOL]

  it("is paid for by the first; the second is told nothing, the patient nullifier-spent", async () => {
    const [first, second] = await Promise.all(INSURERS.map((insurer) => create(insurer, ...place, ...count)))
    expect(await answer(world, "ada", String(first?.["link"]))).toMatchObject({ verdict: "accepted" })
    expect(await answer(world, "ada", String(second?.["link"]))).toMatchObject({
      verdict: "refused",
      reason: "nullifier-spent",
    })
    expect(await verdictOf(INSURERS[0], first?.["id"])).toMatchObject({
      items: [{ use: "once", pool: POOL }],
    })
    expect(await verdictOf(INSURERS[1], second?.["id"])).toEqual({ request: second?.["id"], state: "open" })
  })

  it("cannot be asked for by who is not of the pool", async () => {
    const refused = await world.tryRun(
      "request",
      "create",
      ...keyed(world, "corner-shop"),
      ...place,
      ...count,
    )
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain("pool-not-allowed (403)")
  })
})
