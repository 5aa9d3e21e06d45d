// A voter's ballot from wish to receipt: what is shown, kept and forgotten, and whom the wallet believes.
import { beforeAll, describe, expect, it } from "vitest"
import type { Trust } from "../../../src/protocol/wire/credential.ts"
import { findTurn, keepUnsettled, makeBallot, settleBallot } from "../../../src/parties/wallet/cast-ballot.ts"
import {
  encodeHandedBallot,
  giveUpBallot,
  openChallenge,
  parseHandedBallot,
} from "../../../src/parties/wallet/challenge-ballot.ts"
import { checkBallotReceipt } from "../../../src/parties/wallet/check-ballot-receipt.ts"
import { prepareBallot } from "../../../src/parties/wallet/prepare-ballot.ts"
import type { BallotWish } from "../../../src/parties/wallet/prepare-ballot.ts"
import { workOf } from "../../../src/parties/wallet/voting.ts"
import { createWallet, encodeWallet, parseWallet } from "../../../src/parties/wallet/wallet.ts"
import { findPlace } from "../../../src/protocol/election/leaves-file.ts"
import { parseReceipt } from "../../../src/protocol/log/receipt.ts"
import type { Receipt } from "../../../src/protocol/log/receipt.ts"
import { encodePoint, IDENTITY } from "../../../src/protocol/primitives/babyjubjub.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { encodeScalar } from "../../../src/protocol/primitives/scalar.ts"
import { deriveBallotNullifier } from "../../../src/protocol/primitives/voter.ts"
import { ballotEntryOf, ballotOfEntry, challengedEntryOf } from "../../../src/protocol/wire/ballot.ts"
import type { Ballot } from "../../../src/protocol/wire/ballot.ts"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import { policyOf } from "../../support/election-places.ts"
import { receiptAt } from "../../support/election-receipts.ts"
import { makeElection, SmallElection } from "../../support/small-election.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { openMemoryStore } from "../../support/wallet-memory.ts"
import { makeFakeProver } from "../../support/wallet-prover.ts"

const election = new SmallElection({ n: 3, t: 2, voters: 12, upTo: "open" })
const { definition, electionId } = election
const { prove } = makeFakeProver()
const random = seededBytes("voter")
const constant = (byte: number) => (length: number) => new Uint8Array(length).fill(byte)
const trust: Trust = { type: "sotto/trust/1", policy: "quorum none\n", registries: [], k: 5 }
const openStore = () => openMemoryStore(createWallet(trust, constant(9)))

function wishOf(v: number, change: Partial<BallotWish> = {}): BallotWish {
  const { secret, weight, leafIndex } = election.census.voters[v]!
  const { built } = election.census.freeze
  const place = findPlace(built.tree, built.records[leafIndex]!.leaf, built.tree.root)
  if (!place.ok) throw new Error(place.reason)
  const own = { voterSecret: secret, weight, place: place.value, sequence: 1, attempt: 0 }
  return { definition, selection: { chosen: ["ben"] }, ...own, ...change }
}
const prepare = (change: Partial<BallotWish> = {}, bytes = random) =>
  prepareBallot(wishOf(0, change), prove, bytes)

describe("A4: a generator that returns zeros", () => {
  it("gives randomness that is neither 0 nor the same twice", async () => {
    const first = await prepare({}, constant(0))
    const second = await prepare({ attempt: first.nextAttempt }, constant(0))
    expect(first.opening.rho).not.toBe(0n)
    expect(first.ballot.R).not.toEqual(encodePoint(IDENTITY))
    expect(second.ballot.R).not.toEqual(first.ballot.R)
  })
})

