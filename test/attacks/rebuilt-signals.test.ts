// Signals taken from the holder, weaker bounds, another statement: only three outputs come from outside, and every
// other signal is rebuilt from the verifier's own request.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openVerifier } from "../../src/parties/verifier/open-verifier.ts"
import { verifyParts, decodeProofs } from "../../src/parties/verifier/verify-presentation.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { computeRequestHash, encodeChallenge } from "../../src/protocol/credential/presentation-request.ts"
import { rebuildSignals, SIGNAL_NAMES } from "../../src/protocol/credential/presentation-signals.ts"
import { R } from "../../src/protocol/primitives/field.ts"
import { parsePresentation } from "../../src/protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { answerTo, ask, forge, submit } from "../support/answered-request.ts"
import type { AnswerBody } from "../support/answered-request.ts"
import { shippedCircuit, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
let request: PresentationRequest
let answer: AnswerBody
beforeAll(async () => {
  service = await startTestService()
  request = await ask(service)
  answer = await answerTo(request)
})
afterAll(() => service.remove())

/** The answer with a proof that is valid for other signals than the request's. */
async function provedFor(signals: readonly string[]): Promise<AnswerBody> {
  const part = answer.items[0]!.parts[0]!
  return { ...answer, items: [{ alternative: 0, parts: [{ ...part, proof: (await forge())(signals) }] }] }
}

describe("a proof that is valid for other signals", () => {
  it("is refused for each of the 125 signals", async () => {
    const { key } = await openVerifier((await shippedCircuit()).parts.presentation, CATALOGUE)
    const signals = rebuildSignals(request, 0, 0, 0, answer.items[0]!.parts[0]!, CATALOGUE)
    expect(signals).toHaveLength(125)
    for (const [i, name] of SIGNAL_NAMES.entries()) {
      const moved = signals.map((value, at) => (at === i ? String((BigInt(value) + 1n) % R) : value))
      const forged = parsePresentation(JSON.stringify(await provedFor(moved)))
      const proofs = await decodeProofs(forged)
      if (!proofs.ok) throw new Error("a point of the forge is off its curve")
      const verdict = await verifyParts(forged, request, proofs.value, { key, sources: CATALOGUE })
      expect(verdict, name).toEqual({ ok: false, reason: "proof-invalid" })
    }
  })

  it("is refused over HTTP: wider bounds, another schema, another registry root, another day", async () => {
    const signals = rebuildSignals(request, 0, 0, 0, answer.items[0]!.parts[0]!, CATALOGUE)
    for (const name of [
      "hi[0]",
      "lo[1]",
      "schemaId",
      "registryRoot",
      "now",
      "clauses",
      "scope",
      "nullifierMode",
    ]) {
      const at = SIGNAL_NAMES.indexOf(name)
      const moved = signals.map((value, i) => (i === at ? String((BigInt(value) + 1n) % R) : value))
      expect(await submit(service, await provedFor(moved))).toMatchObject({
        status: 422,
        code: "proof-invalid",
      })
    }
  })

  it("cannot bring its own signals, request or statement along", async () => {
    for (const extra of ["signals", "publicSignals", "request_", "asOf", "registryRoot"]) {
      const reply = await submit(service, { ...answer, [extra]: ["1"] })
      expect(reply).toMatchObject({ status: 400, code: "malformed-presentation" })
    }
    const part = { ...answer.items[0]!.parts[0]!, signals: ["1"] }
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts: [part] }] })
    expect(reply).toMatchObject({ status: 400, code: "malformed-presentation" })
  })
})

it("a request that differs in any one member has another request hash", () => {
  const hash = computeRequestHash(request)
  const [item] = request.items
  const [alternative] = item!.alternatives
  const changes: Record<string, Partial<PresentationRequest>> = {
    id: { id: `pr_${"B".repeat(22)}` as never },
    createdAt: { createdAt: request.createdAt + 1 },
    asOf: { asOf: request.asOf + 1 },
    expiresAt: { expiresAt: request.expiresAt + 1 },
    zone: { zone: "+01:00" },
    challenge: { challenge: encodeChallenge(77n) },
    boundData: { boundData: "1" as never },
    verifier: { verifier: { ...request.verifier, origin: "https://elsewhere.example" } },
    purpose: { purpose: { ...request.purpose, retainDays: 31 } },
    circuit: { circuit: { id: "presentation", vkey: `sha256:${"0".repeat(64)}` as never } },
    registries: { registries: { demo: { epoch: 2, root: request.registries["demo"]!.root } } },
    valueSets: {
      valueSets: {
        "covid-19-vaccines/1": { digest: `sha256:${"0".repeat(64)}` as never, root: "1" as never, size: 1 },
      },
    },
    links: { links: [{ kind: "samePerson", items: [0, 1] }] },
    nullifier: { items: [{ ...item!, nullifier: { mode: "credential", use: "once", epoch: "2022" } }] },
    parameters: { items: [{ ...item!, alternatives: [{ ...alternative!, parameters: { a: 1 } }] }] },
    schemaId: { items: [{ ...item!, alternatives: [{ ...alternative!, schemaId: "7" as never }] }] },
  }
  const hashes = Object.values(changes).map((change) => computeRequestHash({ ...request, ...change }))
  expect(new Set([hash, ...hashes]).size).toBe(hashes.length + 1)
})
