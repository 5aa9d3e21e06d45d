// Anyone can turn a valid proof into another valid one. The ledger counts nullifiers, so that wins nothing.
import { afterAll, beforeAll, expect, it } from "vitest"
import { R } from "../../src/protocol/primitives/field.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { answerTo, ask, fresh, submit } from "../support/answered-request.ts"
import type { AnswerBody } from "../support/answered-request.ts"
import { negated, scaled } from "../support/malleate-proof.ts"
import { g1OfWire, wireOfG1 } from "../support/proof-points.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

function withProof(answer: AnswerBody, change: (proof: WireProof) => WireProof): AnswerBody {
  const part = answer.items[0]!.parts[0]!
  return { ...answer, items: [{ alternative: 0, parts: [{ ...part, proof: change(part.proof) }] }] }
}

it("a re-randomised proof verifies by itself: it is the nullifier that counts", async () => {
  const answer = withProof(await answerTo(await ask(service)), (proof) => scaled(proof, 12345n))
  expect(await submit(service, answer)).toMatchObject({ status: 201 })
})

it("a second submission with another valid proof is request-answered", async () => {
  const answer = await answerTo(await ask(service))
  expect(await submit(service, answer)).toMatchObject({ status: 201 })
  for (const change of [(p: WireProof) => scaled(p, 7n), negated, (p: WireProof) => scaled(p, R - 2n)]) {
    expect(await submit(service, withProof(answer, change))).toMatchObject({
      status: 409,
      code: "request-answered",
    })
  }
})

it("the same nullifier under another request is nullifier-spent, before any pairing", async () => {
  const nullifier = fresh()
  expect(await submit(service, await answerTo(await ask(service), { nullifier }))).toMatchObject({
    status: 201,
  })
  const again = await answerTo(await ask(service), { nullifier })
  for (const answer of [again, withProof(again, (proof) => scaled(proof, 99n))]) {
    expect(await submit(service, answer)).toMatchObject({ status: 409, code: "nullifier-spent" })
  }
})

it("A with x + q is not a second spelling of a valid proof", async () => {
  const answer = await answerTo(await ask(service))
  const { Q } = await import("../../src/protocol/primitives/field.ts")
  const aliased = withProof(answer, (p) => ({ ...p, a: [String(BigInt(p.a[0]) + Q), p.a[1]] }))
  expect(await submit(service, aliased)).toMatchObject({ status: 400, code: "field-element-not-canonical" })
})

it("scaling A alone is proof-invalid", async () => {
  const answer = await answerTo(await ask(service))
  const broken = withProof(answer, (p) => ({ ...p, a: wireOfG1(g1OfWire(p.a).multiply(2n)) }))
  expect(await submit(service, broken)).toMatchObject({ status: 422, code: "proof-invalid" })
})
