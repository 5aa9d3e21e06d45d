// A log written by the running service: real processes, answers over HTTP, proofs forged under the development key so
// that hundreds of entries take seconds. What is judged is the log, not the statements.
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { openServiceClient } from "../../src/cli/service-client.ts"
import type { ServiceClient } from "../../src/cli/service-client.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { rebuildSignals } from "../../src/protocol/credential/presentation-signals.ts"
import { bytesToBigint } from "../../src/protocol/primitives/bytes.ts"
import { encodeFr, parseNullifier } from "../../src/protocol/primitives/field.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { openSimulator } from "../../test/support/simulated-proof.ts"
import type { Forge } from "../../test/support/simulated-proof.ts"
import { raiseService, REGISTRY } from "../demo/cast.ts"
import { openWorld } from "../demo/world.ts"

/** A served log: where it is read, under which key, and how to end its service. */
export interface ServedLog {
  readonly url: string
  readonly vkey: string
  readonly stop: () => Promise<void>
}

/** Starts `sotto serve` and has it accept `answers` presentations. Needs `npm run build`. */
export async function serveLog(answers: number): Promise<ServedLog> {
  process.env["SOTTO_RATE_ANONYMOUS_WRITES"] = "1000000" // one address answers for everybody here
  process.env["SOTTO_RATE_PRINCIPAL_WRITES"] = "1000000"
  const world = await openWorld("2026-11-20")
  const service = await raiseService(world)
  const insurer = openServiceClient(
    world.origin,
    (await readFile(world.path("acme-insurance.api-key"), "utf8")).trim(),
  )
  const holder = openServiceClient(world.origin)
  const forge = await openSimulator("presentation")
  for (let n = 0; n < answers; n++) await answerOne(insurer, holder, forge)
  const { policy } = (await world.readJson("trust.json")) as { readonly policy: string }
  return {
    url: `${world.origin}/ledger`,
    vkey: /^log (\S+)/.exec(policy)?.[1] ?? "",
    stop: async () => {
      await service.stop()
      await world.close()
    },
  }
}

async function answerOne(insurer: ServiceClient, holder: ServiceClient, forge: Forge): Promise<void> {
  const asked = await insurer.send("POST", "/v1/presentation-requests", DRAFT)
  if (asked.code !== null) throw new Error(`the request was refused: ${asked.code}`)
  const request = parsePresentationRequest(asked.bytes)
  const tag = () => encodeFr(bytesToBigint(randomBytes(31)))
  const outputs = { nullifier: parseNullifier(tag()), linkTag: tag(), credentialTag: tag() }
  const proof = forge(rebuildSignals(request, 0, 0, 0, outputs, CATALOGUE))
  const items = [{ alternative: 0, parts: [{ ...outputs, proof }] }]
  const body = JSON.stringify({ type: "sotto/presentation/1", request: request.id, items })
  const answered = await holder.send("POST", "/v1/presentations", body)
  if (answered.code !== null) throw new Error(`the answer was refused: ${answered.code}`)
}

const DRAFT = JSON.stringify({
  purpose: { code: "interop", text: { en: "Fill a log" }, retainDays: 1 },
  zone: "Z",
  links: [],
  items: [
    {
      alternatives: [{ registry: REGISTRY, statement: "vaccination-count/1", parameters: {} }],
      nullifier: { mode: "person", use: "once", epoch: "always" },
    },
  ],
  lifetimeSeconds: 300,
})
