// What an organizer and registrars sign, and what they cannot.
import { describe, expect, it } from "vitest"
import { beginCeremony } from "../../../src/parties/organizer/begin-ceremony.ts"
import { openElection, voidElection } from "../../../src/parties/organizer/control-election.ts"
import { defineElection } from "../../../src/parties/organizer/define-election.ts"
import {
  cosignLeaf,
  enrolMember,
  rollCommitment,
  signFreeze,
} from "../../../src/parties/organizer/enrol-member.ts"
import { openCensus } from "../../../src/parties/organizer/open-census.ts"
import type { CensusDescription } from "../../../src/parties/organizer/open-census.ts"
import { computeTally } from "../../../src/parties/organizer/publish-tally.ts"
import { checkFreeze, checkLeaf } from "../../../src/protocol/election/census-documents.ts"
import { freezeCensus } from "../../../src/protocol/election/census-freeze.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { Digest } from "../../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../../../src/protocol/primitives/note-key.ts"
import {
  AS_OF,
  CLOSES,
  commitmentOf,
  namedPlan,
  OPENS,
  ORGANIZER,
  people,
  REGISTRARS,
} from "../../support/sample-census.ts"
import { QUESTION, TrusteeTable } from "../../support/trustee-table.ts"

const refused = (code: string, at: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(at) })

describe("a ceremony", () => {
  const trustees = REGISTRARS.map((key, i) => ({ name: `T${i + 1}`, key: encodeVerifierKey(key) }))
  const words = { title: "Board", organizer: "Chamber", circuit: "ballot8", policy: "quorum none\n" } as const
  const begin = (threshold: number, change: object = {}) =>
    beginCeremony(
      { ...words, threshold, trustees, stepTimeoutSeconds: 3600, ...change },
      ORGANIZER,
      (length) => new Uint8Array(length).fill(1),
    )

  it("warns where half of the trustees can open votes", () => {
    expect(begin(2)).toMatchObject({ isThresholdLow: false, facts: { t: 2, n: 3 } })
    expect(
      begin(2, { trustees: [...trustees, { name: "T4", key: encodeVerifierKey(ORGANIZER) }] }).isThresholdLow,
    ).toBe(true)
  })

  it.each([
    ["threshold", { threshold: 4 }],
    ["trustees.name", { trustees: [trustees[0], { ...trustees[1], name: "T1" }, trustees[2]] }],
    ["trustees.key", { trustees: [trustees[0], { ...trustees[0], name: "T2" }, trustees[2]] }],
    ["trustees.1.key", { trustees: [trustees[0], { name: "T2", key: "no key" }, trustees[2]] }],
    ["policy", { policy: "quorum nobody\n" }],
  ])("is not begun with a bad %s", (at, change) => {
    expect(() => begin(2, change)).toThrow(refused("description-refused", at))
  })
})

