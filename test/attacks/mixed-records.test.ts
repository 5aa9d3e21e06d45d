// Two signed versions of one record, both unrevoked: neither a part from each, nor a re-issue counted as a second record.
// That an issuer leaves no older version unrevoked is shown where it issues, in test/parties/issuer.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { verifyPresentation } from "../../src/parties/verifier/verify-presentation.ts"
import { parseVerificationKey, prepareVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { compileAlternative } from "../../src/protocol/credential/compile-request.ts"
import { rebuildSignals } from "../../src/protocol/credential/presentation-signals.ts"
import { parseFr, parseNullifier } from "../../src/protocol/primitives/field.ts"
import type { Presentation } from "../../src/protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { Statement } from "../../src/protocol/wire/statement.ts"
import { answerTo, draftWith, forge, itemWith, submit } from "../support/answered-request.ts"
import { askAs, outputsOf } from "../support/claim-pools.ts"
import type { HeldRecord } from "../support/claim-pools.ts"
import { AS_OF, oneCredential } from "../support/one-credential.ts"
import { shippedCircuit, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const OLD: HeldRecord = { secret: 31_337n, credId: 4_242n, credentialHash: 1_111n }
/** The same entitlement signed again: another hash under the same credId. */
const CORRECTED: HeldRecord = { ...OLD, credentialHash: 2_222n }
const COUNTED = { mode: "credential", use: "pseudonym", epoch: "2022" }

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

const askTwo = (kind: string) => {
  const items = [itemWith(COUNTED), itemWith(COUNTED)]
  return askAs(service, service.apiKeys.verifier, draftWith({ items, links: [{ kind, items: [0, 1] }] }))
}
const answerWith = async (request: PresentationRequest, records: readonly HeldRecord[]) =>
  submit(
    service,
    await answerTo(
      request,
      records.map((record, item) => outputsOf(request, record, item)),
    ),
  )

describe("two unrevoked versions under one credId", () => {
  it("have one nullifier and two credential tags", async () => {
    const request = await askTwo("sameCredential")
    const [old, corrected] = [outputsOf(request, OLD), outputsOf(request, CORRECTED)]
    expect(corrected.nullifier).toBe(old.nullifier)
    expect(corrected.credentialTag).not.toBe(old.credentialTag)
    expect(corrected.linkTag).toBe(old.linkTag)
  })

  it("are link-mismatch where one record is asked for", async () => {
    const request = await askTwo("sameCredential")
    expect(await answerWith(request, [OLD, CORRECTED])).toMatchObject({ status: 422, code: "link-mismatch" })
    expect(await answerWith(request, [OLD, OLD])).toMatchObject({ status: 201 })
  })

  it("are link-mismatch where two entitlements are asked for: a re-issue is not a second one", async () => {
    const request = await askTwo("differentCredentials")
    expect(await answerWith(request, [OLD, CORRECTED])).toMatchObject({ status: 422, code: "link-mismatch" })
    expect(await answerWith(request, [OLD, { ...CORRECTED, credId: 4_243n }])).toMatchObject({ status: 201 })
  })
})

it("records of two people are link-mismatch where one person is asked for", async () => {
  const request = await askTwo("samePerson")
  const strangers = [OLD, { ...CORRECTED, secret: 31_338n }]
  expect(await answerWith(request, strangers)).toMatchObject({ status: 422, code: "link-mismatch" })
  expect(await answerWith(request, [OLD, { ...CORRECTED, credId: 9n }])).toMatchObject({ status: 201 })
})

describe("one statement in two parts", () => {
  /** Fourteen conditions in seven clauses: more than one proof holds. */
  const wide: Statement = {
    ...oneCredential().request.items[0]!.alternatives[0]!.statement,
    id: "wide/1",
    where: {
      all: Array.from({ length: 7 }, (_, i) => ({
        any: [
          { field: "dosesInRecord", atLeast: i + 2 },
          { field: "doseNumber", eq: i + 1 },
        ],
      })),
    },
  }
  const { request } = oneCredential({ statement: wide })

  async function verify(records: readonly HeldRecord[]) {
    const prove = await forge()
    const parts = compileAlternative(request, 0, 0, CATALOGUE).map((_, part) => {
      const { nullifier, linkTag, credentialTag } = outputsOf(request, records[part % records.length] ?? OLD)
      const tags = {
        nullifier: parseNullifier(nullifier),
        linkTag: parseFr(linkTag),
        credentialTag: parseFr(credentialTag),
      }
      return { ...tags, proof: prove(rebuildSignals(request, 0, 0, part, tags, CATALOGUE)) }
    })
    expect(parts.length).toBeGreaterThan(1)
    const presentation: Presentation = {
      type: "sotto/presentation/1",
      request: request.id,
      items: [{ alternative: 0, parts }],
    }
    const { presentation: shipped } = (await shippedCircuit()).parts
    const key = await prepareVerificationKey(await parseVerificationKey(shipped.vkey, shipped.circuit))
    const { epoch, root } = request.registries["demo"]!
    const snapshot = {
      state: "open" as const,
      circuitVkey: request.circuit.vkey,
      isCatalogueCurrent: true,
      registries: { demo: [{ number: epoch, root, notBeforeUnixSeconds: AS_OF - 60, urgent: false }] },
      spent: [],
    }
    return verifyPresentation(presentation, request, { key, sources: CATALOGUE, snapshot }, AS_OF + 1)
  }

  it("is accepted of one record, spends one nullifier, and is link-mismatch with a part from each version", async () => {
    expect(await verify([OLD])).toMatchObject({ ok: true, value: { spend: [expect.any(String)] } })
    expect(await verify([OLD, CORRECTED])).toEqual({ ok: false, reason: "link-mismatch" })
    expect(await verify([OLD, { ...OLD, secret: 1n }])).toEqual({ ok: false, reason: "link-mismatch" })
  })
})
