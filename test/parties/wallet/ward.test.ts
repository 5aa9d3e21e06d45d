// A record about somebody the holder acts for: said so on every screen, never an answer about the holder, and never one
// child's record where another child is meant.
import { describe, expect, test } from "vitest"
import { describeHistory } from "../../../src/parties/wallet/history.ts"
import { receiveCredential } from "../../../src/parties/wallet/receive-credential.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import type { Respond } from "../../../src/parties/wallet/respond.ts"
import { encodeWallet, parseWallet } from "../../../src/parties/wallet/wallet.ts"
import { computeSchemaId } from "../../../src/protocol/credential/schema.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { Schema, Statement } from "../../../src/protocol/wire/statement.ts"
import { giveRecord, makeContext, newestEpoch, openHolderStore } from "../../support/wallet-holder.ts"
import type { TestContext } from "../../support/wallet-holder.ts"
import type { MemoryStore } from "../../support/wallet-memory.ts"
import { makeWorld, SCHEMA, STATEMENT, VACCINATED } from "../../support/wallet-world.ts"
import type { IssueOptions, RequestChange, World } from "../../support/wallet-world.ts"

const WARD: Schema = { ...SCHEMA, subject: "ward" }
const WARD_STATEMENT: Statement = { ...STATEMENT, id: "test-ward-vaccinated/1", subject: "ward" }
const UNVACCINATED = { ...VACCINATED, doseNumber: 1 }

interface Scene {
  readonly world: World
  readonly store: MemoryStore
  readonly context: TestContext
}

/** A family of records; each gets a list index of its own. */
async function stage(records: readonly IssueOptions[]): Promise<Scene> {
  const world = makeWorld(5, [SCHEMA, WARD])
  world.anchor("statement", WARD_STATEMENT.id, WARD_STATEMENT)
  const store = openHolderStore(world)
  for (const [i, record] of records.entries()) await giveRecord(world, store, { statusIndex: i, ...record })
  return { world, store, context: makeContext(world, store) }
}

async function nameRecords({ store }: Scene, names: readonly (string | null)[]): Promise<void> {
  const credentials = store.current().credentials.map((held, i) => {
    const name = names[i] ?? null
    return name === null ? held : { ...held, name }
  })
  await store.replace({ ...store.current(), credentials })
}

const alternativeOf = (statement: Statement, schema: Schema) => (request: Parameters<RequestChange>[0]) => ({
  ...request.items[0]!.alternatives[0]!,
  statement,
  schemaId: computeSchemaId(schema),
})
const wardAlternative = alternativeOf(WARD_STATEMENT, WARD)
const aboutWard: RequestChange = (request) => ({
  ...request,
  items: [{ ...request.items[0]!, alternatives: [wardAlternative(request)] }],
})
const answer = (scene: Scene, change?: RequestChange, more: Partial<Respond> = {}) =>
  respond(scene.world.request(change), { ...scene.context, ...more })

describe("a record about a dependant", () => {
  test("answers a question about a dependant, and the screen and the history say whom it is about", async () => {
    const scene = await stage([{ schema: WARD }])
    await nameRecords(scene, ["Mia"])
    expect((await answer(scene, aboutWard)).ok).toBe(true)
    expect(scene.context.screens[0]!.items[0]).toMatchObject({
      subject: "ward",
      record: { number: 1, name: "Mia", issuerName: "Issuer 0" },
    })
    const [entry] = describeHistory(scene.store.current())
    expect(entry?.items[0]).toMatchObject({ subject: "ward", record: { name: "Mia" } })
    expect(entry?.items[0]?.proved[0]).toContain("disease")
  })

  test("never answers a question about the holder, and the reverse", async () => {
    const child = await stage([{ schema: WARD }])
    expect(await answer(child)).toMatchObject({ reason: "not-satisfied" })
    const parent = await stage([{}])
    expect(await answer(parent, aboutWard)).toMatchObject({ reason: "not-satisfied" })
  })

  test("is not reached by a statement about the holder under the dependant's schema, or the reverse", async () => {
    const scene = await stage([{ schema: WARD }, {}])
    const mixed =
      (statement: Statement, schema: Schema): RequestChange =>
      (request) => ({
        ...request,
        items: [{ ...request.items[0]!, alternatives: [alternativeOf(statement, schema)(request)] }],
      })
    expect(await answer(scene, mixed(STATEMENT, WARD))).toMatchObject({ reason: "request-inconsistent" })
    expect(await answer(scene, mixed(WARD_STATEMENT, SCHEMA))).toMatchObject({
      reason: "request-inconsistent",
    })
    expect(scene.context.prover.calls).toEqual([])
  })

  test("is not stored as a record about the holder, nor the reverse", async () => {
    const { world, store } = await stage([])
    const epoch = await newestEpoch(world, store)
    for (const [signed, offered] of [
      [WARD, SCHEMA],
      [SCHEMA, WARD],
    ] as const) {
      const credential = world.issue(store.current(), { schema: signed })
      const disguised = { ...credential, subject: offered.subject }
      for (const given of [credential, disguised, { ...disguised, schemaId: computeSchemaId(offered) }]) {
        const verdict = receiveCredential(store.current(), given, offered, epoch)
        expect(verdict.ok ? "stored" : verdict.reason).toMatch(/^(schema-mismatch|signature-invalid)$/)
      }
    }
  })

  test("is one person's with the guardian's own record: one wallet, one link tag", async () => {
    const scene = await stage([{}, { schema: WARD }])
    const both: RequestChange = (request) => {
      const [own] = request.items
      const child = { ...own!, alternatives: [wardAlternative(request)] }
      return { ...request, items: [own!, child], links: [{ kind: "samePerson", items: [0, 1] }] }
    }
    const result = await answer(scene, both)
    if (!result.ok) throw new Error(result.reason)
    const tags = result.presentation.items.map(({ parts }) => parts[0]!)
    expect(new Set(tags.map(({ linkTag }) => linkTag)).size).toBe(1)
    expect(new Set(tags.map(({ credentialTag }) => credentialTag)).size).toBe(2)
    const schemaIds = scene.context.prover.calls.map(({ expected }) => expected[3])
    expect(schemaIds).toEqual([computeSchemaId(SCHEMA), computeSchemaId(WARD)])
  })
})

