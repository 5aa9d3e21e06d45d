// Attack row 19: what a wallet holds, and why it stays silent, must not show in its traffic.
import { describe, expect, test } from "vitest"
import { rehearse } from "../../src/parties/wallet/rehearse.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import type { Respond } from "../../src/parties/wallet/respond.ts"
import { computeSchemaId } from "../../src/protocol/credential/schema.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { Schema, Where } from "../../src/protocol/wire/statement.ts"
import { giveRecord, makeContext, newestEpoch, openHolderStore } from "../support/wallet-holder.ts"
import type { MemoryStore } from "../support/wallet-memory.ts"
import {
  makeWorld,
  NOW,
  SCHEMA,
  SERVICE_ORIGIN,
  STATEMENT,
  VACCINATED,
  VERIFIER,
} from "../support/wallet-world.ts"
import type { Call, IssueOptions, RequestChange, World } from "../support/wallet-world.ts"

/** The calls of one answer to one request by a wallet with these records, all other things equal. */
async function trafficOf(
  records: readonly IssueOptions[],
  change: Partial<Respond> = {},
  prepare: (world: World) => void = () => undefined,
): Promise<{ readonly calls: readonly Call[]; readonly outcome: string }> {
  const world = makeWorld()
  const store = openHolderStore(world)
  await newestEpoch(world, store)
  for (const record of records) await giveRecord(world, store, record)
  prepare(world)
  const id = world.request()
  world.calls.length = 0
  const result = await respond(id, { ...makeContext(world, store), ...change })
  return { calls: world.calls, outcome: result.ok ? "answered" : result.reason }
}

describe("the traffic of a wallet", () => {
  test("is the same with a fitting record, an unfitting one, an expired one, none, or a holder who declines", async () => {
    const fitting = await trafficOf([{}])
    expect(fitting.outcome).toBe("answered")
    const others = [
      [await trafficOf([]), "not-satisfied"],
      [await trafficOf([{ attributes: { ...VACCINATED, doseNumber: 1 } }]), "not-satisfied"],
      [await trafficOf([{ validFrom: NOW - 9 * 86_400, validUntil: NOW - 1 }]), "not-satisfied"],
      [await trafficOf([{}], { consent: async () => false }), "declined"],
      [await trafficOf([{}], { prove: async () => Promise.reject(new Error("no")) }), "proof-failed"],
    ] as const
    for (const [traffic, outcome] of others) {
      expect(traffic.outcome).toBe(outcome)
      expect(traffic.calls).toEqual(fitting.calls)
    }
  })

  test("is the same for a revoked record as for a good one, across a new epoch", async () => {
    const revoke = (world: World): void => {
      world.revoke(0, 5)
      world.publish()
    }
    const revoked = await trafficOf([{ statusIndex: 5 }], {}, revoke)
    const good = await trafficOf([{ statusIndex: 6 }], {}, revoke)
    expect([revoked.outcome, good.outcome]).toEqual(["already-revoked", "answered"])
    expect(revoked.calls).toEqual(good.calls)
    expect(good.calls.filter(([method]) => method === "tile")).not.toEqual([])
  })

  test("reads whole bundles only, and nothing after the last bundle", async () => {
    const { calls } = await trafficOf([{}])
    expect(calls.map(([method]) => method)).toEqual([
      "request",
      "verifier",
      "item",
      "item",
      "epoch",
      "bundle",
    ])
    expect(JSON.stringify(calls)).not.toContain("issuer-")
  })
})

const WARD: Schema = { ...SCHEMA, subject: "ward" }

/** A wallet with one record before one request, after something has happened to it. */
async function refusalOf(
  prepare: (scene: { world: World; store: MemoryStore }) => Promise<void>,
  change?: RequestChange,
  records: readonly IssueOptions[] = [{}],
) {
  const world = makeWorld(5, [SCHEMA, WARD])
  const store = openHolderStore(world)
  await newestEpoch(world, store)
  for (const [i, record] of records.entries()) await giveRecord(world, store, { statusIndex: i, ...record })
  await prepare({ world, store })
  const id = world.request(change)
  await newestEpoch(world, store) // all of them have seen the same log
  world.calls.length = 0
  const context = makeContext(world, store)
  const result = await respond(id, context)
  return { calls: world.calls, outcome: result.ok ? "answered" : result.reason, context, id, store }
}

const asking =
  (where: Where, schema: Schema = SCHEMA, id = "test-asked/1"): ((world: World) => RequestChange) =>
  (world) => {
    const statement = { ...STATEMENT, id, subject: schema.subject, where }
    world.anchor("statement", id, statement)
    const schemaId = computeSchemaId(schema)
    return (request) => ({
      ...request,
      items: request.items.map((item) => ({
        ...item,
        alternatives: item.alternatives.map((alternative) => ({ ...alternative, statement, schemaId })),
      })),
    })
  }

