// An insurer's real case: one question about two records of one person, and a treatment that two insurers would pay for.
import { resolve } from "node:path"
import { writeFile } from "node:fs/promises"
import { keyed, raisePatient, receiveRecord } from "./cast.ts"
import { POOL, raiseInsurers, raiseOperators, receiveAttributes } from "./insurance-cast.ts"
import type { RunningService } from "./processes.ts"
import { answer } from "./story.ts"
import type { AnswerOutcome } from "./story.ts"
import type { Telling } from "./telling.ts"
import type { World } from "./world.ts"

const COVERAGE = {
  payer: "https://union.example/payer|1",
  plan: "https://union.example/plan|silver",
  kind: "http://terminology.hl7.org/CodeSystem/v3-ActCode|EHCPOL",
  relationship: "http://terminology.hl7.org/CodeSystem/subscriber-relationship|self",
  memberNumber: "CANARY-MEMBER-4711",
  deductibleFamilyIn: "3000.00",
  periodStart: "2026-01-01",
  periodEnd: "2026-12-31",
}
const TREATMENT = {
  service: "https://teeth.example/service|crown",
  performedOn: "2026-11-03",
  amount: "640.00",
  caseNumber: "CANARY-CASE-1",
}
const PLANS = ["bronze", "silver", "gold"].map((plan) => `https://union.example/plan|${plan}`)
const SERVICES = ["filling", "crown", "root-canal"].map((code) => `https://teeth.example/service|${code}`)

/** What the insurer holds of one request. */
interface Verdict {
  readonly state: string
  readonly linkTags: readonly string[]
  readonly verdict: { readonly receipt: unknown; readonly evidence: unknown }
}

/** Tells the story; the facts are what the verbs printed. @param started - given the service, so that it is stopped */
export async function playInsurance(
  world: World,
  tell: Telling,
  started: (service: RunningService) => void,
): Promise<Readonly<Record<string, unknown>>> {
  await tell.step("Two insurers of one claim pool, two registries, sotto serve", async () => {
    started(await raiseInsurers(world))
  })
  await tell.step("Five hospitals and five payers publish their lists", () => raiseOperators(world))
  await tell.step("Ada receives a vaccination, a cover and a treatment record", () => receiveAll(world))
  const first = await tell.step(
    "Acme asks: vaccinated, and covered with a deductible of at most 8,000?",
    () => askForBoth(world),
  )
  tell.result({}, `two proofs, verified again offline; one link tag: ${shorten(first.linkTags)}`)
  const second = await tell.step("Acme asks the same once more", () => askForBoth(world))
  tell.result({}, `another link tag: ${shorten(second.linkTags)}`)
  const claims = await tell.step("Ada claims the treatment at Acme, then at Zenith", () => claimTwice(world))
  tell.result({}, `Acme: ${claims.first.verdict}; Zenith: ${claims.second.reason ?? claims.second.verdict}`)
  const outsider = await tell.step("A shop outside of the pool asks for the claim", () =>
    askFromOutside(world),
  )
  tell.result({}, outsider)
  return { answers: [first, second], claims, outsider }
}

async function receiveAll(world: World): Promise<void> {
  await raisePatient(world, "ada")
  const sample = resolve(import.meta.dirname, "../../test/samples/covid-two-of-two.json")
  await receiveRecord(world, "ada", "st-elsewhere", sample)
  const payer = { registry: "coverage", issuer: "union-fund", schema: "coverage/1" }
  await receiveAttributes(world, "ada", { ...payer, attributes: COVERAGE })
  const hospital = { registry: "immunizations", issuer: "lakeside-clinic", schema: "treatment/1" }
  await receiveAttributes(world, "ada", { ...hospital, attributes: TREATMENT })
}

/** Vaccinated and covered: two statements, two registries, one person, one answer. */
async function askForBoth(world: World) {
  const parameters = JSON.stringify({ on: "today", plans: PLANS, deductible: "8000.00" })
  const asked = await world.run(
    ...["request", "create", ...keyed(world, "acme-insurance"), "--purpose", "pre-visit-eligibility"],
    ...["--item", "statement=vaccination-status/1,registry=immunizations"],
    ...["--item", `statement=insurance-eligibility/1,registry=coverage,parameters=${parameters}`],
  )
  const answered = await answer(world, "ada", String(asked["link"]))
  const held = await verdictOf(world, "acme-insurance", asked["id"])
  return { ...held, links: asked["links"], answered, offline: await verifyOffline(world, held) }
}

async function verdictOf(world: World, insurer: string, id: unknown): Promise<Verdict> {
  const held = await world.run("request", "verdict", String(id), ...keyed(world, insurer))
  return held as unknown as Verdict
}

/** Receipt and evidence alone, with the insurer's own trust file. */
async function verifyOffline(world: World, { verdict }: Verdict): Promise<Readonly<Record<string, unknown>>> {
  const [receipt, evidence] = [world.path("receipt.json"), world.path("evidence.json")]
  await writeFile(receipt, JSON.stringify(verdict.receipt))
  await writeFile(evidence, JSON.stringify(verdict.evidence))
  const policy = ["--policy", world.path("trust.json")]
  return world.run("verify", "answer", receipt, ...policy, "--evidence", evidence)
}

const CLAIM: readonly string[] = [
  ...["--statement", "treatment-claim/1", "--registry", "immunizations", "--parameters"],
  JSON.stringify({ services: SERVICES, from: "2026-10-01", to: "2026-11-20", ceiling: "1000.00" }),
  ...["--mode", "credential", "--use", "once", "--pool", POOL],
]

async function claimTwice(world: World) {
  const ask = (insurer: string) => world.run("request", "create", ...keyed(world, insurer), ...CLAIM)
  const [acme, zenith] = [await ask("acme-insurance"), await ask("zenith-insurance")]
  const first: AnswerOutcome = await answer(world, "ada", String(acme["link"]))
  const second: AnswerOutcome = await answer(world, "ada", String(zenith["link"]))
  return { first, second, seenByZenith: (await verdictOf(world, "zenith-insurance", zenith["id"])).state }
}

async function askFromOutside(world: World): Promise<string> {
  const { stderr } = await world.tryRun("request", "create", ...keyed(world, "corner-shop"), ...CLAIM)
  return /service-refused: ([a-z-]+)/.exec(stderr)?.[1] ?? "asked"
}

const shorten = (tags: readonly string[]): string => tags.map((tag) => `${tag.slice(0, 12)}…`).join(" and ")
