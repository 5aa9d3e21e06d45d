import { describe, expect, test } from "vitest"
import { computeScope } from "../../../src/protocol/credential/presentation-request.ts"
import { rebuildSignals } from "../../../src/protocol/credential/presentation-signals.ts"
import { deriveSecret } from "../../../src/protocol/credential/holder.ts"
import { prepareValueSet } from "../../../src/protocol/credential/value-set.ts"
import { computeSchemaId } from "../../../src/protocol/credential/schema.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { digestOf } from "../../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { computeNullifier } from "../../../src/protocol/primitives/nullifier.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import { signDocument } from "../../../src/protocol/wire/signed-document.ts"
import type { Where } from "../../../src/protocol/wire/statement.ts"
import { makeCatalogue } from "../../../src/protocol/catalogue/catalogue.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import type { Respond } from "../../../src/parties/wallet/respond.ts"
import type { Override, RespondRefusalCode } from "../../../src/parties/wallet/refusal.ts"
import { giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import type { TestContext } from "../../support/wallet-holder.ts"
import type { MemoryStore } from "../../support/wallet-memory.ts"
import { makeFakeProver } from "../../support/wallet-prover.ts"
import {
  CIRCUIT,
  makeValueSet,
  makeWorld,
  NOW,
  REGISTRY,
  SCHEMA,
  SERVICE_ORIGIN,
  STATEMENT,
  VACCINATED,
  VERIFIER,
} from "../../support/wallet-world.ts"
import type { IssueOptions, RequestChange, World } from "../../support/wallet-world.ts"

interface Scene {
  readonly world: World
  readonly store: MemoryStore
  readonly context: TestContext
}

async function stage(
  options: { records?: readonly IssueOptions[]; issuers?: number; change?: Partial<Respond> } = {},
): Promise<Scene> {
  const world = makeWorld(options.issuers)
  const store = openHolderStore(world)
  for (const record of options.records ?? [{}]) await giveRecord(world, store, record)
  world.calls.length = 0
  return { world, store, context: makeContext(world, store, options.change) }
}

/** Answers a request of this scene; a refusal must have asked the prover nothing and left no answer behind. */
async function answer(scene: Scene, change?: RequestChange, context: Partial<Respond> = {}) {
  const result = await respond(scene.world.request(change), { ...scene.context, ...context })
  if (!result.ok && result.reason !== "proof-failed") {
    expect(scene.context.prover.calls).toHaveLength(0)
    expect(scene.store.current().receipts).toHaveLength(0)
  }
  return result
}

async function codeOf(
  scene: Scene,
  change?: RequestChange,
  context: Partial<Respond> = {},
): Promise<RespondRefusalCode | "answered"> {
  const result = await answer(scene, change, context)
  return result.ok ? "answered" : result.reason
}

const firstItem = (request: Parameters<RequestChange>[0]) => request.items[0]!
const withItem =
  (edit: (item: ReturnType<typeof firstItem>) => ReturnType<typeof firstItem>): RequestChange =>
  (request) => ({ ...request, items: [edit(firstItem(request))] })

/** Anchors a statement and asks it instead. */
function asking(world: World, where: Where, id = "test-other/1"): RequestChange {
  const statement = { ...STATEMENT, id, where }
  world.anchor("statement", id, statement)
  return withItem((item) => ({ ...item, alternatives: [{ ...item.alternatives[0]!, statement }] }))
}

describe("an answer", () => {
  test("is proved against the signals that the verifier rebuilds, and carries nothing beside the three outputs", async () => {
    const scene = await stage()
    const result = await answer(scene)
    if (!result.ok) throw new Error(result.reason)
    const [part] = result.presentation.items[0]!.parts
    expect(Object.keys(part!).sort()).toEqual(["credentialTag", "linkTag", "nullifier", "proof"])
    const { request } = scene.store.current().receipts[0]!
    const catalogue = makeCatalogue({ schemas: [SCHEMA], statements: [STATEMENT], valueSets: [] })
    const { proof: _proof, ...outputs } = part!
    const [call] = scene.context.prover.calls
    expect(call!.expected).toEqual(rebuildSignals(request, 0, 0, 0, outputs, catalogue))
    expect(call!.expected).toHaveLength(125)
    const secret = deriveSecret(scene.store.current().seed)
    expect(part!.nullifier).toBe(encodeFr(computeNullifier("person", secret, 0n, computeScope(request, 0))))
    expect(scene.context.prover.calls).toHaveLength(1)
  })

  test("notes the challenge durably before the first proof and the consent receipt after the last", async () => {
    const scene = await stage()
    let noted: readonly string[] = []
    const prover = makeFakeProver()
    const prove: Respond["prove"] = async (...job) => {
      noted = scene.store.current().challenges
      expect(scene.store.current().receipts).toHaveLength(0)
      return prover.prove(...job)
    }
    expect(await codeOf(scene, undefined, { prove })).toBe("answered")
    expect(noted).toHaveLength(1)
    const [receipt] = scene.store.current().receipts
    expect(receipt).toMatchObject({
      answeredAtUnixSeconds: NOW + 5,
      answers: [{ operators: expect.any(Array) }],
    })
    expect(scene.store.current().verifiers).toEqual([
      { origin: SERVICE_ORIGIN, id: VERIFIER.id, key: VERIFIER.key },
    ])
  })

  test("uses the record that satisfies the statement, among several", async () => {
    const late = { ...VACCINATED, occurredOn: "2026-11-15" }
    const scene = await stage({
      records: [
        { statusIndex: 5, attributes: late, issuer: 0 },
        { statusIndex: 6, issuer: 3 },
      ],
    })
    expect(await codeOf(scene)).toBe("answered")
    expect(scene.context.screens[0]!.items[0]!.record.issuerName).toBe("Issuer 3")
    expect(scene.context.prover.calls[0]!.input["statusIndex"]).toBe(6n)
  })

  test("takes the first alternative that a record satisfies, and the holder sees that the choice shows", async () => {
    const scene = await stage()
    const never: Where = { field: "occurredOn", atMost: "2001-01-01" }
    const other = { ...STATEMENT, id: "test-never/1", where: never }
    scene.world.anchor("statement", other.id, other)
    const result = await answer(
      scene,
      withItem((item) => ({
        ...item,
        alternatives: [{ ...item.alternatives[0]!, statement: other }, item.alternatives[0]!],
      })),
    )
    expect(result.ok && result.presentation.items[0]!.alternative).toBe(1)
    expect(scene.context.screens[0]!.linkable[0]).toContain("which of 2 alternatives")
  })

  test("holds links: two different entitlements, or one record twice", async () => {
    const linked =
      (kind: "differentCredentials" | "sameCredential" | "samePerson"): RequestChange =>
      (request) => {
        const item = {
          ...firstItem(request),
          nullifier: { mode: "credential", use: "once", epoch: "2026" } as const,
        }
        return { ...request, items: [item, item], links: [{ kind, items: [0, 1] }] }
      }
    const both = [
      { statusIndex: 5, credId: encodeFr(1n) },
      { statusIndex: 6, credId: encodeFr(2n), issuer: 1 },
    ]
    const two = await stage({ records: both })
    const different = await answer(two, linked("differentCredentials"))
    if (!different.ok) throw new Error(different.reason)
    const nullifiers = different.presentation.items.map(({ parts }) => parts[0]!.nullifier)
    expect(new Set(nullifiers).size).toBe(2)
    const same = await answer(await stage({ records: both }), linked("sameCredential"))
    if (!same.ok) throw new Error(same.reason)
    expect(new Set(same.presentation.items.map(({ parts }) => parts[0]!.credentialTag)).size).toBe(1)
    expect(await codeOf(await stage(), linked("differentCredentials"))).toBe("not-satisfied")
    expect(await codeOf(await stage(), linked("samePerson"))).toBe("answered")
  })
})

describe("W1, who asks", () => {
  test("refuses a request that does not exist or is no request", async () => {
    const scene = await stage()
    expect(await respond("pr_unknown", scene.context)).toMatchObject({ reason: "request-unknown" })
    scene.world.requests.set("pr_x", new TextEncoder().encode("{}"))
    expect(await respond("pr_x", scene.context)).toMatchObject({ reason: "malformed-request" })
    const id = scene.world.request()
    scene.world.requests.set("pr_y", scene.world.requests.get(id)!)
    expect(await respond("pr_y", scene.context)).toMatchObject({ reason: "malformed-request" })
  })

  test("refuses a verifier that is not anchored, has ended, or differs from its record", async () => {
    const missing = await stage()
    missing.world.verifierIndex = -1
    expect(await codeOf(missing)).toBe("verifier-unknown")
    const ended = await stage()
    ended.world.recordVerifier(VERIFIER, "ended")
    expect(await codeOf(ended)).toBe("verifier-unknown")
    const renamed = await stage()
    expect(
      await codeOf(renamed, (request) => ({ ...request, verifier: { ...VERIFIER, name: "Acme Health" } })),
    ).toBe("verifier-unknown")
  })

  test("refuses a request that the recorded key did not sign", async () => {
    const scene = await stage()
    const id = scene.world.request()
    const { signature: _signature, ...request } = JSON.parse(
      new TextDecoder().decode(scene.world.requests.get(id)),
    )
    const stranger = makeSigningKey("acme-insurance", new Uint8Array(32).fill(0x77))
    scene.world.requests.set(id, canonicalBytes(signDocument(request, stranger)))
    expect(await respond(id, scene.context)).toMatchObject({ reason: "verifier-unknown" })
  })

  test("refuses a link from another origin than the verifier's", async () => {
    const scene = await stage()
    const source = { ...scene.world.source, origin: "https://relay.example" }
    expect(await codeOf(scene, undefined, { source })).toBe("verifier-unknown")
  })

  test("refuses a verifier with another key than last time, until the holder confirms the change", async () => {
    const scene = await stage()
    const key = encodeVerifierKey(makeSigningKey("acme-insurance", new Uint8Array(32).fill(0x77)))
    const verifiers = [{ origin: SERVICE_ORIGIN, id: VERIFIER.id, key }]
    await scene.store.replace({ ...scene.store.current(), verifiers })
    expect(await codeOf(scene)).toBe("verifier-changed")
    expect(await codeOf(scene, undefined, { overrides: ["verifier-changed"] })).toBe("answered")
    expect(scene.context.screens[0]!.warnings[0]).toContain("another key")
    expect(scene.store.current().verifiers[0]!.key).toBe(VERIFIER.key)
  })
})

describe("W2, when", () => {
  test.each([
    ["asOf two hours ago", { createdAt: NOW - 7200, asOf: NOW - 7200, expiresAt: NOW - 6900 }],
    ["asOf two hours ahead", { createdAt: NOW + 7200, asOf: NOW + 7200, expiresAt: NOW + 7500 }],
    ["asOf that is not createdAt", { createdAt: NOW, asOf: NOW - 1 }],
    ["a life of 901 seconds", { expiresAt: NOW + 901 }],
    ["a life of nothing", { expiresAt: NOW }],
  ])("refuses %s", async (_name, change) => {
    expect(await codeOf(await stage(), (request) => ({ ...request, ...change }))).toBe("clock-skew")
  })

  test("accepts a clock 300 s off and refuses 301, either way", async () => {
    const life = (request: Parameters<RequestChange>[0]) => ({ ...request, expiresAt: NOW + 900 })
    for (const [skew, code] of [
      [300, "answered"],
      [-300, "answered"],
      [301, "clock-skew"],
      [-301, "clock-skew"],
    ] as const) {
      expect(await codeOf(await stage(), life, { now: () => NOW + skew }), String(skew)).toBe(code)
    }
  })

  test("refuses what has expired, also when the holder thought for too long", async () => {
    expect(await codeOf(await stage(), (request) => ({ ...request, expiresAt: NOW + 4 }))).toBe(
      "request-expired",
    )
    const scene = await stage()
    let now = NOW + 5
    const consent = async (): Promise<boolean> => {
      now = NOW + 301
      return true
    }
    expect(await codeOf(scene, undefined, { now: () => now, consent })).toBe("request-expired")
  })

  test("refuses a challenge it answered before, under whatever id", async () => {
    const scene = await stage()
    const first = scene.world.request()
    expect((await respond(first, scene.context)).ok).toBe(true)
    const proofs = scene.context.prover.calls.length
    expect(await respond(first, scene.context)).toMatchObject({ reason: "request-reused" })
    const { challenge } = scene.store.current().receipts[0]!.request
    const again = scene.world.request((request) => ({ ...request, challenge }))
    expect(await respond(again, scene.context)).toMatchObject({ reason: "request-reused" })
    expect(scene.context.prover.calls).toHaveLength(proofs)
  })
})

describe("W3, what it means", () => {
  test("refuses a statement, schema or value set that the ledger does not anchor as it stands", async () => {
    const scene = await stage()
    const where: Where = { field: "vaccine", in: ["urn:cvx|207", "urn:cvx|208", "urn:cvx|999"] }
    const altered = { ...STATEMENT, where }
    const swap = withItem((item) => ({
      ...item,
      alternatives: [{ ...item.alternatives[0]!, statement: altered }],
    }))
    expect(await codeOf(scene, swap)).toBe("request-inconsistent")
    const unknown = { ...STATEMENT, id: "test-unknown/1" }
    const missing = withItem((item) => ({
      ...item,
      alternatives: [{ ...item.alternatives[0]!, statement: unknown }],
    }))
    expect(await codeOf(scene, missing)).toBe("request-inconsistent")
    const lying = await stage()
    const item = lying.world.items.get("schema test-immunization/1/self")!
    const document = canonicalBytes({ ...SCHEMA, attributes: SCHEMA.attributes.slice(0, 8) })
    lying.world.items.set("schema test-immunization/1/self", { ...item, document })
    expect(await codeOf(lying)).toBe("request-inconsistent")
  })

  test("refuses a document that the request and the service agree on but the ledger does not", async () => {
    const scene = await stage()
    const statement = { ...STATEMENT, where: { field: "occurredOn", atMost: "2030-01-01" } }
    const item = scene.world.items.get(`statement ${STATEMENT.id}`)!
    scene.world.items.set(`statement ${STATEMENT.id}`, { ...item, document: canonicalBytes(statement) })
    const swap = withItem((asked) => ({ ...asked, alternatives: [{ ...asked.alternatives[0]!, statement }] }))
    expect(await codeOf(scene, swap)).toBe("request-inconsistent")
  })

  test("refuses the right document anchored under another id", async () => {
    const scene = await stage()
    scene.world.anchor("statement", "test-alias/1", STATEMENT)
    const alias = scene.world.items.get("statement test-alias/1")!
    scene.world.items.set(`statement ${STATEMENT.id}`, alias)
    expect(await codeOf(scene)).toBe("request-inconsistent")
  })

  test("refuses a receipt of another catalogue item", async () => {
    const scene = await stage()
    const schema = scene.world.items.get("schema test-immunization/1/self")!
    const statement = scene.world.items.get(`statement ${STATEMENT.id}`)!
    scene.world.items.set(`statement ${STATEMENT.id}`, { ...statement, index: schema.index })
    expect(await codeOf(scene)).toBe("request-inconsistent")
  })

  test("refuses a foreign schemaId, a registry it does not name, and values bound without being asked for", async () => {
    const foreign = withItem((item) => ({
      ...item,
      alternatives: [{ ...item.alternatives[0]!, schemaId: encodeFr(5n) }],
    }))
    expect(await codeOf(await stage(), foreign)).toBe("request-inconsistent")
    expect(await codeOf(await stage(), (request) => ({ ...request, registries: {} }))).toBe(
      "request-inconsistent",
    )
    const bound: RequestChange = (request) => ({ ...request, boundData: encodeFr(77n) })
    expect(await codeOf(await stage(), bound)).toBe("request-inconsistent")
    expect(await codeOf(await stage(), bound, { boundData: encodeFr(77n) })).toBe("answered")
  })

  test("takes a value set from the catalogue alone: the named digest, root and size must be its own", async () => {
    const prepared = prepareValueSet(makeValueSet("test-set/1", 72))
    const named = { digest: prepared.digest, root: encodeFr(prepared.root), size: 72 }
    const ask = (scene: Scene, change: Partial<typeof named>): RequestChange => {
      scene.world.anchor("value-set", "test-set/1", makeValueSet("test-set/1", 72))
      const where: Where = { field: "vaccine", in: { valueSet: "test-set/1" } }
      const asked = asking(scene.world, where)
      return (request) => ({ ...asked(request), valueSets: { "test-set/1": { ...named, ...change } } })
    }
    const records = [{ attributes: { ...VACCINATED, vaccine: "urn:set|0044" } }]
    const scene = await stage({ records })
    expect(await codeOf(scene, ask(scene, {}))).toBe("answered")
    expect(scene.context.prover.calls[0]!.input).toMatchObject({ memberIndex: 44n, setRoot: prepared.root })
    for (const change of [{ root: encodeFr(5n) }, { size: 71 }, { digest: digestOf(new Uint8Array(1)) }]) {
      const lying = await stage({ records })
      expect(await codeOf(lying, ask(lying, change))).toBe("request-inconsistent")
    }
  })

  test("refuses an epoch that does not contain asOf, which would link across epochs", async () => {
    const later = withItem((item) => ({ ...item, nullifier: { mode: "person", use: "once", epoch: "2027" } }))
    expect(await codeOf(await stage(), later)).toBe("scope-epoch-mismatch")
  })
})

describe("W4 and W5, circuit and registry", () => {
  test("refuses a circuit it does not pin", async () => {
    const circuit = { ...CIRCUIT, vkey: digestOf(new Uint8Array([2])) }
    expect(await codeOf(await stage(), (request) => ({ ...request, circuit }))).toBe("circuit-not-pinned")
  })

  test("refuses a registry epoch with the code of the check that failed", async () => {
    const named =
      (epoch: number, root: string): RequestChange =>
      (request) => ({
        ...request,
        registries: { [REGISTRY]: { epoch, root: root as ReturnType<typeof encodeFr> } },
      })
    const scene = await stage()
    expect(await codeOf(scene, named(9, "1"))).toBe("registry-not-anchored")
    expect(await codeOf(scene, named(1, "1"))).toBe("epoch-rollback")
    const stale = await stage()
    stale.world.publish({ notBefore: NOW + 60 })
    expect(await codeOf(stale)).toBe("registry-stale")
    const untrusted = await stage()
    const { trust } = untrusted.store.current()
    await untrusted.store.replace({ ...untrusted.store.current(), trust: { ...trust, registries: [] } })
    expect(await codeOf(untrusted)).toBe("registry-unknown")
  })

  test("refuses a log that shows another history than before", async () => {
    const scene = await stage()
    scene.world.log.entries[0] = scene.world.log.entries[1]!
    expect(await codeOf(scene)).toBe("log-inconsistent")
  })
})

describe("W6 to W8, how many people fit", () => {
  test("refuses fewer than five operators: four issuers, or five keys of one operator", async () => {
    const four = await stage({ issuers: 4 })
    expect(await answer(four)).toMatchObject({
      reason: "anonymity-issuer",
      details: ["item 1: 4 operators, at least 5 are needed"],
    })
    const one = await stage()
    one.world.publish({}, (bundle) => ({
      ...bundle,
      issuers: bundle.issuers.map((issuer) => ({ ...issuer, operator: "one" })),
    }))
    expect(await codeOf(one)).toBe("anonymity-issuer")
  })

  test("counts operators in every alternative, also in one that no record fits", async () => {
    const scene = await stage()
    const other = { ...SCHEMA, name: "test-lonely" }
    const statement = { ...STATEMENT, id: "test-lonely/1", schema: "test-lonely/1" }
    scene.world.anchor("schema", "test-lonely/1/self", other)
    scene.world.anchor("statement", statement.id, statement)
    const lonely = withItem((item) => ({
      ...item,
      alternatives: [
        item.alternatives[0]!,
        { ...item.alternatives[0]!, statement, schemaId: computeSchemaId(other) },
      ],
    }))
    expect(await answer(scene, lonely)).toMatchObject({
      reason: "anonymity-issuer",
      details: ["item 1, alternative 2: 0 operators, at least 5 are needed"],
    })
  })

  test("refuses a narrow question and names the attribute", async () => {
    const scene = await stage()
    const change = asking(scene.world, { field: "occurredOn", eq: "2026-08-17" })
    expect(await answer(scene, change)).toMatchObject({
      reason: "narrow-question",
      details: ["item 1: occurredOn"],
    })
  })

  test("refuses a second question that halves the first, from the same origin only", async () => {
    const scene = await stage()
    const early: Where = { field: "occurredOn", between: ["2026-08-01", "2026-08-20"] }
    const late: Where = { field: "occurredOn", between: ["2026-08-16", "2026-09-20"] }
    const first = scene.world.request(asking(scene.world, early, "test-early/1"))
    expect((await respond(first, scene.context)).ok).toBe(true)
    const second = scene.world.request(asking(scene.world, late, "test-late/1"))
    expect(await respond(second, scene.context)).toMatchObject({
      reason: "bisecting",
      details: ["item 1: occurredOn"],
    })
    const [receipt] = scene.store.current().receipts
    const elsewhere = { ...receipt!.request, verifier: { ...VERIFIER, origin: "https://other.example" } }
    await scene.store.replace({ ...scene.store.current(), receipts: [{ ...receipt!, request: elsewhere }] })
    expect((await respond(second, scene.context)).ok).toBe(true)
    expect(scene.context.screens.at(-1)!.warnings.join()).toContain("another verifier")
  })

  test("answers a question that no record can satisfy together with an earlier one: it was another record", async () => {
    const autumn = { ...VACCINATED, occurredOn: "2026-10-10" }
    const scene = await stage({ records: [{}, { statusIndex: 6, attributes: autumn }] })
    const months = [["2026-08-01", "2026-08-31"] as const, ["2026-10-01", "2026-10-31"] as const]
    for (const [i, [from, to]] of months.entries()) {
      const where: Where = { field: "occurredOn", between: [from, to] }
      const id = scene.world.request(asking(scene.world, where, `test-month-${i}/1`))
      expect((await respond(id, scene.context)).ok).toBe(true)
    }
  })

  test("refuses epochs whose common operators dwindle", async () => {
    const scene = await stage()
    expect((await respond(scene.world.request(), scene.context)).ok).toBe(true)
    const swap = (name: string) => (name === "operator-4" ? "operator-9" : name)
    scene.world.publish({}, (bundle) => ({
      ...bundle,
      issuers: bundle.issuers.map((issuer) => ({ ...issuer, operator: swap(issuer.operator) })),
    }))
    const again = scene.world.request()
    expect(await respond(again, scene.context)).toMatchObject({
      reason: "bisecting",
      details: ["item 1: 4 operators in common with other answers"],
    })
  })

  test("answers what a guard refuses when the holder gives the named loss up, and says so on the screen", async () => {
    const scene = await stage({ issuers: 4 })
    const change = asking(scene.world, { field: "occurredOn", eq: "2026-08-17" })
    expect(await codeOf(scene, change, { overrides: ["anonymity-issuer"] })).toBe("narrow-question")
    const overrides: Override[] = ["anonymity-issuer", "narrow-question", "bisecting"]
    expect(await codeOf(scene, change, { overrides })).toBe("answered")
    const { warnings } = scene.context.screens[0]!
    expect(
      warnings.filter((words) => words.includes("organisations") || words.includes("single you out")),
    ).toHaveLength(2)
    expect(warnings.join()).not.toContain("answered here before")
  })
})

describe("W10, whether it is true", () => {
  test("refuses without a record, and says so to the holder", async () => {
    expect(await answer(await stage({ records: [] }))).toEqual({
      ok: false,
      reason: "not-satisfied",
      details: [`item 1: no record of test-immunization/1 in ${REGISTRY}`],
    })
  })

  test("refuses a record that does not satisfy, naming the fields of the failing conditions", async () => {
    const attributes = { ...VACCINATED, doseNumber: 1, occurredOn: "2026-11-15" }
    expect(await answer(await stage({ records: [{ attributes }] }))).toMatchObject({
      reason: "not-satisfied",
      details: ["item 1: a record does not satisfy the conditions on doseNumber, occurredOn"],
    })
  })

  test("refuses an absent value as neither true nor false", async () => {
    const { doseNumber: _doseNumber, ...attributes } = VACCINATED
    expect(await codeOf(await stage({ records: [{ attributes }] }))).toBe("not-satisfied")
  })

  test("refuses a record outside its validity, up to the second", async () => {
    const DAY = 86_400
    expect(await codeOf(await stage({ records: [{ validUntil: NOW - 1, validFrom: NOW - 9 * DAY }] }))).toBe(
      "not-satisfied",
    )
    expect(await codeOf(await stage({ records: [{ validUntil: NOW + DAY - 1, validFrom: NOW }] }))).toBe(
      "answered",
    )
  })

  test("refuses a record that was revoked since, and one whose issuer left", async () => {
    const revoked = await stage()
    revoked.world.revoke(0, 5)
    revoked.world.publish()
    expect(await codeOf(revoked)).toBe("already-revoked")
    const gone = await stage({ issuers: 6 })
    gone.world.publish({}, (bundle) => ({ ...bundle, leaves: bundle.leaves.slice(1) }))
    expect(await codeOf(gone)).toBe("not-satisfied")
  })

  test("answers with another record when one was revoked", async () => {
    const scene = await stage({ records: [{ statusIndex: 5 }, { statusIndex: 6, issuer: 1 }] })
    scene.world.revoke(0, 5)
    scene.world.publish()
    expect(await codeOf(scene)).toBe("answered")
    expect(scene.context.prover.calls[0]!.input["statusIndex"]).toBe(6n)
  })
})

describe("W9, W11 and W12, consent and proof", () => {
  test("shows who asks, why, for how long, what is proved and what becomes linkable", async () => {
    const scene = await stage()
    await answer(scene)
    expect(scene.context.screens).toHaveLength(1)
    expect(scene.context.screens[0]).toMatchObject({
      verifier: { id: "acme-insurance", name: "Acme Insurance", origin: SERVICE_ORIGIN },
      purpose: { code: "pre-visit-eligibility", retainDays: 30 },
      items: [{ possibleOperators: 5, statement: STATEMENT.id, title: "Fully vaccinated", subject: "self" }],
      warnings: [],
      expiresAtUnixSeconds: NOW + 300,
    })
    const { willProve, willNotLearn } = scene.context.screens[0]!.items[0]!
    expect(willProve).toContain(
      'the attribute "occurredOn" is between 23 February 2026 and 6 November 2026 (14 to 270 days before this request)',
    )
    expect(willNotLearn).toContain("which of 5 organisations signed the record")
    expect(scene.context.screens[0]!.linkable[0]).toContain("once within 2026")
  })

  test("warns of what lasts for ever, of recognition, of many items and of a schema it was not shipped with", async () => {
    const scene = await stage()
    const shipped = { findSchemaById: () => null }
    const change: RequestChange = (request) => {
      const item = firstItem(request)
      const always = { ...item, nullifier: { mode: "person", use: "pseudonym", epoch: "always" } as const }
      return { ...request, items: [always, item, item, item, item] }
    }
    expect(await codeOf(scene, change, { shipped })).toBe("answered")
    const warnings = scene.context.screens[0]!.warnings.join("\n")
    for (const words of ["for ever", "recognise you", "5 things", "not shipped"])
      expect(warnings).toContain(words)
  })

  test("does nothing when the holder declines: no challenge is noted, no proof is made", async () => {
    const scene = await stage()
    expect(await codeOf(scene, undefined, { consent: async () => false })).toBe("declined")
    expect(scene.store.current().challenges).toEqual([])
  })

  test("answers nothing when the proof fails or comes out malformed, and tells only a code", async () => {
    const failing = await stage()
    const fails = makeFakeProver(() => {
      throw new Error("Error in template StatementSlot_12 line: 42, value 431.07")
    })
    const result = await answer(failing, undefined, { prove: fails.prove })
    expect(result).toEqual({ ok: false, reason: "proof-failed", details: [] })
    expect(failing.store.current().receipts).toEqual([])
    expect(failing.store.current().challenges).toHaveLength(1)
    const malformed = await stage()
    const odd = makeFakeProver(() => ({
      a: ["01", "2"],
      b: [
        ["3", "4"],
        ["5", "6"],
      ],
      c: ["7", "8"],
    }))
    expect(await answer(malformed, undefined, { prove: odd.prove })).toMatchObject({
      reason: "proof-failed",
      details: ["field-element-not-canonical"],
    })
  })
})
