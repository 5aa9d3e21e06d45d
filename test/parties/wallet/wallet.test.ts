import { beforeAll, describe, expect, test } from "vitest"
import { canonicalBytes, parseStrictJson } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { makeHolder, openHolder } from "../../../src/parties/wallet/make-holder.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import { createWallet, encodeWallet, parseWallet } from "../../../src/parties/wallet/wallet.ts"
import type { Wallet } from "../../../src/parties/wallet/wallet.ts"
import { WalletError } from "../../../src/parties/wallet/wallet-error.ts"
import { fixedBytes, giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import { makeWorld, REGISTRY } from "../../support/wallet-world.ts"
import type { World } from "../../support/wallet-world.ts"

let world: World
let used: Wallet
beforeAll(async () => {
  world = makeWorld()
  const store = openHolderStore(world)
  const { wallet } = makeHolder(store.current(), REGISTRY, world.issuers[0]!.entry)
  await store.replace(wallet)
  await giveRecord(world, store)
  const answer = await respond(world.request(), makeContext(world, store))
  expect(answer.ok).toBe(true)
  const note = store.current().checkpoints[0]!.note
  used = { ...store.current(), conflicts: [{ origin: world.log.origin, held: note, offered: note }] }
})

type Members = Record<string, unknown>
const document = (): Members =>
  parseStrictJson(encodeWallet(used), { maxBytes: 1e7, maxDepth: 24, maxString: 1e6 }) as unknown as Members
const parse = (value: Members): Wallet => parseWallet(canonicalBytes(value as unknown as Json))

describe("the wallet's document", () => {
  test("reads back what it encodes, with every kind of entry in it", () => {
    for (const list of [
      used.holders,
      used.credentials,
      used.checkpoints,
      used.epochs,
      used.verifiers,
      used.challenges,
      used.receipts,
    ]) {
      expect(list.length).toBeGreaterThan(0)
    }
    const { seed, ...rest } = parseWallet(encodeWallet(used))
    const { seed: usedSeed, ...usedRest } = used
    expect(rest).toEqual(usedRest)
    expect([...seed]).toEqual([...usedSeed])
    expect(encodeWallet(parseWallet(encodeWallet(used)))).toEqual(encodeWallet(used))
  })

  test("of a new wallet has the seed that was drawn and nothing else", () => {
    const wallet = createWallet(world.trust, fixedBytes(9))
    expect([...wallet.seed]).toEqual([...fixedBytes(9)(32)])
    expect(parseWallet(encodeWallet(wallet)).credentials).toEqual([])
  })

  test("is refused with a member missing, unknown or of another type", () => {
    for (const member of Object.keys(document())) {
      const { [member]: _gone, ...rest } = document()
      expect(() => parse(rest), `without ${member}`).toThrow(WalletError)
      for (const value of [7, "text", true, { a: 1 }]) {
        if (member === "type" && value === "text") continue
        expect(
          () => parse({ ...document(), [member]: value }),
          `${member}: ${JSON.stringify(value)}`,
        ).toThrow(WalletError)
      }
    }
    expect(() => parse({ ...document(), extra: 1 })).toThrow(WalletError)
    expect(() => parse({ ...document(), type: "sotto/wallet/2" })).toThrow(WalletError)
  })

  test("is refused with a damaged entry in any list", () => {
    const lists = [
      "holders",
      "credentials",
      "checkpoints",
      "conflicts",
      "epochs",
      "verifiers",
      "receipts",
    ] as const
    for (const list of lists) {
      const [entry] = document()[list] as Members[]
      for (const member of Object.keys(entry!)) {
        const { [member]: _gone, ...rest } = entry!
        if (member !== "receipt" && member !== "records")
          expect(() => parse({ ...document(), [list]: [rest] }), `${list}.${member}`).toThrow(WalletError)
        expect(() => parse({ ...document(), [list]: [{ ...entry, [member]: false, other: 1 }] })).toThrow(
          WalletError,
        )
      }
    }
    expect(() => parse({ ...document(), challenges: [1] })).toThrow(WalletError)
  })

  test("is refused without a word of what it held", () => {
    const bytes = encodeWallet(used)
    const text = new TextDecoder().decode(bytes).replace("CANARYLOT77", "CANARYLOT78 \\")
    try {
      parseWallet(new TextEncoder().encode(text))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: "malformed-wallet" })
      expect(String(error)).not.toContain("CANARY")
    }
  })
})

describe("a holder commitment", () => {
  test("is the same for the same key and n, and differs for another issuer, n or seed", () => {
    const wallet = createWallet(world.trust, fixedBytes(7))
    const [first, second] = [world.issuers[0]!.entry, world.issuers[1]!.entry]
    const { commitment } = makeHolder(wallet, REGISTRY, first)
    expect(commitment).toMatchObject({ type: "sotto/holder/1", registry: REGISTRY, issuer: first.id })
    expect(makeHolder(wallet, REGISTRY, first).commitment).toEqual(commitment)
    expect(commitment.holder).toBe(openHolder(wallet.seed, first.key[0], 0))
    const others = [
      makeHolder(wallet, REGISTRY, second).commitment.holder,
      makeHolder(wallet, REGISTRY, first, 1).commitment.holder,
      makeHolder(createWallet(world.trust, fixedBytes(8)), REGISTRY, first).commitment.holder,
    ]
    expect(new Set([commitment.holder, ...others]).size).toBe(4)
  })

  test("is remembered once", () => {
    const wallet = createWallet(world.trust, fixedBytes(7))
    const once = makeHolder(wallet, REGISTRY, world.issuers[0]!.entry).wallet
    expect(makeHolder(once, REGISTRY, world.issuers[0]!.entry).wallet.holders).toHaveLength(1)
    expect(makeHolder(once, REGISTRY, world.issuers[0]!.entry, 1).wallet.holders).toHaveLength(2)
  })
})

describe("a wallet of an older release", () => {
  test("is read: its consent receipts have no sentences, no records, and nothing certain", () => {
    type Old = { answers: (Members & { left: Members[] })[] } & Members
    const receipts = (document()["receipts"] as Old[]).map(({ records: _records, answers, ...receipt }) => ({
      ...receipt,
      answers: answers.map(({ proved: _proved, left, ...answer }) => ({
        ...answer,
        left: left.map(({ isCertain: _isCertain, ...remainder }) => remainder),
      })),
    }))
    const [receipt] = parse({ ...document(), receipts }).receipts
    expect(receipt?.records).toEqual([])
    expect(receipt?.answers[0]?.proved).toEqual([])
    expect(receipt?.answers[0]?.left.map(({ isCertain }) => isCertain)).not.toContain(true)
    expect(receipt?.answers[0]?.left.length).toBeGreaterThan(0)
  })
})