describe("A5: a generator that is constant", () => {
  it("gives another R for another sequence, attempt, marks or election", async () => {
    const other = { definition: { ...definition, title: "Another vote of the same people" } }
    const changes = [{}, { sequence: 2 }, { attempt: 7 }, { selection: { chosen: ["cem"] } }, other]
    const made = await Promise.all(changes.map((change) => prepare(change, constant(3))))
    expect(new Set(made.map(({ ballot }) => ballot.R[0])).size).toBe(changes.length)
  })

  it("is counted durably before anything of a ballot is known to its caller", async () => {
    const store = openStore()
    const made = []
    for (let i = 0; i < 3; i++) {
      made.push(await makeBallot(wishOf(0), electionId, store, prove, constant(3)))
      expect(workOf(store.current().voting, electionId).attempt).toBe(made.at(-1)!.nextAttempt)
    }
    expect(new Set(made.map(({ ballot }) => ballot.R[0])).size).toBe(3)
  })
})

describe("B9: one voter in two elections", () => {
  it("has nullifiers that share nothing but the secret", () => {
    const { secret } = election.census.voters[0]!
    const [a, b] = [electionId, encodeFr(BigInt(electionId) + 1n)].map((id) =>
      BigInt(deriveBallotNullifier(secret, id)),
    )
    expect(a).not.toBe(b)
    expect(String(a).slice(0, 12)).not.toBe(String(b).slice(0, 12))
  })

  it("has no ballot of one that opens in the other", async () => {
    const other = new SmallElection({ n: 3, t: 2, voters: 12, seed: "other", upTo: "open" })
    const { ballot, opening } = await prepare()
    expect(openChallenge({ ballot, opening }, definition).ok).toBe(true)
    expect(openChallenge({ ballot, opening }, other.definition)).toMatchObject({ reason: "opening-refused" })
  })
})

describe("D13: one receipt shown to many", () => {
  const voted = makeElection({ n: 3, t: 2, voters: 12, upTo: "voted" })
  const policy = policyOf(voted)
  let receipts: readonly Receipt[]
  const ballots = voted.of("ballot").map(({ entry }) => entry)
  const at = (i: number): number => voted.entries.findIndex(({ entry }) => entry === ballots[i])
  const wireOf = (i: number): Ballot => {
    const entry = ballots[i]!
    if (entry.kind !== "ballot") throw new Error("no ballot")
    return ballotOfEntry(entry, voted.electionId)
  }
  beforeAll(() => {
    receipts = [0, 1].map((i) => parseReceipt(JSON.stringify(receiptAt(voted, at(i)))))
  })

  it("holds for the ballot it is of, and for no other voter's", () => {
    expect(checkBallotReceipt(receipts[0]!, wireOf(0), voted.definition, policy)).toMatchObject({
      ok: true,
      value: { index: at(0) },
    })
    expect(checkBallotReceipt(receipts[1]!, wireOf(0), voted.definition, policy)).toMatchObject({
      reason: "other-ballot",
    })
    const twin = { ...wireOf(0), C: wireOf(1).C }
    expect(checkBallotReceipt(receipts[0]!, twin, voted.definition, policy)).toMatchObject({
      reason: "other-ballot",
    })
  })

  it("does not hold under the key of another log, nor for the ballot given up", () => {
    const other = makeElection({ n: 3, t: 2, voters: 12, seed: "other", upTo: "voted" })
    expect(checkBallotReceipt(receipts[0]!, wireOf(0), other.definition, policy).ok).toBe(false)
    const challenged = { ...wireOf(0), T: wireOf(0).R, z: encodeScalar(5n) }
    expect(challengedEntryOf(challenged).kind).toBe("challenged-ballot")
    expect(checkBallotReceipt(receipts[0]!, challenged, voted.definition, policy)).toMatchObject({
      reason: "other-ballot",
    })
  })

  it("leaves a ballot unsettled until its own came", async () => {
    const store = openStore()
    await keepUnsettled(store, wireOf(0))
    expect(await settleBallot(store, wireOf(0), receipts[1]!, voted.definition, policy)).toMatchObject({
      reason: "other-ballot",
    })
    expect(workOf(store.current().voting, voted.electionId)).toMatchObject({
      unsettled: wireOf(0),
      receipts: [],
    })
    expect((await settleBallot(store, wireOf(0), receipts[0]!, voted.definition, policy)).ok).toBe(true)
    const work = workOf(parseWallet(encodeWallet(store.current())).voting, voted.electionId)
    expect(work.unsettled).toBeUndefined()
    expect(work.receipts).toHaveLength(1)
  })
})

