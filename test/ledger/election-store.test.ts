import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { CensusLeafRow, SideRow } from "../../src/ledger/log/store.ts"
import type { Admission } from "../../src/ledger/log/ledger.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { CensusLeaf, ElectionStore } from "../../src/service/election-store.ts"
import type { IdempotencyRow, RequestRow } from "../../src/service/store.ts"
import { DraftElection } from "../support/election-drafts.ts"
import { editDatabase, runStatements } from "../support/databases.ts"
import { ORIGIN, makeHome, openHome, presentationDraft } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"

const CENSUS = "c1".repeat(32)
const OTHER = "c2".repeat(32)
const DAY = 20_000

let home: LedgerHome
let opened: OpenedLedger
let store: ElectionStore
beforeEach(async () => {
  home = await makeHome()
  opened = await openHome(home)
  store = opened.stores.elections
  await store.insertCensus({ id: CENSUS, plan: Uint8Array.of(1) })
})
afterEach(async () => {
  await opened.close()
  await home.remove()
})

const fr = (value: number): Fr => encodeFr(BigInt(value))
const slot = (n: number): string => n.toString(16).padStart(64, "0")
/** Leaf number n: its own slot, leaf and commitment. */
const leaf = (n: number, changes: Partial<CensusLeaf> = {}): CensusLeaf => ({
  slot: slot(n),
  leaf: fr(1000 + n),
  commitment: fr(2000 + n),
  weight: 1,
  evidence: Uint8Array.of(n),
  enrolledDay: DAY,
  ...changes,
})
const put = (n: number, changes: Partial<CensusLeaf> = {}, replaces: Fr | null = null) =>
  store.putLeaf(CENSUS, leaf(n, changes), replaces)
const freeze = async (document: number, at: number, id = CENSUS) =>
  store.freezeCensus(id, Uint8Array.of(document), at, (await store.findCensus(id))?.revision ?? 0)
const listed = async () => (await store.listCensusLeaves(CENSUS, null, 1000)).map((one) => one.leaf)