describe("several dependants", () => {
  const family = [
    { schema: WARD, attributes: UNVACCINATED },
    { schema: WARD, issuer: 1 },
  ]

  test("are never chosen between by the wallet: not even when only one child's record satisfies", async () => {
    const scene = await stage(family)
    expect(await answer(scene, aboutWard)).toEqual({
      ok: false,
      reason: "record-ambiguous",
      details: ["item 1: records 1, 2 are about people you act for; say which one is meant"],
    })
    expect(scene.context.screens).toEqual([])
    expect(scene.store.current().challenges).toEqual([])
  })

  test("answer by the record that the holder named, and by no other", async () => {
    const scene = await stage(family)
    const first = await answer(scene, aboutWard, { records: [1] })
    expect(first).toMatchObject({ reason: "not-satisfied" })
    expect((await answer(scene, aboutWard, { records: [2] })).ok).toBe(true)
    expect(scene.context.prover.calls.map(({ input }) => input["statusIndex"])).toEqual([1n])
    expect(scene.context.screens[0]!.items[0]!.record.number).toBe(2)
  })

  test("are not asked about when all fitting records carry one name, and are when they carry two", async () => {
    const scene = await stage(family)
    await nameRecords(scene, ["Mia", "Mia"])
    expect((await answer(scene, aboutWard)).ok).toBe(true)
    await nameRecords(scene, ["Mia", "Ben"])
    expect(await answer(scene, aboutWard)).toMatchObject({ reason: "record-ambiguous" })
  })

  test("do not come into a question about the holder, whose records the wallet picks as before", async () => {
    const scene = await stage([...family, {}, { issuer: 2 }])
    expect((await answer(scene)).ok).toBe(true)
    expect(scene.context.screens[0]!.items[0]).toMatchObject({ subject: "self", record: { number: 3 } })
    expect((await answer(scene, undefined, { records: [4] })).ok).toBe(true)
    expect(scene.context.screens[1]!.items[0]!.record.number).toBe(4)
  })

  test("are warned of when one answer may mix two of them", async () => {
    const two: RequestChange = (request) => {
      const item = {
        ...request.items[0]!,
        alternatives: [wardAlternative(request)],
        nullifier: { mode: "credential", use: "once", epoch: "2026" } as const,
      }
      return { ...request, items: [item, item], links: [{ kind: "differentCredentials", items: [0, 1] }] }
    }
    const scene = await stage([
      { schema: WARD, credId: encodeFr(1n) },
      { schema: WARD, credId: encodeFr(2n), issuer: 1 },
    ])
    expect((await answer(scene, two, { records: [1, 2] })).ok).toBe(true)
    expect(scene.context.screens[0]!.warnings.join()).toContain("different people you act for")
    await nameRecords(scene, ["Mia", "Mia"])
    expect((await answer(scene, two)).ok).toBe(true)
    expect(scene.context.screens[1]!.warnings.join()).not.toContain("different people")
  })
})

