// A revoked record must stop passing within epoch period + grace, and a registry cannot show two roots for one number.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { encodeSignals, publicInputsOf } from "../../src/protocol/credential/presentation-signals.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { answerTo, ask, draftWith, forge, itemWith, submit } from "../support/answered-request.ts"
import type { AnswerBody } from "../support/answered-request.ts"
import { postEpoch, postIssuer, putList, statusList } from "../support/registry-lists.ts"
import { REGISTRY, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
let now = START
beforeAll(async () => {
  service = await startTestService({ environment: { SOTTO_REGISTRY_EPOCH_SECONDS: "86400" } })
  await postIssuer(service)
})
afterAll(() => service.remove())
afterEach(() => {
  now = service.clock.now += 10_000 // every test begins in an epoch of its own, long after the last one
})

/** A request under the newest epoch, with an answer ready. */
async function prepared(): Promise<AnswerBody> {
  await postEpoch(service)
  now = service.clock.now
  return answerTo(await ask(service, draftWith({ lifetimeSeconds: 900 })))
}

describe("an answer under epoch n", () => {
  it("passes while n is the newest", async () => {
    expect(await submit(service, await prepared())).toMatchObject({ status: 201 })
  })

  it("passes 119 s after n + 1 became current, and is registry-stale after 120 s", async () => {
    const inTime = await prepared()
    const tooLate = await answerTo(await ask(service, draftWith({ lifetimeSeconds: 900 })))
    service.clock.now = now + 100
    await postEpoch(service)
    service.clock.now = now + 100 + 119
    expect(await submit(service, inTime)).toMatchObject({ status: 201 })
    service.clock.now = now + 100 + 120
    expect(await submit(service, tooLate)).toMatchObject({ status: 409, code: "registry-stale" })
  })

  it("passes in the second in which n + 1 becomes current, and in the one after it", async () => {
    for (const later of [0, 1]) {
      const answer = await prepared()
      await postEpoch(service)
      service.clock.now = now + later
      expect(await submit(service, answer)).toMatchObject({ status: 201 })
      service.clock.now += 1000
    }
  })

  it("is refused with one item proved under n and the other under n + 1, whichever the request names", async () => {
    const items = [itemWith({ mode: "person", use: "request" }), itemWith({ mode: "person", use: "request" })]
    await prepared()
    const before = await ask(service, draftWith({ items }))
    await putList(service, statusList({ number: 3, words: [1n], signedAt: service.clock.now }))
    await postEpoch(service)
    const after = await ask(service, draftWith({ items }))
    expect(after.registries[REGISTRY]?.root).not.toBe(before.registries[REGISTRY]?.root)
    for (const request of [before, after]) {
      const other = request === before ? after : before
      const honest = await answerTo(request)
      const [first, second] = honest.items
      const mixed = { ...honest, items: [first!, await underRootOf(other, request, second!)] }
      expect(await submit(service, mixed)).toMatchObject({ status: 422, code: "proof-invalid" })
      expect(await submit(service, honest)).toMatchObject({ status: 201 })
    }
  })

  it("is registry-stale at once when n + 1 is urgent", async () => {
    const answer = await prepared()
    await postEpoch(service, true)
    expect(await submit(service, answer)).toMatchObject({ status: 409, code: "registry-stale" })
  })

  it("is registry-stale at once when a list was revoked urgently", async () => {
    const answer = await prepared()
    await putList(
      service,
      statusList({ number: 7, words: [1n], signedAt: service.clock.now }),
      "?urgent=true",
    )
    expect(await submit(service, answer)).toMatchObject({ status: 409, code: "registry-stale" })
  })

  it("is registry-stale under n + 2, within the grace of n + 1 too", async () => {
    const answer = await prepared()
    await postEpoch(service)
    await postEpoch(service)
    expect(await submit(service, answer)).toMatchObject({ status: 409, code: "registry-stale" })
  })

  it("is registry-stale when the urgent epoch is published while the proof is being verified", async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () =>
        answerTo(await ask(service, draftWith({ lifetimeSeconds: 900 }))),
      ),
    )
    const submitted = answers.map((answer) => submit(service, answer))
    const [published] = await Promise.all([postEpoch(service, true), ...submitted])
    const { index } = (await entries(service)).find(
      ({ entry }) => entry.body?.number === published.json.epoch && entry.kind === "registry-epoch",
    )!
    for (const reply of await Promise.all(submitted)) {
      if (reply.status !== 201) {
        expect(reply.code).toBe("registry-stale")
        continue
      }
      // What was accepted was committed before the urgent epoch or with it in one batch, whose order is that of hashes:
      // no head lies between the epoch and a later answer.
      for (let size = index + 1; size <= Number(reply.json.logIndex); size++) {
        const between = await service.call("GET", `/v1/logs/main/receipts/${index}?size=${size}`)
        expect(between.status).toBe(404)
      }
    }
  })
})

it("one epoch number has one root in a log, whoever signs another", async () => {
  const { parts } = service
  await postEpoch(service)
  const newest = (await entries(service)).filter(({ entry }) => entry.kind === "registry-epoch").at(-1)!
  const { signBody } = await import("../../src/protocol/log/signed-entry.ts")
  const { KEYS } = await import("../support/running-service.ts")
  const body = { ...newest.entry.body, root: "5" }
  const again = await parts.ledger.admit(parts.config.ledgerOrigin, {
    entry: signBody("registry-epoch", body, KEYS.registry),
  })
  expect(again).toMatchObject({ ok: false, reason: "epoch-rollback" })
  const skipped = { ...body, number: Number(body.number) + 2 }
  const gap = await parts.ledger.admit(parts.config.ledgerOrigin, {
    entry: signBody("registry-epoch", skipped, KEYS.registry),
  })
  expect(gap).toMatchObject({ ok: false, reason: "epoch-rollback" })
})

/** The second item of an answer to `request`, all as it should be but for the registry's root. */
async function underRootOf(
  other: PresentationRequest,
  request: PresentationRequest,
  item: AnswerBody["items"][0],
) {
  const prove = await forge()
  const registryRoot = other.registries[REGISTRY]!.root
  const parts = item.parts.map((part, i) => {
    const inputs = publicInputsOf(request, 1, 0, i, CATALOGUE)
    return { ...part, proof: prove(encodeSignals({ ...inputs, registryRoot, outputs: part })) }
  })
  return { ...item, parts }
}

async function entries(of: TestService): Promise<{ index: number; entry: any }[]> {
  const { json } = await of.call("GET", "/v1/logs/main/entries?from=0&limit=256")
  return json.entries
}