describe("a census", () => {
  test("is kept once, open until its document freezes it", async () => {
    expect(await store.insertCensus({ id: CENSUS, plan: Uint8Array.of(9) })).toBe(false)
    expect(await store.findCensus(CENSUS)).toEqual({
      id: CENSUS,
      plan: Uint8Array.of(1),
      state: "open",
      document: null,
      frozenAtUnixSeconds: null,
      revision: 0,
    })
    expect(await freeze(7, 1234)).toBe(true)
    expect(await store.findCensus(CENSUS)).toMatchObject({
      state: "frozen",
      document: Uint8Array.of(7),
      frozenAtUnixSeconds: 1234,
    })
    expect(await store.findCensus(OTHER)).toBeNull()
    expect(await freeze(7, 1234, OTHER)).toBe(false)
  })

  test("lists its leaves as integers ascend, page by page, in no order of their coming", async () => {
    for (const n of [5, 3, 900, 1, 70]) await put(n)
    await put(6, { leaf: encodeFr(2n ** 200n) })
    expect(await listed()).toEqual([1001, 1003, 1005, 1070, 1900].map(fr).concat(encodeFr(2n ** 200n)))
    expect(await store.listCensusLeaves(CENSUS, fr(1003), 2)).toEqual([leaf(5), leaf(70)])
  })

  test("has one leaf per slot: one that names it replaces it, and a replaced leaf never returns", async () => {
    expect(await put(1)).toEqual({ ok: true, outcome: "added" })
    expect(await put(1)).toEqual({ ok: true, outcome: "existing" })
    const later = { leaf: fr(5001), commitment: fr(6001) }
    expect(await put(1, later)).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await put(1, later, fr(2002))).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await put(3, {}, fr(2001))).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await put(1, later, fr(2001))).toEqual({ ok: true, outcome: "replaced" })
    expect(await put(1)).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await put(2, { leaf: fr(1001) })).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await put(2, { commitment: fr(2001) })).toEqual({ ok: false, reason: "leaf-duplicate" })
    expect(await listed()).toEqual([fr(5001)])
  })

  test("gives a slot to one of two replacements that come at once", async () => {
    await put(1)
    const rivals = [1, 2, 3].map((n) => put(1, { leaf: fr(5000 + n), commitment: fr(6000 + n) }, fr(2001)))
    const outcomes = (await Promise.all(rivals)).map((taken) => (taken.ok ? taken.outcome : taken.reason))
    expect(outcomes.sort()).toEqual(["leaf-duplicate", "leaf-duplicate", "replaced"])
  })

  test("is frozen as the set that was signed, or not at all", async () => {
    await put(1)
    const { revision } = (await store.findCensus(CENSUS))!
    await put(2)
    expect(await store.freezeCensus(CENSUS, Uint8Array.of(7), 1234, revision)).toBe(false)
    await put(2, { leaf: fr(5001), commitment: fr(6001) }, fr(2002))
    expect(await store.freezeCensus(CENSUS, Uint8Array.of(7), 1234, revision + 1)).toBe(false)
    expect(await store.findCensus(CENSUS)).toMatchObject({ state: "open", document: null })
    expect(await freeze(7, 1234)).toBe(true)
    expect(await freeze(8, 1235)).toBe(false)
  })

  test("takes no leaf and no commitment of another slot", async () => {
    await put(1)
    expect(await put(2, { leaf: fr(1001) })).toMatchObject({ reason: "leaf-duplicate" })
    expect(await put(2, { commitment: fr(2001), weight: 5 })).toMatchObject({ reason: "leaf-duplicate" })
    await store.insertCensus({ id: OTHER, plan: Uint8Array.of(2) })
    expect(await store.putLeaf(OTHER, leaf(1), null)).toMatchObject({ outcome: "added" }) // another census's own
  })

  test("counts leaves that count by their day, and nothing else of them", async () => {
    await put(1)
    await put(2, { enrolledDay: DAY + 1 })
    await put(3)
    await put(3, { leaf: fr(7777), commitment: fr(8888), enrolledDay: DAY + 2 }, fr(2003))
    expect(await store.countLeavesPerDay(CENSUS)).toEqual([
      { day: DAY, leaves: 1 },
      { day: DAY + 1, leaves: 1 },
      { day: DAY + 2, leaves: 1 },
    ])
  })

  test("frozen takes nothing until it is reopened, and is never reopened under an election", async () => {
    await put(1)
    await freeze(7, 1234)
    expect(await put(2)).toEqual({ ok: false, reason: "census-frozen" })
    expect(await put(1)).toEqual({ ok: false, reason: "census-frozen" })
    expect(await store.putLeaf(OTHER, leaf(1), null)).toEqual({ ok: false, reason: "census-frozen" })
    const late = (n: number) => store.putLeaf(CENSUS, leaf(n), null, true)
    expect(await late(1)).toEqual({ ok: true, outcome: "existing" })
    expect(await store.putLeaf(CENSUS, leaf(2, { leaf: fr(1001) }), null, true)).toMatchObject({ ok: false })
    expect(await store.findCensus(CENSUS)).toMatchObject({ state: "frozen" }) // what changes nothing opens nothing
    expect(await late(3)).toEqual({ ok: true, outcome: "added" })
    expect(await store.findCensus(CENSUS)).toMatchObject({ state: "open" })
    expect(await put(2)).toMatchObject({ ok: true })
    await freeze(8, 5678)
    await defineElection(new DraftElection())
    expect(await late(4)).toEqual({ ok: false, reason: "census-frozen" })
  })

  test("has at most 2^24 leaves and a total weight of 2^40", async () => {
    const heavy = 2 ** 32 - 1
    for (let n = 1; n <= 256; n++)
      expect(await put(n, { weight: heavy }), `leaf ${n}`).toMatchObject({ ok: true })
    expect(await put(257, { weight: 257 })).toEqual({ ok: false, reason: "census-too-large" })
    expect(await put(257, { weight: 256 })).toMatchObject({ ok: true })
    const first = { leaf: fr(9001), commitment: fr(9002), weight: heavy }
    expect(await put(1, first, fr(2001))).toMatchObject({ outcome: "replaced" })
    await editDatabase(home.database, `UPDATE census SET leaves = ${2 ** 24}, total_weight = ${2 ** 24}`)
    expect(await put(300)).toEqual({ ok: false, reason: "census-too-large" })
    const second = { leaf: fr(9003), commitment: fr(9004) }
    expect(await put(2, second, fr(2002))).toMatchObject({ outcome: "replaced" })
  })
})

