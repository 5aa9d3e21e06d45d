import { describe, expect, test } from "vitest"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { verifyLists } from "../../../src/protocol/credential/issuer-registry.ts"
import { encodeWords } from "../../../src/protocol/credential/status-list.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { acceptEpoch } from "../../../src/parties/wallet/accept-epoch.ts"
import type { EpochRefusal } from "../../../src/parties/wallet/accept-epoch.ts"
import { signDocument } from "../../../src/protocol/wire/signed-document.ts"
import type { WalletSource } from "../../../src/parties/wallet/source.ts"
import { checkOwnStatus } from "../../../src/parties/wallet/own-status.ts"
import { giveRecord, newestEpoch, openHolderStore } from "../../support/wallet-holder.ts"
import { makeTestLog } from "../../support/wallet-log.ts"
import type { MemoryStore } from "../../support/wallet-memory.ts"
import { makeWorld, NOW, operationsKeyOf, REGISTRY } from "../../support/wallet-world.ts"
import type { World } from "../../support/wallet-world.ts"

const bytesOf = (value: unknown): Uint8Array => canonicalBytes(value as Json)

async function accept(
  world: World,
  store: MemoryStore,
  options: {
    asOf?: number
    epoch?: number
    root?: string
    source?: Partial<WalletSource>
    registry?: string
  } = {},
): Promise<EpochRefusal | "accepted"> {
  const source = { ...world.source, ...options.source }
  const body = world.epochs.find((epoch) => epoch.body.number === options.epoch)?.body
  const named =
    options.epoch === undefined
      ? {}
      : {
          named: {
            epoch: options.epoch,
            root: (options.root ?? body?.root ?? "0") as NonNullable<typeof body>["root"],
          },
        }
  const wanted = { registry: options.registry ?? REGISTRY, asOf: options.asOf ?? NOW, ...named }
  const verdict = await acceptEpoch(wanted, { source, store })
  return verdict.ok ? "accepted" : verdict.reason
}

