import { describe, expect, test } from "vitest"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { Credential } from "../../../src/protocol/wire/credential.ts"
import { receiveCredential } from "../../../src/parties/wallet/receive-credential.ts"
import type { CredentialRefusal } from "../../../src/parties/wallet/receive-credential.ts"
import { createWallet } from "../../../src/parties/wallet/wallet.ts"
import { fixedBytes, newestEpoch, openHolderStore } from "../../support/wallet-holder.ts"
import { makeWorld, NOW, SCHEMA, VACCINATED } from "../../support/wallet-world.ts"
import type { IssueOptions, World } from "../../support/wallet-world.ts"

const DAY = 86_400

async function receive(
  options: IssueOptions = {},
  edit: (credential: Credential) => Credential = (credential) => credential,
  world: World = makeWorld(),
) {
  const store = openHolderStore(world)
  const credential = edit(world.issue(store.current(), options))
  return receiveCredential(store.current(), credential, SCHEMA, await newestEpoch(world, store))
}

async function refusalOf(...args: Parameters<typeof receive>): Promise<CredentialRefusal | "accepted"> {
  const verdict = await receive(...args)
  return verdict.ok ? "accepted" : verdict.reason
}

describe("a record that comes in", () => {
  test("is stored with its issuer and the n that opens its holder", async () => {
    const verdict = await receive({ n: 3, issuer: 2 })
    expect(verdict.ok && verdict.value.credentials[0]).toMatchObject({
      n: 3,
      issuer: { operator: "operator-2" },
    })
  })

  test("takes the place of the record that it re-issues, and stands beside another entitlement", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const epoch = await newestEpoch(world, store)
    const add = (options: IssueOptions) => {
      const verdict = receiveCredential(store.current(), world.issue(store.current(), options), SCHEMA, epoch)
      if (!verdict.ok) throw new Error(verdict.reason)
      return verdict.value
    }
    await store.replace(add({ statusIndex: 5, credId: encodeFr(1n) }))
    await store.replace(add({ statusIndex: 6, credId: encodeFr(1n) }))
    expect(store.current().credentials.map(({ credential }) => credential.statusIndex)).toEqual([6])
    await store.replace(add({ statusIndex: 7, credId: encodeFr(2n) }))
    expect(store.current().credentials).toHaveLength(2)
  })

  test("is refused when another schema, name or subject stands over it", async () => {
    expect(await refusalOf({}, (c) => ({ ...c, schemaId: encodeFr(1n) }))).toBe("schema-mismatch")
    expect(await refusalOf({}, (c) => ({ ...c, schema: "coverage/1" }))).toBe("schema-mismatch")
    expect(await refusalOf({}, (c) => ({ ...c, subject: "ward" }))).toBe("schema-mismatch")
    expect(await refusalOf({}, (c) => ({ ...c, registry: "elsewhere" }))).toBe("schema-mismatch")
  })

  test("is refused when an attribute is unknown, missing or out of its type", async () => {
    const { occurredOn: _occurredOn, ...without } = VACCINATED
    for (const attributes of [
      { ...VACCINATED, colour: "red" },
      without,
      { ...VACCINATED, occurredOn: "2026-02-30" },
      { ...VACCINATED, titre: "1.234" },
      { ...VACCINATED, doseNumber: "2" },
    ]) {
      expect(await refusalOf({}, (c) => ({ ...c, attributes }))).toBe("schema-mismatch")
    }
  })

  test("is refused when its issuer is not in the epoch", async () => {
    expect(await refusalOf({}, (c) => ({ ...c, issuer: "stranger" }))).toBe("issuer-not-listed")
  })

  test("is refused when its issuer has no leaf for the schema", async () => {
    const world = makeWorld()
    world.publish({}, (bundle) => ({ ...bundle, leaves: bundle.leaves.slice(1) }))
    expect(await refusalOf({ issuer: 0 }, undefined, world)).toBe("issuer-not-listed")
    expect(await refusalOf({ issuer: 1 }, undefined, world)).toBe("accepted")
  })

  test("is refused when it was made for another wallet or another issuer's commitment", async () => {
    const world = makeWorld()
    const store = openHolderStore(world, 7)
    const stranger = createWallet(world.trust, fixedBytes(8))
    const credential = world.issue(stranger)
    const verdict = receiveCredential(store.current(), credential, SCHEMA, await newestEpoch(world, store))
    expect(verdict).toEqual({ ok: false, reason: "credential-not-ours" })
    expect(await refusalOf({ issuer: 0 }, (c) => ({ ...c, issuer: "issuer-1" }))).toBe("credential-not-ours")
  })

  test("is refused when any signed member was changed after signing", async () => {
    const changes: ((c: Credential) => Credential)[] = [
      (c) => ({ ...c, attributes: { ...c.attributes, occurredOn: "2026-08-18" } }),
      (c) => ({ ...c, credId: encodeFr(BigInt(c.credId) + 1n) }),
      (c) => ({ ...c, statusIndex: c.statusIndex + 1 }),
      (c) => ({ ...c, validFrom: c.validFrom - DAY }),
      (c) => ({ ...c, validUntil: c.validUntil + DAY }),
      (c) => ({ ...c, signature: { ...c.signature, s: encodeFr(BigInt(c.signature.s) + SUBGROUP_ORDER) } }),
      (c) => ({ ...c, signature: { ...c.signature, r8: [encodeFr(0n), encodeFr(1n)] } }),
    ]
    for (const change of changes) expect(await refusalOf({}, change)).toBe("signature-invalid")
  })

  test("is refused when its status bit is set", async () => {
    const world = makeWorld()
    world.revoke(0, 5)
    world.publish()
    expect(await refusalOf({ statusIndex: 5 }, undefined, world)).toBe("already-revoked")
    expect(await refusalOf({ statusIndex: 6 }, undefined, world)).toBe("accepted")
  })

  test("is refused when its validity begins or ends within a day, which would mark its holder", async () => {
    expect(await refusalOf({ validUntil: NOW + 100 * DAY })).toBe("validity-not-whole-days")
    expect(await refusalOf({ validUntil: NOW + 12 * 3600 + 34 * 60 + 56 })).toBe("validity-not-whole-days")
    expect(await refusalOf({ validFrom: NOW - 1 })).toBe("validity-not-whole-days")
  })
})