const enrolment = (n: number, changes: Partial<CensusLeafRow> = {}): SideRow => ({
  row: "census-leaf",
  censusId: CENSUS,
  requestId: null,
  ...leaf(n),
  ...changes,
})
const enrol = (draft: number, ...rows: readonly SideRow[]) =>
  opened.ledger.admit(ORIGIN, presentationDraft(draft, [], rows))
const told = (answers: readonly Admission[]) => answers.map((one) => (one.ok ? one.outcome : one.reason))

describe("an enrolment", () => {
  test("commits its leaf with its presentation, or neither", async () => {
    expect(told([await enrol(1, enrolment(1))])).toEqual(["committed"])
    expect(await listed()).toEqual([fr(1001)])
    const { size } = opened.ledger.head(ORIGIN)
    expect(told([await enrol(2, enrolment(2, { leaf: fr(1001) }))])).toEqual(["leaf-duplicate"])
    expect(opened.ledger.head(ORIGIN).size).toBe(size)
    expect(told([await enrol(2, enrolment(2))])).toEqual(["committed"]) // the request was not used up
    expect(told([await enrol(2, enrolment(3))])).toEqual(["request-answered"])
    expect(await listed()).toEqual([fr(1001), fr(1002)])
  })

  test("of one slot, leaf or commitment is one per batch", async () => {
    const rows = [enrolment(1), enrolment(1, { leaf: fr(41), commitment: fr(42) })]
    const alike = [enrolment(2, { leaf: fr(43) }), enrolment(3, { leaf: fr(43) })]
    const twins = [enrolment(4, { commitment: fr(44) }), enrolment(5, { commitment: fr(44) })]
    const answers = told(await Promise.all([...rows, ...alike, ...twins].map((row, n) => enrol(n, row))))
    expect([0, 2, 4].map((at) => answers.slice(at, at + 2).sort())).toEqual(
      Array.from({ length: 3 }, () => ["committed", "leaf-duplicate"]),
    )
    expect(await listed()).toHaveLength(3)
  })

  test("replaces the leaf of its slot, and repeated changes nothing", async () => {
    await enrol(1, enrolment(1))
    await enrol(2, enrolment(1))
    await enrol(3, enrolment(1, { leaf: fr(77), commitment: fr(78) }))
    expect(told([await enrol(4, enrolment(1))])).toEqual(["leaf-duplicate"])
    expect(await listed()).toEqual([fr(77)])
    expect(await store.findCensus(CENSUS)).toMatchObject({ revision: 2 }) // added and replaced
  })

  test("into a frozen census is refused", async () => {
    await freeze(7, 1)
    expect(told([await enrol(1, enrolment(1))])).toEqual(["census-frozen"])
  })

  test("keeps its evidence when retention erases its presentation", async () => {
    await enrol(1, enrolment(1))
    expect(await opened.stores.service.eraseExpired(1_900_000_000)).toBe(1)
    expect(await store.listCensusLeaves(CENSUS, null, 2)).toEqual([leaf(1)])
  })

  test("is no row of the file that can be deleted or brought back", async () => {
    await put(1)
    await put(1, { leaf: fr(77), commitment: fr(78) })
    for (const statement of [
      "DELETE FROM census_leaf",
      "UPDATE census_leaf SET leaf = zeroblob(32)",
      "UPDATE census_leaf SET state = 'live'",
    ]) {
      await expect(runStatements(home.database, statement), statement).rejects.toThrow(/leaf of a census/)
    }
  })
})

const request = (n: number, at: number): RequestRow => ({
  id: `pr_${String(n).padStart(22, "0")}`,
  verifierId: "enrolment",
  body: utf8ToBytes("{}"),
  state: "open",
  createdAtUnixSeconds: at,
  expiresAtUnixSeconds: at + 86_400,
})
const idempotency = (n: number): IdempotencyRow => ({
  key: new Uint8Array(32).fill(n),
  bodySha256: new Uint8Array(32),
  status: 201,
  ref: "x",
  expiresAtUnixSeconds: 1_900_000_000,
})