describe("every way to stay silent", () => {
  const august: Where = { field: "occurredOn", between: ["2026-08-10", "2026-08-20"] }
  const wards: readonly IssueOptions[] = [{ schema: WARD }, { schema: WARD, issuer: 1 }]
  const nothing = (): Promise<void> => Promise.resolve()

  /** The same request to a wallet that answers it and to one that does not. */
  async function compare(
    silent: Parameters<typeof refusalOf>[0],
    ask: (world: World) => RequestChange,
    options: { answering?: readonly IssueOptions[]; silent?: readonly IssueOptions[] } = {},
  ): Promise<string> {
    const at = (prepare: typeof silent, records?: readonly IssueOptions[]) => {
      let change: RequestChange = (request) => request
      return refusalOf(
        async (scene) => {
          change = ask(scene.world)
          await prepare(scene)
        },
        (request) => change(request),
        records,
      )
    }
    const answered = await at(nothing, options.answering)
    expect(answered.outcome).toBe("answered")
    const other = await at(silent, options.silent)
    expect(other.calls.map(([method]) => method)).toEqual(answered.calls.map(([method]) => method))
    expect(other.context.prover.calls).toEqual([])
    return other.outcome
  }
  const unchanged = () => (request: Parameters<RequestChange>[0]) => request

  test("reads the same: a verifier whose key changed, as only this wallet remembers", async () => {
    const key = encodeVerifierKey(makeSigningKey("acme-insurance", new Uint8Array(32).fill(0x77)))
    const verifiers = [{ origin: SERVICE_ORIGIN, id: VERIFIER.id, key }]
    const outcome = await compare(({ store }) => store.replace({ ...store.current(), verifiers }), unchanged)
    expect(outcome).toBe("verifier-changed")
  })

  test("reads the same: a challenge that this wallet answered before", async () => {
    const challenge = Buffer.from(new Uint8Array(31).fill(1)).toString("base64url")
    const outcome = await compare(
      ({ store }) => store.replace({ ...store.current(), challenges: [challenge] }),
      unchanged,
    )
    expect(outcome).toBe("request-reused")
  })

  test("reads the same: a question that bisects an earlier answer", async () => {
    const outcome = await compare(
      async ({ world, store }) => {
        const first = world.request(asking(august, SCHEMA, "test-first/1")(world))
        const answer = await respond(first, makeContext(world, store))
        expect(answer.ok).toBe(true)
      },
      asking({ field: "occurredOn", between: ["2026-08-16", "2026-08-31"] }),
    )
    expect(outcome).toBe("bisecting")
  })

  test("reads the same: several children, none of whom the holder named", async () => {
    const outcome = await compare(nothing, asking(august, WARD), {
      answering: [{ schema: WARD }],
      silent: wards,
    })
    expect(outcome).toBe("record-ambiguous")
  })

  test("reads as a narrow question does: the guards come after the last read", async () => {
    const ask = asking({ field: "occurredOn", eq: "2026-08-17" })
    let change: RequestChange = (request) => request
    const narrow = await refusalOf(
      async ({ world }) => {
        change = ask(world)
      },
      (request) => change(request),
    )
    expect(narrow.outcome).toBe("narrow-question")
    const plain = await refusalOf(nothing)
    expect(narrow.calls.map(([method]) => method)).toEqual(plain.calls.map(([method]) => method))
  })

  test("a dry run reads what an answer reads, and leaves nothing: no challenge, no verifier, no receipt, no proof", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await newestEpoch(world, store)
    await giveRecord(world, store)
    const id = world.request()
    const context = makeContext(world, store)
    const before = store.current()
    world.calls.length = 0
    const dry = await rehearse(id, context)
    const read = [...world.calls]
    expect(dry.ok && dry.description.items[0]?.willProve.length).toBe(4)
    const { challenges, verifiers, receipts } = store.current()
    expect([challenges, verifiers, receipts]).toEqual([before.challenges, before.verifiers, before.receipts])
    expect([context.prover.calls, context.screens]).toEqual([[], []])
    world.calls.length = 0
    expect((await respond(id, context)).ok).toBe(true)
    expect(world.calls).toEqual(read)
  })

  test("a dry run of a wallet that could not answer reads the same and says why", async () => {
    const world = makeWorld()
    const store = openHolderStore(world)
    await newestEpoch(world, store)
    const id = world.request()
    world.calls.length = 0
    const dry = await rehearse(id, makeContext(world, store))
    expect(dry).toMatchObject({ ok: false, reason: "not-satisfied" })
    const { calls } = await trafficOf([{}])
    expect(world.calls).toEqual(calls)
  })
})