describe("an epoch of a registry", () => {
  test("is accepted when everything about it holds, named or newest", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    expect(await accept(world, store)).toBe("accepted")
    expect(await accept(world, store, { epoch: 1 })).toBe("accepted")
    expect(store.current().epochs).toHaveLength(1)
  })

  test("E1: of a registry outside the own trust file is unknown, whatever the request says", async () => {
    const world = makeWorld()
    expect(await accept(world, openHolderStore(world), { registry: "other" })).toBe("registry-unknown")
    expect(world.calls.filter(([method]) => method === "bundle")).toEqual([])
  })

  test("E1: signed by another key is refused", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const { trust } = store.current()
    const registries = [{ id: REGISTRY, key: world.issuers[0]!.entry.operationsKey }]
    await store.replace({ ...store.current(), trust: { ...trust, registries } })
    expect(await accept(world, store)).toBe("signature-refused")
  })

  test("E1: of another registry under the same number is refused", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    world.publish({ registry: "other" })
    expect(await accept(world, store)).toBe("signature-refused")
  })

  test("E2: that is missing, no epoch, or under a log the policy does not name is not anchored", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const refused = "registry-not-anchored"
    expect(await accept(world, store, { source: { getEpochReceipt: async () => null } })).toBe(refused)
    expect(await accept(world, store, { source: { getEpochReceipt: async () => bytesOf({}) } })).toBe(refused)
    expect(
      await accept(world, store, { source: { getEpochReceipt: async () => bytesOf(world.log.receipt(0)) } }),
    ).toBe(refused)
    const foreign = makeTestLog("elsewhere.example/ledger", 0x66)
    foreign.entries.push(...world.log.entries)
    const index = world.epochs[0]!.index
    expect(
      await accept(world, store, {
        source: { getEpochReceipt: async () => bytesOf(foreign.receipt(index)) },
      }),
    ).toBe(refused)
    const impostor = makeTestLog(world.log.origin, 0x66)
    impostor.entries.push(...world.log.entries)
    expect(
      await accept(world, store, {
        source: { getEpochReceipt: async () => bytesOf(impostor.receipt(index)) },
      }),
    ).toBe(refused)
    expect(store.current().checkpoints).toEqual([])
  })

  test("E2: without the quorum of the own policy is not anchored", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const cosigner = "cosigner.example/c1+4e17ebe8+BCL8KXeS8Lb/wL/P237bDAqhTgJaNl7A40Lobjgpy3S2"
    const policy = `log ${world.log.vkey}\nwitness c1 ${cosigner}\nquorum c1\n`
    await store.replace({ ...store.current(), trust: { ...world.trust, policy } })
    expect(await accept(world, store)).toBe("registry-not-anchored")
  })

  test("E3: under a checkpoint that grew out of the stored one is accepted, and the checkpoint moves forward", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await accept(world, store)
    for (let i = 0; i < 270; i++) world.anchor("value-set", `filler-${i}/1`, {})
    world.publish()
    expect(await accept(world, store)).toBe("accepted")
    expect(store.current().checkpoints[0]!.note).toContain(`\n${world.log.entries.length}\n`)
    expect(store.current().checkpoints).toHaveLength(1)
  })

  test("E3: the size this wallet knows is never sent, only places of tiles of the new tree", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await accept(world, store)
    world.publish()
    world.calls.length = 0
    await accept(world, store)
    const tiles = world.calls.filter(([method]) => method === "tile").map(([, path]) => path)
    expect(tiles).toEqual([`tile/0/000.p/${world.log.entries.length}`])
  })

  test("E3: under an older checkpoint of the same history is accepted and does not move the stored one back", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    const { index } = world.epochs[0]!
    const old = bytesOf(world.log.receipt(index))
    world.anchor("value-set", "filler/1", {})
    await accept(world, store)
    const { note } = store.current().checkpoints[0]!
    expect(await accept(world, store, { source: { getEpochReceipt: async () => old } })).toBe("accepted")
    expect(store.current().checkpoints[0]!.note).toBe(note)
  })

  test("E3: of a forked log is refused, before the bundle is read, and both checkpoints are kept as evidence", async () => {
    for (const grow of [0, 3]) {
      const world = makeWorld()
      const store = openHolderStore(world)
      await accept(world, store)
      const held = store.current().checkpoints[0]!.note
      world.log.entries[1] = world.log.entries[2]! // another history under the same key
      for (let i = 0; i < grow; i++) world.anchor("value-set", `filler-${i}/1`, {})
      world.calls.length = 0
      expect(await accept(world, store)).toBe("log-inconsistent")
      expect(store.current().checkpoints[0]!.note).toBe(held)
      expect(store.current().conflicts).toHaveLength(1)
      expect(store.current().conflicts[0]).toMatchObject({ held })
      expect(world.calls.filter(([method]) => method === "bundle")).toEqual([])
    }
  })

  test("E3: whose tiles are missing, short or wrong is refused", async () => {
    for (const getTile of [
      async () => null,
      async () => new Uint8Array(32),
      async (path: string) => new Uint8Array(32 * Number(path.split("/").at(-1))),
    ]) {
      const world = makeWorld()
      const store = openHolderStore(world)
      await accept(world, store)
      world.publish()
      expect(await accept(world, store, { source: { getTile } })).toBe("log-inconsistent")
    }
  })

  test("E3: the checkpoint is durable before the epoch is used", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    let storedAtBundle = -1
    const getBundle: WalletSource["getBundle"] = async (registry, number) => {
      storedAtBundle = store.current().checkpoints.length
      return world.source.getBundle(registry, number)
    }
    await accept(world, store, { source: { getBundle } })
    expect(storedAtBundle).toBe(1)
  })

  test("E4: with another number or root than the request names is a rollback", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    expect(await accept(world, store, { epoch: 1, root: encodeFr(5n) })).toBe("epoch-rollback")
    world.publish()
    const other = async () => bytesOf(world.log.receipt(world.epochs[1]!.index))
    expect(await accept(world, store, { epoch: 1, source: { getEpochReceipt: other } })).toBe(
      "epoch-rollback",
    )
  })

  test("E4: two roots for one number are a rollback", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await accept(world, store)
    world.revoke(0, 5)
    world.epochs.length = 0
    world.publish({ number: 1 })
    expect(await accept(world, store)).toBe("epoch-rollback")
  })

  test("E4: that does not chain to the root seen before it, or is not what the one after it chains to, is a rollback", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await accept(world, store)
    world.publish({ previousRoot: encodeFr(5n) })
    expect(await accept(world, store)).toBe("epoch-rollback")

    const later = makeWorld()
    later.publish({ previousRoot: encodeFr(5n) })
    const second = openHolderStore(later)
    const asOf = later.epochs[1]!.body.notBefore // within the grace of its predecessor
    expect(await accept(later, second, { asOf })).toBe("accepted")
    expect(await accept(later, second, { epoch: 1, asOf })).toBe("epoch-rollback")
  })

  test("E4: the predecessor of the newest seen counts within 120 s of its successor, and no longer", async () => {
    for (const [after, expected] of [
      [120, "accepted"],
      [121, "epoch-rollback"],
    ] as const) {
      const world = makeWorld()
      const { body } = world.publish()
      const store = openHolderStore(world)
      expect(await accept(world, store, { asOf: body.notBefore })).toBe("accepted")
      expect(await accept(world, store, { epoch: 1, asOf: body.notBefore + after })).toBe(expected)
    }
  })

  test("E4: an urgent successor ends its predecessor at once", async () => {
    const world = makeWorld()
    const { body } = world.publish({ urgent: true })
    const store = openHolderStore(world)
    expect(await accept(world, store, { asOf: body.notBefore })).toBe("accepted")
    expect(await accept(world, store, { epoch: 1, asOf: body.notBefore })).toBe("accepted")
    expect(await accept(world, store, { epoch: 1, asOf: body.notBefore + 1 })).toBe("epoch-rollback")
  })

  test("E4: two steps back are a rollback even within the grace", async () => {
    const world = makeWorld()
    world.publish()
    const { body } = world.publish()
    const store = openHolderStore(world)
    await accept(world, store, { asOf: body.notBefore })
    expect(await accept(world, store, { epoch: 1, asOf: body.notBefore })).toBe("epoch-rollback")
    expect(await accept(world, store, { epoch: 2, asOf: body.notBefore })).toBe("accepted")
  })

  test("E5: is usable from notBefore on for 25 hours by a request's asOf", async () => {
    const world = makeWorld()
    const { notBefore } = world.epochs[0]!.body
    const store = openHolderStore(world)
    expect(await accept(world, store, { epoch: 1, asOf: notBefore - 1 })).toBe("registry-stale")
    expect(await accept(world, store, { epoch: 1, asOf: notBefore })).toBe("accepted")
    expect(await accept(world, store, { epoch: 1, asOf: notBefore + 25 * 3600 - 1 })).toBe("accepted")
    expect(await accept(world, store, { epoch: 1, asOf: notBefore + 25 * 3600 })).toBe("registry-stale")
  })

  test("E5: is usable by the wallet's own clock, which may be 300 s behind and no more", async () => {
    const world = makeWorld()
    const { notBefore } = world.epochs[0]!.body
    const store = openHolderStore(world)
    expect(await accept(world, store, { asOf: notBefore - 301 })).toBe("registry-stale")
    expect(await accept(world, store, { asOf: notBefore - 300 })).toBe("accepted")
    expect(await accept(world, store, { asOf: notBefore + 25 * 3600 })).toBe("registry-stale")
  })

  test("E6: with other bytes, another leaf count or another root than its entry says is a mismatch", async () => {
    const world = makeWorld()
    const flipped = Uint8Array.from(world.epochs[0]!.bytes)
    flipped[100] = (flipped[100] ?? 0) ^ 1
    const store = openHolderStore(world)
    expect(await accept(world, store, { source: { getBundle: async () => flipped } })).toBe("bundle-mismatch")
    expect(await accept(world, store, { source: { getBundle: async () => null } })).toBe("bundle-mismatch")
    for (const change of [{ leafCount: 4 }, { root: encodeFr(9n) }]) {
      const lying = makeWorld()
      lying.publish(change)
      expect(await accept(lying, openHolderStore(lying))).toBe("bundle-mismatch")
    }
  })

  test("E7: with one key under two entries, or two leaves of one (key, schema), is inconsistent", async () => {
    const doubled = makeWorld()
    doubled.publish({}, (bundle) => {
      const [first, second, ...rest] = bundle.issuers
      return { ...bundle, issuers: [first!, { ...second!, key: first!.key }, ...rest] }
    })
    expect(await accept(doubled, openHolderStore(doubled))).toBe("registry-inconsistent")
    const twice = makeWorld()
    twice.publish({}, (bundle) => ({
      ...bundle,
      leaves: [...bundle.leaves, { ...bundle.leaves[0]!, index: 99 }],
    }))
    expect(await accept(twice, openHolderStore(twice))).toBe("registry-inconsistent")
  })

  test("E7: with a key that is not of the prime order is inconsistent", async () => {
    const torsion = makeWorld()
    torsion.publish({}, (bundle) => {
      const [first, ...rest] = bundle.issuers
      return { ...bundle, issuers: [{ ...first!, key: [encodeFr(0n), encodeFr(1n)] }, ...rest] }
    })
    expect(await accept(torsion, openHolderStore(torsion))).toBe("registry-inconsistent")
  })

  test("E8: in which the own issuer's list is not its issuer's, or does not give the leaf's root, is inconsistent", async () => {
    for (const damage of [
      { statusRoot: encodeFr(4n) }, // not signed
      { words: "" }, // the bit cleared by the registry
      { words: encodeWords([1n]) },
    ]) {
      const world = makeWorld()
      const store = openHolderStore(world)
      await giveRecord(world, store, { statusIndex: 5 })
      const [held] = store.current().credentials
      world.revoke(0, 77)
      world.publish({}, (bundle) => {
        const [first, ...rest] = bundle.leaves
        return { ...bundle, leaves: [{ ...first!, list: { ...first!.list, ...damage } }, ...rest] }
      })
      const { registry } = await newestEpoch(world, store)
      const inconsistent = { ok: false, reason: "registry-inconsistent" }
      expect(checkOwnStatus(registry, held!)).toEqual(inconsistent)
      expect(verifyLists(registry)).toEqual(inconsistent)
    }
  })

  test("E8: whose root its issuer signed, but not for these words, is inconsistent", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store, { statusIndex: 5 })
    const [held] = store.current().credentials
    world.publish({}, (bundle) => {
      const [first, ...rest] = bundle.leaves
      const lying = { ...first!.list, statusRoot: encodeFr(4n), signature: undefined }
      return { ...bundle, leaves: [{ ...first!, list: signDocument(lying, operationsKeyOf(0)) }, ...rest] }
    })
    const { registry } = await newestEpoch(world, store)
    expect(checkOwnStatus(registry, held!)).toEqual({ ok: false, reason: "registry-inconsistent" })
  })

  test("E8: opens the own list only: what is wrong with another is for services and auditors to refuse", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store, { statusIndex: 5 })
    const [held] = store.current().credentials
    world.publish({}, (bundle) => {
      const [first, second, ...rest] = bundle.leaves
      const lying = { ...second!, list: { ...second!.list, statusRoot: encodeFr(4n) } }
      return { ...bundle, leaves: [first!, lying, ...rest] }
    })
    const { registry } = await newestEpoch(world, store)
    expect(checkOwnStatus(registry, held!).ok).toBe(true)
    expect(verifyLists(registry)).toEqual({ ok: false, reason: "registry-inconsistent" })
  })

  test("E8: shows the own bit, in the list of the own issuer only", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await giveRecord(world, store, { statusIndex: 5 })
    const held = store.current().credentials[0]!
    world.revoke(1, 5)
    world.publish()
    expect(checkOwnStatus((await newestEpoch(world, store)).registry, held).ok).toBe(true)
    world.revoke(0, 5)
    world.publish()
    const revoked = checkOwnStatus((await newestEpoch(world, store)).registry, held)
    expect(revoked).toEqual({ ok: false, reason: "already-revoked" })
  })
})