describe("an enrolment that was asked for", () => {
  const ask = (n: number, at: number) =>
    store.insertEnrolment(request(n, at), { censusId: CENSUS, commitment: fr(2000 + n) }, idempotency(n))

  test("is pending until it is answered", async () => {
    await ask(1, 100)
    expect(await store.findPendingEnrolment(request(1, 0).id)).toEqual({
      requestId: request(1, 0).id,
      censusId: CENSUS,
      commitment: fr(2001),
      createdAtUnixSeconds: 100,
    })
    expect(await opened.stores.service.findRequest(request(1, 0).id)).toMatchObject({ state: "open" })
    const { id } = request(1, 0)
    await enrol(1, enrolment(1, { requestId: id }), {
      row: "request-state",
      requestId: id,
      state: "satisfied",
    })
    expect(await store.findPendingEnrolment(id)).toBeNull()
    expect(await store.forgetPendingEnrolments(1_000_000)).toBe(0)
    expect(await opened.stores.service.findRequest(id)).toMatchObject({ state: "satisfied" })
  })

  test("is forgotten with its request after 900 seconds, and not before", async () => {
    await ask(1, 1000)
    await ask(2, 1001)
    expect(await store.forgetPendingEnrolments(1899)).toBe(0)
    expect(await store.forgetPendingEnrolments(1900)).toBe(1)
    expect(await opened.stores.service.findRequest(request(1, 0).id)).toBeNull()
    expect(await opened.stores.service.findRequest(request(2, 0).id)).not.toBeNull()
    expect(await store.findPendingEnrolment(request(2, 0).id)).not.toBeNull()
  })
})

async function defineElection(election: DraftElection): Promise<Admission> {
  await opened.ledger.openElection(election.ceremony)
  for (const step of election.steps().slice(0, 4))
    await Promise.all(step.map((entry) => opened.ledger.admit(election.origin, { entry })))
  const row: SideRow = {
    row: "election-definition",
    ceremonyId: election.ceremonyId,
    electionId: election.electionId,
    definitionSha256: new Uint8Array(32).fill(5),
    censusId: CENSUS,
  }
  return opened.ledger.admit(election.origin, { entry: election.definition(), sideRows: [row] })
}

describe("an election", () => {
  test("is found by its log, its ceremony, and from its definition on by its id", async () => {
    const election = new DraftElection()
    await freeze(7, 1)
    await opened.ledger.openElection(election.ceremony)
    const begun = { ceremonyId: election.ceremonyId, origin: election.origin }
    const undefinedYet = { ...begun, electionId: null, definitionSha256: null, censusId: null }
    expect(await store.findElection({ ceremonyId: election.ceremonyId })).toEqual(undefinedYet)
    expect(await store.findElection({ electionId: election.electionId })).toBeNull()
    expect(await defineElection(election)).toMatchObject({ ok: true, outcome: "committed" })
    const { electionId } = election
    const defined = { ...begun, electionId, definitionSha256: new Uint8Array(32).fill(5), censusId: CENSUS }
    expect(await store.findElection({ electionId })).toEqual(defined)
    expect(await store.findElection({ origin: election.origin })).toEqual(defined)
  })

  test("is not defined over a census that still takes leaves", async () => {
    expect(await defineElection(new DraftElection())).toMatchObject({ ok: false, reason: "phase-refused" })
    expect(opened.ledger.head(new DraftElection().origin).size).toBe(13)
  })

  test("is listed among others, page by page", async () => {
    const all = Array.from({ length: 4 }, (_, i) => new DraftElection(`list ${i}`))
    for (const { ceremony } of all) await opened.ledger.openElection(ceremony)
    const ids = all.map(({ ceremonyId }) => ceremonyId).sort()
    const [one, two] = [await store.listElections(null, 3), await store.listElections(ids[2] ?? "", 3)]
    expect([...one, ...two].map(({ ceremonyId }) => ceremonyId)).toEqual(ids)
    expect(one.every(({ ceremonyId, origin }) => origin.endsWith(ceremonyId.slice(0, 32)))).toBe(true)
  })
})
