// `npm run demo`: the whole story with real processes over real HTTP, no interaction.
import { spawnSync } from "node:child_process"
import type { StdioOptions } from "node:child_process"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { raiseIssuers, raisePatient, raiseService, receiveRecord, walletOf } from "./demo/cast.ts"
import { REGISTRY_KEYS } from "./demo/insurance-cast.ts"
import { playElection } from "./demo/election.ts"
import { playInsurance } from "./demo/insurance.ts"
import type { RunningService } from "./demo/processes.ts"
import { answer, answersReceived, ask, revokedMeanwhile, sendSaved } from "./demo/story.ts"
import type { AnswerOutcome } from "./demo/story.ts"
import { openTelling, WHO_LEARNED_WHAT } from "./demo/telling.ts"
import type { Telling } from "./demo/telling.ts"
import { openWorld } from "./demo/world.ts"
import type { World } from "./demo/world.ts"

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: "string" },
    statement: { type: "string" },
    story: { type: "string", default: "vaccination" },
    "as-of": { type: "string", default: "2026-11-20" }, // the day that the sample records were written for
    json: { type: "boolean", default: false },
  },
})
if (!/^\d{4}-\d\d-\d\d$/.test(options["as-of"]) || Number.isNaN(Date.parse(options["as-of"]))) {
  console.error("--as-of wants a date, YYYY-MM-DD")
  process.exit(2)
}

const story = positionals[0] ?? options.story
if (!["vaccination", "insurance", "election"].includes(story) || positionals.length > 1) {
  console.error("the story is vaccination, insurance or election")
  process.exit(2)
}

build()
const isInsurance = story === "insurance"
const telling = openTelling(options.json)
if (story === "election") {
  telling.end(await playElection(telling))
  process.exit()
}
const world = await openWorld(options["as-of"], isInsurance ? REGISTRY_KEYS : undefined)
let service: RunningService | undefined
try {
  process.exitCode = await (isInsurance ? insurance : play)(world, telling)
} finally {
  await service?.stop()
  await world.close()
}

async function play(scene: World, tell: Telling): Promise<number> {
  tell.say(`Evaluation date: ${options["as-of"]}. Every process below is real and lives on that day.`)
  const running = await tell.step("The operator begins a log, makes API keys, starts sotto serve", () =>
    raiseService(scene),
  )
  service = running
  await tell.step("Five issuers make keys, join the registry, publish their status lists", () =>
    raiseIssuers(scene),
  )
  const issued = await receiveRecords(scene, tell)
  if (issued === null) return 1
  const statement = options.statement ?? statementFor(issued)
  const asked = await tell.step(`Acme Insurance asks for ${statement}`, () => ask(scene, statement))
  const saving = ["--save", scene.path("ada.answer.json"), "--receipt", scene.path("receipt.json")]
  const main = await tell.step("Ada's wallet checks the request and proves it", () =>
    answer(scene, "ada", asked.link, ...saving),
  )
  tell.result(main, main.verdict === "accepted" ? "accepted and anchored" : outcomeText(main))
  const facts: Record<string, unknown> = { statement, asOf: options["as-of"], ...main }
  if (main.verdict === "accepted") Object.assign(facts, await afterwards(scene, tell, running))
  else facts["answersReceivedByService"] = await answersReceived(running)
  if (options.record === undefined) Object.assign(facts, await refusals(scene, tell, running))
  await running.stop()
  service = undefined
  if (main.verdict === "accepted") {
    await tell.step("The service has stopped; the receipt still verifies, offline", () => verify(scene))
    facts["receipt"] = await scene.readJson("receipt.json")
  }
  tell.say(WHO_LEARNED_WHAT)
  tell.end(facts)
  return main.verdict === "refused" ? 1 : 0
}

async function insurance(scene: World, tell: Telling): Promise<number> {
  tell.say(`Evaluation date: ${options["as-of"]}. Every process below is real and lives on that day.`)
  tell.end(await playInsurance(scene, tell, (running) => (service = running)))
  return 0
}

