// Attack row 19: no value of a record, no secret and no line of a circuit leaves the wallet in words: not in a refusal, an
// error, a consent screen, or beside the proof.
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { deriveBlind, deriveSecret } from "../../src/protocol/credential/holder.ts"
import { acceptEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import { describeHistory } from "../../src/parties/wallet/history.ts"
import { exportConsentReceipt } from "../../src/parties/wallet/receipts.ts"
import { receiveCredential } from "../../src/parties/wallet/receive-credential.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import type { Respond } from "../../src/parties/wallet/respond.ts"
import type { Where } from "../../src/protocol/wire/statement.ts"
import type { Attributes } from "../../src/protocol/wire/credential.ts"
import { giveRecord, makeContext, openHolderStore } from "../support/wallet-holder.ts"
import { makeFakeProver } from "../support/wallet-prover.ts"
import { makeWorld, NOW, REGISTRY, SCHEMA, STATEMENT, textOf, VACCINATED } from "../support/wallet-world.ts"
import type { RequestChange, World } from "../support/wallet-world.ts"

/** Values that stand in no question, so that finding one anywhere is a leak. */
const CANARIES: Attributes = {
  ...VACCINATED,
  vaccine: "urn:canary|CANARYVACCINE",
  doseNumber: 13,
  seriesDoses: 17,
  occurredOn: "2019-07-23",
  titre: "431.07",
  birthDate: "1971-03-29",
  lot: "CANARYLOT77",
}
const TEXTS = ["CANARY", "2019-07-23", "431.07", "43107", "1971-03-29", "23 July 2019", "29 March 1971"]

const asking = (world: World, where: Where, i: number): RequestChange => {
  const statement = { ...STATEMENT, id: `test-q${i}/1`, where }
  world.anchor("statement", statement.id, statement)
  return (request) => {
    const [item] = request.items
    return { ...request, items: [{ ...item!, alternatives: [{ ...item!.alternatives[0]!, statement }] }] }
  }
}

describe("the words of a wallet", () => {
  test("hold no value of a record in any refusal, consent or error", async () => {
    const questions: Where[] = [
      STATEMENT.where,
      { field: "occurredOn", atMost: "2030-01-01" },
      { field: "titre", atLeast: "0.5", unit: "urn:test|IU" },
      { field: "birthDate", atMost: "today-P18Y" },
      { not: { field: "vaccine", in: ["urn:cvx|1", "urn:cvx|2"] } },
      { field: "lot", present: true },
      { field: "doseNumber", atLeast: { field: "seriesDoses" } },
      { field: "occurredOn", eq: "2026-01-01" },
    ]
    const said: string[] = []
    for (const prove of [
      undefined,
      makeFakeProver(() => {
        throw new Error(JSON.stringify(CANARIES))
      }).prove,
    ]) {
      for (const [i, where] of questions.entries()) {
        const world = makeWorld()
        const store = openHolderStore(world)
        await giveRecord(world, store, { attributes: CANARIES })
        const context = makeContext(world, store, prove === undefined ? {} : { prove })
        const result = await respond(world.request(asking(world, where, i)), context)
        const { receipts } = store.current()
        const exported = receipts.map(({ request }) => exportConsentReceipt(store.current(), request.id))
        said.push(
          textOf(result),
          textOf(context.screens),
          JSON.stringify(describeHistory({ receipts })),
          ...exported.map(String),
        )
        if (result.ok) expect(Object.keys(result.presentation.items[0]!.parts[0]!)).toHaveLength(4)
      }
    }
    const text = said.join("\n")
    expect(text).toContain("not-satisfied")
    expect(text).toContain("proof-failed")
    expect(text).toContain("willProve")
    for (const canary of TEXTS) expect(text).not.toContain(canary)
  })

  test("hold none when a record is refused or cannot be encoded", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const epoch = await acceptEpoch({ registry: REGISTRY, asOf: NOW }, { source: world.source, store })
    if (!epoch.ok) throw new Error(epoch.reason)
    const credential = world.issue(store.current(), { attributes: CANARIES })
    const broken = { ...credential, attributes: { ...CANARIES, occurredOn: "CANARY-DATE" } }
    for (const offered of [broken, { ...credential, statusIndex: 9 }]) {
      const verdict = receiveCredential(store.current(), offered, SCHEMA, epoch.value)
      expect(verdict.ok).toBe(false)
      for (const canary of TEXTS) expect(textOf(verdict)).not.toContain(canary)
    }
  })

  test("hold no secret: what is sent has neither seed, secret, blind, credId, holder nor signature in it", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store)
    const context = makeContext(world, store)
    const result = await respond(world.request(), context)
    if (!result.ok) throw new Error(result.reason)
    const sent = textOf(result) + textOf(context.screens)
    const { credential, issuer } = store.current().credentials[0]!
    const { seed } = store.current()
    const secrets = [
      deriveSecret(seed).toString(),
      deriveBlind(seed, issuer.key[0], 0).toString(),
      credential.holder,
      credential.credId,
      credential.signature.s,
      ...credential.signature.r8,
      ...issuer.key,
    ]
    for (const secret of secrets) expect(sent.includes(`"${secret}"`)).toBe(false)
  })
})

describe("a refusal of a guard", () => {
  let world: World
  beforeAll(() => {
    world = makeWorld()
  })

  test("comes before the prover and before consent, whatever interval is asked for", async () => {
    const store = openHolderStore(world)
    await giveRecord(world, store)
    let asked = 0
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 22 }),
        async (width, day) => {
          const two = (n: number): string => String(n).padStart(2, "0")
          const where: Where = {
            field: "occurredOn",
            between: [`2026-08-${two(day)}`, `2026-08-${two(day + width)}`],
          }
          const prover = makeFakeProver()
          let consents = 0
          const consent: Respond["consent"] = async () => ++consents > 0
          const context = makeContext(world, store, { prove: prover.prove, consent })
          const result = await respond(world.request(asking(world, where, 100 + asked++)), context)
          expect(result).toMatchObject({ ok: false, reason: "narrow-question" })
          expect(prover.calls).toHaveLength(0)
          expect(consents).toBe(0)
          expect(store.current().challenges).toEqual([])
        },
      ),
      { numRuns: 15 },
    )
  })
})
