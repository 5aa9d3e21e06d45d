// The acts of the demo. Each answers what happened; none decides it.
import { readFile } from "node:fs/promises"
import type { RunningService } from "./processes.ts"
import { keyed, receiveRecord, REGISTRY, walletOf } from "./cast.ts"
import type { World } from "./world.ts"

/** How an answer ended. */
export interface AnswerOutcome {
  readonly verdict: "accepted" | "refused" | "refused-by-wallet"
  readonly reason?: string
  readonly sent: boolean
  readonly provingMs?: number
}

/** The insurer asks; the link goes to the patient. */
export async function ask(
  world: World,
  statement: string,
): Promise<{ readonly id: string; readonly link: string }> {
  const place = ["--statement", statement, "--registry", REGISTRY, "--use", "once", "--epoch", "always"]
  const purpose = ["--purpose", "pre-visit-eligibility", "--purpose-text", "Check vaccination before a visit"]
  const asked = await world.run("request", "create", ...keyed(world, "acme-insurance"), ...place, ...purpose)
  return { id: String(asked["id"]), link: String(asked["link"]) }
}

/** The patient's wallet answers, or says why not. */
export async function answer(
  world: World,
  patient: string,
  link: string,
  ...more: readonly string[]
): Promise<AnswerOutcome> {
  const { status, stdout, stderr } = await world.tryRun(
    ...["wallet", "respond", link, "--yes"],
    ...walletOf(world, patient),
    ...more,
  )
  if (stdout === "") throw new Error(`the wallet exited ${status}: ${stderr}`)
  const result = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  const isSent = result["sent"] === true
  if (result["answered"] !== true) {
    return { verdict: "refused-by-wallet", reason: String(result["reason"]), sent: isSent }
  }
  const provingMs = Number(result["provingMs"])
  if (!isSent) return { verdict: "accepted", sent: false, provingMs }
  return result["verdict"] === "accepted"
    ? { verdict: "accepted", sent: true, provingMs }
    : { verdict: "refused", reason: String(result["reason"]), sent: true }
}

/** Sends a saved answer as a stranger would who copied it: a fresh Idempotency-Key, no wallet. */
export async function sendSaved(world: World, name: string): Promise<string> {
  const response = await fetch(`${world.origin}/v1/presentations`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID().replaceAll("-", ""),
    },
    body: await readFile(world.path(name)),
  })
  const body = (await response.json()) as { readonly code?: string }
  return response.ok ? "accepted" : (body.code ?? "unreadable")
}

/** A patient whose record is revoked after the proof was made and before it was sent. */
export async function revokedMeanwhile(
  world: World,
  record: string,
): Promise<{ readonly late: string; readonly again: AnswerOutcome }> {
  await receiveRecord(world, "bob", "lakeside-clinic", record)
  const first = await ask(world, "vaccination-status/1")
  await answer(world, "bob", first.link, "--no-send", "--save", world.path("bob.answer.json"))
  const dir = world.path("issuers/lakeside-clinic")
  await world.run("issuer", "revoke", dir, "--credential", world.path("bob-lakeside-clinic.credential.json"))
  await world.run("issuer", "publish", dir, "--urgent", ...keyed(world, "lakeside-clinic"))
  const late = await sendSaved(world, "bob.answer.json")
  const second = await ask(world, "vaccination-status/1")
  return { late, again: await answer(world, "bob", second.link) }
}

/** A line of the service's log may reach us this much later than its answer, milliseconds. */
const LOG_SETTLES_MS = 300

/** How many answers have reached the service, by its own log. */
export async function answersReceived(service: RunningService): Promise<number> {
  let seen
  do {
    seen = service.log().length
    await new Promise((resolve) => setTimeout(resolve, LOG_SETTLES_MS))
  } while (service.log().length !== seen)
  return service.log().split('"route":"/v1/presentations"').length - 1
}