describe("a census", () => {
  const plan = namedPlan()
  const {
    weighted,
    registrars,
    verifier,
    enrolmentOpensAt,
    enrolmentClosesAt,
    objectionSeconds,
    minSize,
    title,
  } = plan
  const described: CensusDescription = {
    ...{ title, organizer: "Chamber", weighted, registrars, verifier },
    ...{ enrolmentOpensAt, enrolmentClosesAt, objectionSeconds, minSize },
  }
  const facts = {
    asOf: AS_OF,
    registryEpochs: { demo: { epoch: 4, root: encodeFr(77n) } },
    circuit: { id: "presentation", vkey: `sha256:${"ab".repeat(32)}` as Digest },
  } as const

  it("is planned as described", () => {
    expect(openCensus(described, ORGANIZER, null).document.body).toEqual(plan)
  })

  it("is not planned with registrars twice, an end before its beginning or a gate that asks too little", () => {
    const twice = { ...described, registrars: [registrars[0]!, registrars[0]!] }
    expect(() => openCensus(twice, ORGANIZER, null)).toThrow(refused("description-refused", "registrars"))
    const early = { ...described, enrolmentClosesAt: OPENS }
    expect(() => openCensus(early, ORGANIZER, null)).toThrow(
      refused("description-refused", "enrolmentClosesAt"),
    )
    const gate = (statement: string) => ({
      ...described,
      gate: {
        nullifierMode: "person",
        alternatives: [{ registry: "demo", statement, parameters: {} }],
      } as const,
    })
    expect(() => openCensus(gate("no-such-statement/1"), ORGANIZER, facts)).toThrow(
      refused("description-refused", "gate.alternatives.0"),
    )
  })

  it("takes a member under a salted name, and a replacement under two signatures", () => {
    const salt = new Uint8Array(32).fill(3)
    const member = { id: "member 17", commitment: commitmentOf(17), weight: 1 }
    const leaf = enrolMember(plan, member, salt, REGISTRARS[0]!)
    expect(checkLeaf(leaf, plan)).toMatchObject({ ok: true })
    expect(leaf.body.rollCommitment).toBe(rollCommitment(salt, "member 17"))
    expect(rollCommitment(salt, "member 18")).not.toBe(leaf.body.rollCommitment)
    expect(rollCommitment(new Uint8Array(32), "member 17")).not.toBe(leaf.body.rollCommitment)
    const moved = enrolMember(
      plan,
      { ...member, commitment: commitmentOf(18), replaces: member.commitment },
      salt,
      REGISTRARS[0]!,
    )
    expect(moved.body.rollCommitment).toBe(leaf.body.rollCommitment)
    expect(checkLeaf(moved, plan)).toMatchObject({ ok: false, reason: "registrar-signature-missing" })
    expect(checkLeaf(cosignLeaf(moved, REGISTRARS[1]!), plan)).toMatchObject({ ok: true })
    expect(() => enrolMember(plan, { ...member, weight: 2 }, salt, REGISTRARS[0]!)).toThrow(
      refused("description-refused", "weight"),
    )
    expect(() => enrolMember(plan, { ...member, commitment: encodeFr(0n) }, salt, REGISTRARS[0]!)).toThrow(
      refused("description-refused", "commitment"),
    )
  })

  it("is frozen by two registrars and not by one", () => {
    const leaves = people(12).map((i) => {
      const member = { id: `m${i}`, commitment: commitmentOf(i), weight: 1 }
      return enrolMember(plan, member, new Uint8Array(32).fill(i), REGISTRARS[i % 3]!)
    })
    const freeze = freezeCensus(plan, leaves)
    if (!freeze.ok) throw new Error(freeze.reason)
    const one = signFreeze(freeze.value.body, [], REGISTRARS[0]!)
    expect(checkFreeze(one, plan, freeze.value.body)).toMatchObject({ ok: false })
    const two = signFreeze(freeze.value.body, one.signatures, REGISTRARS[2]!)
    expect(checkFreeze(two, plan, freeze.value.body)).toEqual({ ok: true, value: true })
    expect(CLOSES).toBe(plan.enrolmentClosesAt)
  })
})

describe("an election", () => {
  const table = new TrusteeTable(2, 2, "organizer")
  table.sit()
  const define = (change: object) => {
    const { log, logDescription, circuits, frozen: census } = table
    const sources = { log, logDescription, census, circuits, allowDevelopmentKeys: true }
    return defineElection({ ...QUESTION, ...change }, sources, table.organizer)
  }

  it.each([
    ["closesAtUnixSeconds", { closesAtUnixSeconds: QUESTION.opensAtUnixSeconds }],
    ["opensAtUnixSeconds", { opensAtUnixSeconds: 10 }],
    ["census.size", { minAnonymity: 13 }],
    ["kind", { kind: "survey", minAnonymity: 30 }],
  ])("is not defined with a bad %s", (at, change) => {
    expect(() => define(change)).toThrow(refused("description-refused", at === "kind" ? "census.size" : at))
  })

  it("is not opened before it is defined and rehearsed, nor counted before it is closed", () => {
    const act = { code: "phase-refused" }
    expect(() => openElection(table.log, table.organizer)).toThrow(expect.objectContaining(act))
    expect(() => voidElection(table.log, "why not", table.organizer)).toThrow(expect.objectContaining(act))
    expect(() => computeTally(table.log)).toThrow(expect.objectContaining(act))
    table.define()
    table.sayEntry(voidElection(table.log, "the roll was wrong", table.organizer))
    expect(table.log.phase).toBe("void")
    expect(table.next(0)).toMatchObject({ do: "stop", reason: "void" })
  })
})
