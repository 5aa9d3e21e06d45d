// Enrolment at the wallet: a request that marks its receiver is not answered, and a promise is kept only if it is one.
import { describe, expect, it } from "vitest"
import type { Trust } from "../../../src/protocol/wire/credential.ts"
import { checkEnrolment } from "../../../src/parties/wallet/check-enrolment.ts"
import { enrol, enrolmentsOf, keepPromise, voterSecretOf } from "../../../src/parties/wallet/enrol.ts"
import { findOwnLeaf } from "../../../src/parties/wallet/own-leaf.ts"
import { answerChecked } from "../../../src/parties/wallet/respond.ts"
import { createWallet, encodeWallet, parseWallet } from "../../../src/parties/wallet/wallet.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { computeSchemaId } from "../../../src/protocol/credential/schema.ts"
import { signRequest } from "../../../src/protocol/credential/presentation-request.ts"
import { computeCensusId } from "../../../src/protocol/election/census.ts"
import { enrolmentRequest } from "../../../src/protocol/election/enrolment.ts"
import type { EnrolmentDraw } from "../../../src/protocol/election/enrolment.ts"
import { checkGate } from "../../../src/protocol/election/gate.ts"
import { makePromise } from "../../../src/protocol/election/promise.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { deriveCensusLeaf, deriveVoterCommitment } from "../../../src/protocol/primitives/voter.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { CensusPlan } from "../../../src/protocol/wire/census.ts"
import type { PresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import { makeElection } from "../../support/small-election.ts"
import { usualParameters } from "../../support/statement-parameters.ts"
import { fixedBytes, giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import { CIRCUIT, makeWorld, NOW, REGISTRY, SCHEMA, STATEMENT, VERIFIER } from "../../support/wallet-world.ts"
import type { World } from "../../support/wallet-world.ts"

const DAY = 86_400
const key = makeSigningKey("acme-insurance", new Uint8Array(32).fill(0x52))
const { census } = makeElection({ n: 3, t: 2, voters: 12, upTo: "ceremony" })

function planOf(world: World): CensusPlan {
  const { number, root } = world.epochs[0]!.body
  const alternative = {
    registry: REGISTRY,
    schemaId: computeSchemaId(SCHEMA),
    statement: STATEMENT,
    parameters: {},
  }
  return {
    ...census.plan.body,
    mode: "gated",
    verifier: VERIFIER,
    enrolmentOpensAt: NOW,
    enrolmentClosesAt: NOW + 10 * DAY,
    gate: {
      alternatives: [alternative],
      nullifierMode: "person",
      asOf: NOW,
      registryEpochs: { [REGISTRY]: { epoch: number, root } },
      valueSets: {},
      circuit: CIRCUIT,
    },
  }
}

/** A holder who asks three days into enrolment, and what the service answers. */
async function scene(
  world = makeWorld(),
  edit: (request: PresentationRequest) => object = (request) => request,
) {
  const store = openHolderStore(world)
  await giveRecord(world, store)
  const plan = planOf(world)
  const { wallet, enrolment } = enrol(store.current(), computeCensusId(plan))
  await store.replace(wallet)
  const leaf = deriveCensusLeaf(enrolment.commitment, 1)
  const draw: EnrolmentDraw = {
    id: "pr_BBBBBBBBBBBBBBBBBBBBBB" as EnrolmentDraw["id"],
    challenge: Buffer.from(new Uint8Array(31).fill(7)).toString("base64url"),
    leaf,
  }
  const { signature: _, ...request } = edit(
    signRequest(enrolmentRequest(plan, draw), key),
  ) as PresentationRequest
  const bytes = canonicalBytes(signRequest(request, key))
  const context = makeContext(world, store, { now: () => NOW + 3 * DAY })
  return { store, plan, leaf, bytes, context, enrolment }
}

describe("a gated enrolment", () => {
  it("is answered days after the moment that it is about, and binds the leaf", async () => {
    const { plan, leaf, bytes, context, store } = await scene()
    const checked = await checkEnrolment(bytes, plan, leaf, context)
    if (!checked.ok) throw new Error(checked.reason)
    expect(checked.request.boundData).toBe(leaf)
    expect((await answerChecked(checked, context)).ok).toBe(true)
    expect(context.prover.calls).toHaveLength(1)
    expect(await checkEnrolment(bytes, plan, leaf, context)).toMatchObject({ reason: "request-reused" })
    expect(store.current().receipts[0]?.request.boundData).toBe(leaf)
  })

  it.each([
    ["another second", (request: PresentationRequest) => ({ ...request, createdAt: NOW + 1 })],
    ["another end", (request: PresentationRequest) => ({ ...request, expiresAt: request.expiresAt - 1 })],
    ["another leaf", (request: PresentationRequest) => ({ ...request, boundData: encodeFr(5n) })],
    [
      "another purpose",
      (request: PresentationRequest) => ({ ...request, purpose: { ...request.purpose, retainDays: 1 } }),
    ],
    [
      "another registry epoch",
      (request: PresentationRequest) => ({
        ...request,
        registries: { [REGISTRY]: { epoch: 2, root: encodeFr(5n) } },
      }),
    ],
  ])("is not answered when its request has %s than everybody's", async (_, edit) => {
    const { plan, leaf, bytes, context } = await scene(makeWorld(), edit)
    expect(await checkEnrolment(bytes, plan, leaf, context)).toMatchObject({ reason: "request-inconsistent" })
    expect(context.prover.calls).toHaveLength(0)
  })

  it("goes by the plan's epoch, although the wallet has seen newer ones", async () => {
    const world = makeWorld()
    const { plan, leaf, bytes, context, store } = await scene(world)
    world.publish({ notBefore: NOW + DAY })
    world.publish({ notBefore: NOW + 2 * DAY })
    const newest = world.epochs.at(-1)!.body
    await store.replace({ ...store.current(), epochs: [...store.current().epochs, newest] })
    expect((await checkEnrolment(bytes, plan, leaf, context)).ok).toBe(true)
  })

  it("is refused after enrolment, from an unknown verifier, of another circuit, and among few issuers", async () => {
    const { plan, leaf, bytes, context } = await scene()
    const refusal = (change: object) => checkEnrolment(bytes, plan, leaf, { ...context, ...change })
    expect(await refusal({ now: () => NOW + 11 * DAY })).toMatchObject({ reason: "request-expired" })
    expect(await refusal({ pinnedVerificationKey: "sha256:00" })).toMatchObject({
      reason: "circuit-not-pinned",
    })
    const source = { ...context.source, getVerifierReceipt: async () => null }
    expect(await refusal({ source })).toMatchObject({ reason: "verifier-unknown" })
    const few = await scene(makeWorld(4))
    const verdict = await checkEnrolment(few.bytes, few.plan, few.leaf, few.context)
    expect(verdict).toMatchObject({ reason: "anonymity-issuer" })
  })
})

describe("an enrolment in the wallet", () => {
  const trust: Trust = { type: "sotto/trust/1", policy: "quorum none\n", registries: [], k: 5 }
  const empty = createWallet(trust, fixedBytes(9))
  const plan = census.plan.body
  const censusId = computeCensusId(plan)

  it("has one commitment, whose secret follows from the seed, until its leaf is replaced", () => {
    const first = enrol(empty, censusId)
    expect(enrol(first.wallet, censusId).enrolment).toEqual(first.enrolment)
    expect(deriveVoterCommitment(voterSecretOf(empty, first.enrolment))).toBe(first.enrolment.commitment)
    const second = enrol(first.wallet, censusId, true)
    expect(second.enrolment.commitment).not.toBe(first.enrolment.commitment)
    const read = parseWallet(encodeWallet(second.wallet))
    expect(enrolmentsOf(read, censusId).map(({ n }) => n)).toEqual([1, 0])
  })

  it("keeps the promise of its own leaf by the plan's verifier, and no other", () => {
    const { wallet, enrolment } = enrol(empty, censusId)
    const leaf = deriveCensusLeaf(enrolment.commitment, 1)
    const slot = "ab".repeat(32)
    const promise = makePromise({ censusId, slot, leaf }, census.verifier)
    const kept = keepPromise(wallet, plan, promise, 1)
    if (!kept.ok) throw new Error(kept.reason)
    expect(enrolmentsOf(parseWallet(encodeWallet(kept.value)), censusId)[0]?.promise).toEqual(promise)
    expect(keepPromise(empty, plan, promise, 1)).toMatchObject({ reason: "enrolment-unknown" })
    expect(keepPromise(wallet, plan, promise, 2)).toMatchObject({ reason: "promise-of-another" })
    const forged = makePromise({ censusId, slot, leaf }, key)
    expect(keepPromise(wallet, plan, forged, 1)).toMatchObject({ reason: "promise-refused" })
    const other = makePromise({ censusId, slot, leaf: encodeFr(9n) }, census.verifier)
    expect(keepPromise(wallet, plan, other, 1)).toMatchObject({ reason: "promise-of-another" })
  })

  it("finds its leaf by the root, or says what a voter has in hand", () => {
    const { built, body } = census.freeze
    const { commitment } = built.records[4]!
    const own = { censusId, n: 0, commitment }
    expect(findOwnLeaf(own, built.records, built.tree, body.root)).toMatchObject({
      found: true,
      weight: 1,
      place: { index: 4 },
    })
    const root = encodeFr(7n)
    expect(findOwnLeaf(own, built.records, built.tree, root)).toMatchObject({ reason: "other-root" })
    const lost = { ...own, commitment: encodeFr(5n) }
    expect(findOwnLeaf(lost, built.records, built.tree, body.root)).toMatchObject({ reason: "no-promise" })
    const leaf = deriveCensusLeaf(lost.commitment, 1)
    const promised = (slot: string) => ({
      ...lost,
      promise: makePromise({ censusId, slot, leaf }, census.verifier),
    })
    const find = (slot: string) => findOwnLeaf(promised(slot), built.records, built.tree, body.root)
    expect(find("ab".repeat(32))).toMatchObject({ reason: "promise-broken" })
    expect(find(built.records[4]!.slot)).toMatchObject({ reason: "replaced" })
  })
})

describe("a released statement for gates", () => {
  it.each(["licence-holder-enrolment/1", "vaccinated-enrolment/1"])("%s may gate a census", (id) => {
    const verdictOf = (name: string) => {
      const statement = CATALOGUE.findStatement(name)!
      const schemaId = CATALOGUE.schemaIdOf(CATALOGUE.findSchema(statement.schema)!)
      const alternative = { registry: REGISTRY, schemaId, statement, parameters: usualParameters(statement) }
      const plan = planOf(makeWorld())
      const gate = { ...plan.gate!, alternatives: [alternative] }
      return checkGate({ ...plan, gate }, gate, CATALOGUE)
    }
    expect(verdictOf(id)).toEqual({ ok: true, value: true })
    // What is released for other uses does not say since when a record is its holder's.
    const ordinary = id.startsWith("licence") ? "licence-in-good-standing/1" : "vaccination-series/1"
    expect(verdictOf(ordinary)).toMatchObject({ reason: "definition-invalid", at: "gate.alternatives.0" })
  })
})
