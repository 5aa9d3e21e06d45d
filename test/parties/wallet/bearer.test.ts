import { describe, expect, test } from "vitest"
import { drawBearer } from "../../../src/parties/issuer/draw-bearer.ts"
import { receiveCredential } from "../../../src/parties/wallet/receive-credential.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import { PERSON_1 } from "../../../src/protocol/catalogue/schemas/person-1.ts"
import { computeSchemaId } from "../../../src/protocol/credential/schema.ts"
import { signCredential } from "../../../src/protocol/credential/credential.ts"
import { computeScope } from "../../../src/protocol/credential/presentation-request.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { computeNullifier } from "../../../src/protocol/primitives/nullifier.ts"
import { canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import { parseCredential } from "../../../src/protocol/wire/credential.ts"
import type { Credential } from "../../../src/protocol/wire/credential.ts"
import { giveRecord, makeContext, newestEpoch, openHolderStore } from "../../support/wallet-holder.ts"
import { seededRandom } from "../../support/issued-records.ts"
import { makeWorld, REGISTRY, SCHEMA } from "../../support/wallet-world.ts"
import type { RequestChange, World } from "../../support/wallet-world.ts"

/** A pack: a record whose commitment its packer drew, with the opening printed under the seal. */
function pack(world: World, seed = "pack"): Credential {
  const { holder, bearer } = drawBearer({ registry: REGISTRY, id: "issuer-0" }, seededRandom(seed))
  const { signature: _signature, ...unsigned } = world.issue(openHolderStore(world).current(), {
    statusIndex: 9,
  })
  const issuer = world.issuers[0]
  if (issuer === undefined) throw new Error("no issuer")
  return signCredential({ ...unsigned, holder: holder.holder, bearer }, SCHEMA, issuer.seed)
}

const perPack: RequestChange = (request) => ({
  ...request,
  items: request.items.map((item) => ({
    ...item,
    nullifier: { mode: "credential", use: "once", epoch: "always" },
  })),
})

async function take(world: World, credential: Credential) {
  const store = openHolderStore(world)
  const verdict = receiveCredential(store.current(), credential, SCHEMA, await newestEpoch(world, store))
  if (verdict.ok) await store.replace(verdict.value)
  return { store, verdict }
}

describe("a record that belongs to whoever has it", () => {
  test("is taken by any wallet and gives the same nullifier in each, so it is claimed once", async () => {
    const world = makeWorld()
    const credential = pack(world)
    const nullifiers = []
    for (let holder = 0; holder < 2; holder++) {
      const { store } = await take(world, credential)
      const answer = await respond(world.request(perPack), makeContext(world, store))
      if (!answer.ok) throw new Error(answer.reason)
      nullifiers.push(answer.presentation.items[0]?.parts[0]?.nullifier)
      const request = store.current().receipts[0]?.request
      if (request === undefined || credential.bearer === undefined) throw new Error("nothing was answered")
      const [secret, credId] = [BigInt(credential.bearer.secret), BigInt(credential.credId)]
      const expected = computeNullifier("credential", secret, credId, computeScope(request, 0))
      expect(nullifiers.at(-1)).toBe(encodeFr(expected))
    }
    expect(new Set(nullifiers).size).toBe(1)
  })

  test("is refused when its opening is another's, or left out", async () => {
    const world = makeWorld()
    const credential = pack(world)
    const { bearer } = pack(world, "another")
    if (bearer === undefined) throw new Error("no opening")
    expect((await take(world, { ...credential, bearer })).verdict).toEqual({
      ok: false,
      reason: "credential-not-ours",
    })
    const { bearer: _left, ...closed } = credential
    expect((await take(world, closed)).verdict).toEqual({ ok: false, reason: "credential-not-ours" })
  })

  test("is not the holder's person: it satisfies no link with the holder's own records", async () => {
    const world = makeWorld()
    const { store } = await take(world, pack(world))
    const twice: RequestChange = (request) => ({
      ...request,
      items: [...request.items, ...request.items].map((item) => ({
        ...item,
        nullifier: { mode: "credential", use: "once", epoch: "always" },
      })),
      links: [{ kind: "differentCredentials", items: [0, 1] }],
    })
    await giveRecord(world, store, {})
    const answer = await respond(world.request(twice), makeContext(world, store))
    expect(answer).toMatchObject({ ok: false, reason: "not-satisfied" })
    await giveRecord(world, store, { statusIndex: 6 })
    expect(await respond(world.request(twice), makeContext(world, store))).toMatchObject({ ok: true })
  })

  test("is taken only where the schema says that its records belong to whoever has them", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const { holder, bearer } = drawBearer({ registry: REGISTRY, id: "issuer-0" }, seededRandom("person"))
    const attributes = { birthDate: "1971-03-29", boundOn: "2026-11-01" }
    const { signature: _signature, ...unsigned } = world.issue(store.current())
    const person = {
      schema: "person/1",
      schemaId: computeSchemaId(PERSON_1),
      holder: holder.holder,
      attributes,
    }
    const credential = signCredential({ ...unsigned, ...person }, PERSON_1, world.issuers[0]!.seed)
    const epoch = await newestEpoch(world, store)
    const refusalOf = (offered: Credential) => receiveCredential(store.current(), offered, PERSON_1, epoch)
    // Its issuer would know the secret, and with it every use of a personal record.
    expect(refusalOf({ ...credential, bearer })).toEqual({ ok: false, reason: "schema-mismatch" })
    expect(refusalOf(credential)).toEqual({ ok: false, reason: "credential-not-ours" })
  })

  test("says in the consent that whoever made it can recognise the answer", async () => {
    const world = makeWorld()
    const { store } = await take(world, pack(world))
    const context = makeContext(world, store)
    await respond(world.request(perPack), context)
    expect(context.screens[0]?.warnings.join()).toContain("belongs to whoever has it")
  })

  test("keeps its opening through its document", () => {
    const credential = pack(makeWorld())
    expect(parseCredential(canonicalText(credential))).toEqual(credential)
  })
})