async function receiveRecords(
  scene: World,
  tell: Telling,
): Promise<Readonly<Record<string, unknown>> | null> {
  await raisePatient(scene, "ada")
  const record = options.record === undefined ? sample("covid-two-of-two") : resolve(options.record)
  try {
    const issued = await tell.step(
      "Ada receives a signed vaccination record from St. Elsewhere Hospital",
      () => receiveRecord(scene, "ada", "st-elsewhere", record),
    )
    if (options.record === undefined) {
      await tell.step("and a second one from the Corner Pharmacy", () =>
        receiveRecord(scene, "ada", "corner-pharmacy", sample("influenza")),
      )
    }
    return issued
  } catch (error) {
    const text = error instanceof Error ? error.message : ""
    const code = /sotto: ([a-z0-9-]+): /.exec(text)?.[1]
    if (code === undefined) throw error
    tell.say(`The issuer refuses the record: ${code}`)
    tell.end({ verdict: "refused-by-issuer", reason: code, asOf: options["as-of"], sent: false })
    return null
  }
}

/** Series numbers when the record has them, else the count of doses. */
function statementFor(issued: Readonly<Record<string, unknown>>): string {
  const attributes = issued["attributes"] as Readonly<Record<string, unknown>>
  const hasSeries = attributes["doseNumber"] !== undefined && attributes["seriesDoses"] !== undefined
  return hasSeries ? "vaccination-status/1" : "vaccination-count/1"
}

async function afterwards(scene: World, tell: Telling, running: RunningService) {
  await tell.step("Her wallet and the insurer check the receipt without the service", () => verify(scene))
  const replayed = await tell.step("Somebody sends the same answer again", () =>
    sendSaved(scene, "ada.answer.json"),
  )
  tell.result({}, `refused: ${replayed}`)
  return { replayed, answersReceivedByService: await answersReceived(running) }
}

async function refusals(scene: World, tell: Telling, running: RunningService) {
  await raisePatient(scene, "bob")
  const bob = await tell.step("Bob proves too, but his record is revoked before he sends", () =>
    revokedMeanwhile(scene, sample("covid-two-of-two")),
  )
  tell.result({}, `the service refuses: ${bob.late}; asked again, ${outcomeText(bob.again)}`)
  await raisePatient(scene, "carol")
  await receiveRecord(scene, "carol", "county-health", sample("covid-one-of-two"))
  const before = await answersReceived(running)
  const carol = await tell.step("Carol has one dose of two", async () =>
    answer(scene, "carol", (await ask(scene, "vaccination-status/1")).link),
  )
  const sent = (await answersReceived(running)) - before
  tell.result({}, `${outcomeText(carol)}; answers that reached the service: ${sent}`)
  return {
    revoked: { late: bob.late, again: bob.again.reason },
    unvaccinated: { reason: carol.reason, sent: sent > 0 },
  }
}

function outcomeText({ verdict, reason }: AnswerOutcome): string {
  return verdict === "refused-by-wallet"
    ? `the wallet refuses (${reason ?? ""}) and sends nothing`
    : (reason ?? verdict)
}

async function verify(scene: World) {
  const files = [scene.path("receipt.json"), "--policy", scene.path("trust.json")]
  await scene.run("wallet", "history", ...walletOf(scene, "ada"), "--json")
  return scene.run("verify", "answer", ...files)
}

function sample(name: string): string {
  return resolve(import.meta.dirname, "..", "test", "samples", `${name}.json`)
}

function build(): void {
  // In JSON mode standard output is for the one object at the end.
  const stdio: StdioOptions = options.json ? ["ignore", 2, 2] : "inherit"
  const { status } = spawnSync("npx", ["--no-install", "tsx", "scripts/build.ts"], { stdio })
  if (status !== 0) process.exit(status ?? 1)
}