describe("linked questions about a dependant", () => {
  const COVER: Schema = { ...WARD, name: "test-cover" }
  const COVER_STATEMENT: Statement = { ...WARD_STATEMENT, id: "test-ward-cover/1", schema: "test-cover/1" }

  /** Vaccinations, then covers, each by the name that the holder gave it. */
  async function stageCovers(vaccinations: readonly (string | null)[], covers: readonly (string | null)[]) {
    const world = makeWorld(5, [SCHEMA, WARD, COVER])
    for (const statement of [WARD_STATEMENT, COVER_STATEMENT])
      world.anchor("statement", statement.id, statement)
    const store = openHolderStore(world)
    const schemas = [...vaccinations.map(() => WARD), ...covers.map(() => COVER)]
    for (const [statusIndex, schema] of schemas.entries())
      await giveRecord(world, store, { schema, statusIndex, credId: encodeFr(BigInt(statusIndex + 1)) })
    const scene = { world, store, context: makeContext(world, store) }
    await nameRecords(scene, [...vaccinations, ...covers])
    return scene
  }
  const linking =
    (links: Parameters<RequestChange>[0]["links"], covers = 1): RequestChange =>
    (request) => {
      const [own] = request.items
      const cover = { ...own!, alternatives: [alternativeOf(COVER_STATEMENT, COVER)(request)] }
      return {
        ...request,
        items: [{ ...own!, alternatives: [wardAlternative(request)] }, ...Array(covers).fill(cover)],
        links,
      }
    }
  const linked = linking([{ kind: "samePerson", items: [0, 1] }])
  const recordsOf = (scene: Scene) => scene.context.screens.at(-1)?.items.map(({ record }) => record.number)
  const mixed = {
    ok: false,
    reason: "record-ambiguous",
    details: ["items 1, 2 are to be about one person, but the names of records 1, 2 differ"],
  }

  test("are not answered with one child's vaccination and another's cover, named by the holder or not", async () => {
    const scene = await stageCovers(["Mia"], ["Ben"])
    expect(await answer(scene, linked)).toEqual(mixed)
    expect(await answer(scene, linked, { records: [1, 2] })).toEqual(mixed)
    expect(scene.context.screens).toEqual([])
    expect(scene.context.prover.calls).toEqual([])
  })

  test("are answered with different children's records when no link joins them, with a warning", async () => {
    const scene = await stageCovers(["Mia"], ["Ben"])
    expect((await answer(scene, linking([]))).ok).toBe(true)
    expect(scene.context.screens[0]!.warnings.join()).toContain("different people you act for")
  })

  test("are answered with the records of one name, whichever comes first", async () => {
    const scene = await stageCovers(["Mia"], ["Ben", null, "Mia"])
    expect((await answer(scene, linked, { records: [1, 2, 3, 4] })).ok).toBe(true)
    expect(recordsOf(scene)).toEqual([1, 4])
    expect(scene.context.screens[0]!.warnings.join()).not.toContain("different people")
    expect((await answer(scene, linked, { records: [1, 2, 3] })).ok).toBe(true)
    expect(recordsOf(scene)).toEqual([1, 3])
    expect(scene.context.screens[1]!.warnings.join()).toContain("different people you act for")
  })

  test("are answered with a warning when a name is missing", async () => {
    for (const names of [[null], ["Mia"]]) {
      const scene = await stageCovers(names, [null])
      expect((await answer(scene, linked)).ok).toBe(true)
      expect(scene.context.screens[0]!.warnings.join()).toContain("different people you act for")
    }
  })

  test("are one question where links meet: a chain of links does not lead from one child to another", async () => {
    const scene = await stageCovers([null], ["Mia", "Ben"])
    const change = linking(
      [
        { kind: "samePerson", items: [0, 1] },
        { kind: "samePerson", items: [0, 2] },
        { kind: "differentCredentials", items: [1, 2] },
      ],
      2,
    )
    const counted: RequestChange = (request) => {
      const { items, ...rest } = change(request)
      const nullifier = { mode: "credential", use: "once", epoch: "2026" } as const
      return { ...rest, items: items.map((item) => ({ ...item, nullifier })) }
    }
    expect(await answer(scene, counted, { records: [2, 3] })).toMatchObject({
      reason: "record-ambiguous",
      details: ["items 1, 2, 3 are to be about one person, but the names of records 2, 3 differ"],
    })
  })

  test("whose links nobody's records satisfy are still told so", async () => {
    const scene = await stageCovers(["Mia"], ["Mia"])
    expect(await answer(scene, linking([{ kind: "sameCredential", items: [0, 1] }]))).toMatchObject({
      reason: "not-satisfied",
    })
  })
})

describe("the holder's name for a record", () => {
  test("stays in the wallet file, and with the person over a re-issue", async () => {
    const scene = await stage([{ schema: WARD, credId: encodeFr(9n) }])
    await nameRecords(scene, ["Mia"])
    expect(parseWallet(encodeWallet(scene.store.current())).credentials[0]?.name).toBe("Mia")
    await giveRecord(scene.world, scene.store, { schema: WARD, credId: encodeFr(9n), statusIndex: 77 })
    expect(scene.store.current().credentials).toMatchObject([{ name: "Mia" }])
  })

  test("is in nothing that is sent", async () => {
    const scene = await stage([{ schema: WARD }])
    await nameRecords(scene, ["CANARYNAME"])
    const result = await answer(scene, aboutWard)
    expect(result.ok).toBe(true)
    expect(JSON.stringify([result, scene.world.calls])).not.toContain("CANARYNAME")
  })
})