describe("D15: a device that flips the vote", () => {
  it("is caught by the second device: marks and ciphertext, whichever it lies about", async () => {
    const flipped = await prepare({ selection: { chosen: ["cem"] } })
    const handed = parseHandedBallot(encodeHandedBallot(flipped))
    expect(openChallenge(handed, definition)).toMatchObject({
      ok: true,
      value: { ballotHash: flipped.ballotHash, marked: ["CEM"] },
    })
    const honest = await prepare()
    const lie = { ...flipped, opening: { ...flipped.opening, marks: honest.opening.marks } }
    for (const opening of [lie.opening, { ...flipped.opening, rho: 5n }, { ...flipped.opening, weight: 2 }])
      expect(openChallenge({ ballot: flipped.ballot, opening }, definition)).toMatchObject({
        reason: "opening-refused",
      })
  })

  it("cannot cast the randomness that was given up", async () => {
    const own = new SmallElection({ n: 3, t: 2, voters: 12, upTo: "open" })
    const prepared = await prepare()
    own.append(challengedEntryOf(giveUpBallot(prepared, random)))
    const entry = ballotEntryOf(prepared.ballot)
    expect(own.log.check(entry, encodeEntry(entry))).toMatchObject({ reason: "randomness-reused" })
  })
})

describe("D16: what can be told under pressure afterwards", () => {
  it("is not in the wallet: neither ρ nor the marks of a ballot that was cast", async () => {
    const store = openStore()
    const prepared = await makeBallot(wishOf(0), electionId, store, prove, random)
    await keepUnsettled(store, prepared.ballot)
    for (const wallet of store.history) {
      const text = new TextDecoder().decode(encodeWallet(wallet))
      expect(text).not.toContain(encodeScalar(prepared.opening.rho))
      expect(text).not.toMatch(/rho|marks|ben|opening/)
    }
  })

  it("is overtaken by a later ballot: the turn after a ballot is the next number", async () => {
    const own = new SmallElection({ n: 3, t: 2, voters: 12, upTo: "open" })
    const { secret } = own.census.voters[0]!
    const none = workOf(openStore().current().voting, electionId)
    expect(findTurn(own.log, secret, none)).toMatchObject({ value: { sequence: 1, foreign: 0 } })
    own.append(ballotEntryOf(own.ballot(0, 1, [0]).ballot))
    expect(findTurn(own.log, secret, none)).toMatchObject({ value: { sequence: 2, foreign: 1 } })
    const { ballot } = own.ballot(0, 2, [1])
    const entry = ballotEntryOf(ballot)
    expect(own.log.check(entry, encodeEntry(entry)).ok).toBe(true)
    own.append(entry)
    expect(own.log.counts).toMatchObject({ counted: 1, superseded: 1 })
  })
})

describe("D18: the number of the next ballot", () => {
  const { secret } = election.census.voters[0]!
  const work = { electionId, attempt: 0, receipts: [] }
  it("follows from the entries that were seen, and nothing that a service says goes in", () => {
    const turn = findTurn(election.log, secret, work)
    expect(turn).toEqual({ ok: true, value: { sequence: 1, foreign: 0 } })
  })

  it("is not there while a ballot is unsettled, after the close, or where nobody may vote again", async () => {
    const { ballot } = await prepare()
    expect(findTurn(election.log, secret, { ...work, unsettled: ballot })).toMatchObject({
      reason: "ballot-unsettled",
    })
    const closed = makeElection({ n: 3, t: 2, voters: 12, upTo: "closed" })
    expect(findTurn(closed.log, secret, work)).toMatchObject({ reason: "election-not-open" })
    const once = {
      // eslint-disable-next-line @typescript-eslint/no-misused-spread -- a stand-in with these members only
      ...election.log,
      phase: "open",
      electionId,
      definition: { revote: false },
      lastSequence: () => 1,
    }
    expect(findTurn(once, secret, work)).toMatchObject({ reason: "revote-refused" })
  })
})
