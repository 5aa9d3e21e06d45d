// Attack row 22: an issuer marks one holder, so that a colluding verifier can recognise the answer. A mark must either be
// refused when the record is stored, or not be askable.
import { describe, expect, test } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { signCredential } from "../../src/protocol/credential/credential.ts"
import { computeSchemaId, schemaName } from "../../src/protocol/credential/schema.ts"
import { receiveCredential } from "../../src/parties/wallet/receive-credential.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import { acceptEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import { encodeAttributes } from "../../src/protocol/credential/attribute.ts"
import type { Schema, Where } from "../../src/protocol/wire/statement.ts"
import { giveRecord, makeContext, newestEpoch, openHolderStore } from "../support/wallet-holder.ts"
import { makeWorld, NOW, REGISTRY, SCHEMA, STATEMENT, VACCINATED } from "../support/wallet-world.ts"
import type { IssueOptions } from "../support/wallet-world.ts"

const DAY = 86_400
/** 12:34:56 on some day. */
const SECOND = NOW + 20 * DAY + 45_296

async function storing(options: IssueOptions, schema: Schema = SCHEMA): Promise<string> {
  const world = makeWorld()
  const store = openHolderStore(world)
  const epoch = await newestEpoch(world, store)
  const verdict = receiveCredential(store.current(), world.issue(store.current(), options), schema, epoch)
  return verdict.ok ? "stored" : verdict.reason
}

describe("a mark in the validity", () => {
  test("is refused at storing: a second of the day that only this record has, at either end", async () => {
    expect(await storing({ validUntil: SECOND })).toBe("validity-not-whole-days")
    expect(await storing({ validFrom: SECOND - 90 * DAY })).toBe("validity-not-whole-days")
    expect(await storing({ validUntil: NOW + 20 * DAY })).toBe("validity-not-whole-days")
    expect(await storing({ validUntil: NOW + 20 * DAY - 1 })).toBe("stored")
  })
})

describe("a mark in the schema", () => {
  const marked: Schema = { ...SCHEMA, observes: "urn:mark|one-holder" }

  test("is refused at storing: a schema of the holder's own is in no catalogue, whatever its name", async () => {
    expect(await storing({ schema: marked })).toBe("schema-mismatch")
    const [released] = CATALOGUE.schemas
    if (released === undefined) throw new Error("no schema")
    const likeReleased: Schema = { ...released, observes: "urn:mark|one-holder" }
    expect(schemaName(likeReleased)).toBe(schemaName(released))
    expect(CATALOGUE.findSchemaById(computeSchemaId(likeReleased))).toBeNull()
  })

  test("cannot be hidden in an attribute beside the schema's", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const epoch = await newestEpoch(world, store)
    const honest = world.issue(store.current())
    const extra = { ...honest, attributes: { ...honest.attributes, mark: "one-holder" } }
    expect(receiveCredential(store.current(), extra, SCHEMA, epoch)).toEqual({
      ok: false,
      reason: "schema-mismatch",
    })
    expect(() => encodeAttributes(SCHEMA, extra.attributes)).toThrow("attribute-unknown")
  })
})

describe("a mark in the registry", () => {
  test("is refused: a bundle made for one holder has another digest than the anchored one", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store)
    const [issuer] = world.issuers
    const [{ bundle, body }] = world.epochs as [(typeof world.epochs)[number]]
    const alone = { ...bundle, issuers: bundle.issuers.filter(({ id }) => id === issuer!.entry.id) }
    const source = {
      ...world.source,
      getBundle: async () => new TextEncoder().encode(JSON.stringify(alone)),
    }
    expect(await acceptEpoch({ registry: REGISTRY, asOf: NOW }, { source, store })).toEqual({
      ok: false,
      reason: "bundle-mismatch",
    })
    const context = makeContext(world, store, { source })
    expect(await respond(world.request(), context)).toMatchObject({ reason: "bundle-mismatch" })
    expect(body.leafCount).toBe(5)
  })
})

describe("a mark in a value", () => {
  // The last digits of a laboratory value, a lot, a birth date: signed like any other, and no question reaches them.
  const marked = { ...VACCINATED, titre: "431.07", lot: "MARK-0001", birthDate: "1971-03-29" }
  const questions: readonly Where[] = [
    { field: "titre", eq: "431.07", unit: "urn:test|IU" },
    { field: "titre", between: ["431.07", "431.08"], unit: "urn:test|IU" },
    {
      all: [
        { field: "titre", atLeast: "431.07", unit: "urn:test|IU" },
        { field: "titre", atMost: "431.07", unit: "urn:test|IU" },
      ],
    },
    { field: "birthDate", between: ["1971-03-01", "1971-03-31"] },
  ]

  test.each(questions.map((where) => [where]))("is narrow-question: %j", async (where) => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store, { attributes: marked })
    const statement = { ...STATEMENT, id: "test-marked/1", where }
    world.anchor("statement", statement.id, statement)
    const context = makeContext(world, store)
    const id = world.request((request) => ({
      ...request,
      items: [
        {
          ...request.items[0]!,
          alternatives: [{ ...request.items[0]!.alternatives[0]!, statement }],
        },
      ],
    }))
    expect(await respond(id, context)).toMatchObject({ reason: "narrow-question" })
    expect(context.prover.calls).toEqual([])
  })

  test("in a text cannot be asked for at all: a text has no operator but that it is stated", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store, { attributes: marked })
    const statement = { ...STATEMENT, id: "test-text/1", where: { field: "lot", eq: "MARK-0001" } }
    world.anchor("statement", statement.id, statement)
    const id = world.request((request) => ({
      ...request,
      items: [
        {
          ...request.items[0]!,
          alternatives: [{ ...request.items[0]!.alternatives[0]!, statement }],
        },
      ],
    }))
    expect(await respond(id, makeContext(world, store))).toMatchObject({ reason: "request-inconsistent" })
  })
})

test("a mark in the commitment is the wallet's own doing: the issuer signs what the holder made, or nothing is stored", async () => {
  const world = makeWorld()
  const store = openHolderStore(world)
  const epoch = await newestEpoch(world, store)
  const honest = world.issue(store.current())
  const { signature: _signature, ...unsigned } = honest
  const other = world.issue(openHolderStore(world, 9).current())
  const swapped = signCredential({ ...unsigned, holder: other.holder }, SCHEMA, world.issuers[0]!.seed)
  expect(receiveCredential(store.current(), swapped, SCHEMA, epoch)).toEqual({
    ok: false,
    reason: "credential-not-ours",
  })
})
