import { describe, expect, it } from "vitest"
import { MAX_CHALLENGES } from "../../../src/protocol/log/election-claim.ts"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../../src/protocol/log/entry.ts"
import { encodePoint, IDENTITY, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { computeBallotHash } from "../../../src/protocol/primitives/elgamal.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import {
  ballotEntryOf,
  ballotOfEntry,
  challengedEntryOf,
  MAX_SEQUENCE,
} from "../../../src/protocol/wire/ballot.ts"
import type { Ballot, ChallengedBallot } from "../../../src/protocol/wire/ballot.ts"
import { emptyAggregate, includeBallot } from "../../../src/protocol/election/aggregate.ts"
import { checkBallotShape } from "../../../src/protocol/election/ballot-check.ts"
import { BallotOrder } from "../../../src/protocol/election/ballot-order.ts"
import type { BallotKind } from "../../../src/protocol/election/ballot-order.ts"
import { checkOpening } from "../../../src/protocol/election/challenge.ts"
import { codeOf } from "../../support/code-of.ts"
import { makeElection } from "../../support/small-election.ts"

const election = makeElection({ upTo: "open" })
const { definition } = election
const shapeOf = (ballot: Ballot, terms: Parameters<typeof checkBallotShape>[1] = definition) => {
  const verdict = checkBallotShape(ballot, terms)
  return verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at ?? ""}`
}
const { ballot } = election.ballot(0, 1)
const NEUTRAL: [Fr, Fr] = ["0" as Fr, "1" as Fr]
const flipped = ([x, y]: readonly [Fr, Fr]): [Fr, Fr] => [(BigInt(x) ^ 1n).toString() as Fr, y]

describe("the shape of a ballot", () => {
  it("has one ciphertext per key", () => {
    expect(shapeOf(ballot)).toBe("accepted")
    expect(shapeOf({ ...ballot, C: ballot.C.slice(1) })).toBe("signals-count C")
    expect(shapeOf({ ...ballot, C: [...ballot.C, ballot.C[0]!] })).toBe("signals-count C")
  })

  it("has a sequence of the definition's range", () => {
    for (const sequence of [1, 2, MAX_SEQUENCE]) expect(shapeOf({ ...ballot, sequence })).toBe("accepted")
    for (const sequence of [0, MAX_SEQUENCE + 1]) {
      expect(shapeOf({ ...ballot, sequence })).toBe("sequence-out-of-range sequence")
    }
    const once = { ...definition, revote: false }
    expect(shapeOf(ballot, once)).toBe("accepted")
    expect(shapeOf({ ...ballot, sequence: 2 }, once)).toBe("sequence-out-of-range sequence")
  })

  it("A2: has R and C on the curve", () => {
    expect(shapeOf({ ...ballot, R: flipped(ballot.R) })).toBe("point-refused R")
    const C = ballot.C.map((point, c) => (c === 2 ? flipped(point) : point))
    expect(shapeOf({ ...ballot, C })).toBe("point-refused C.2")
  })

  it("has no R under which the vote is in clear, while a C may be anything", () => {
    expect(shapeOf({ ...ballot, R: NEUTRAL })).toBe("randomness-zero R")
    expect(shapeOf({ ...ballot, C: [NEUTRAL, ...ballot.C.slice(1)] })).toBe("accepted")
  })

  it("A13: has no second spelling in its entry", () => {
    const entry = ballotEntryOf(ballot)
    const above = (BigInt(ballot.nullifier) + R).toString(16).padStart(64, "0")
    expect(codeOf(() => encodeEntry({ ...entry, nullifier: above }))).toBe("field-element-not-canonical")
    expect(codeOf(() => encodeEntry({ ...entry, nullifier: entry.nullifier.toUpperCase() }))).toBe("field-element-not-canonical") // prettier-ignore
    const challenged = challengedEntryOf(election.challenged(election.ballot(0, 1)))
    const z = (BigInt(`0x${challenged.z}`) + SUBGROUP_ORDER).toString(16).padStart(64, "0")
    expect(codeOf(() => encodeEntry({ ...challenged, z }))).toBe("field-element-not-canonical")
  })
})

/** A ballot box without a log around it. */
class Box {
  readonly order = new BallotOrder(4)
  #index = 0

  cast(one: Ballot): string {
    return this.#take("ballot", one)
  }
  challenge(one: ChallengedBallot): string {
    const opening = checkOpening(one)
    return opening.ok ? this.#take("challenged-ballot", one) : opening.reason
  }
  #take(kind: BallotKind, one: Ballot): string {
    const verdict = this.order.check(kind, one)
    if (!verdict.ok) return verdict.reason
    this.order.add(kind, one, this.#index++)
    return "accepted"
  }
}

describe("D3: an older ballot offered as the newest", () => {
  it("is refused: sequences are 1, 2, 3 of each nullifier", () => {
    const box = new Box()
    const [first, second, third] = [1, 2, 3].map((sequence) => election.ballot(0, sequence).ballot)
    expect(box.cast(second!)).toBe("sequence-mismatch")
    expect(box.cast(first!)).toBe("accepted")
    expect(box.cast(third!)).toBe("sequence-mismatch")
    expect(box.cast(election.ballot(0, 1).ballot)).toBe("sequence-mismatch")
    expect(box.cast(second!)).toBe("accepted")
    expect(box.order.lastSequence(first!.nullifier)).toBe(2)
    // Another voter's numbers are her own.
    expect(box.cast(election.ballot(1, 2).ballot)).toBe("sequence-mismatch")
    expect(box.cast(election.ballot(1, 1).ballot)).toBe("accepted")
  })

  it("counts the highest sequence of each nullifier and nothing else", () => {
    const box = new Box()
    const ballots = [
      election.ballot(0, 1, [0]).ballot,
      election.ballot(1, 1, [1]).ballot,
      election.ballot(0, 2, [2]).ballot,
      election.ballot(0, 3, [1]).ballot,
    ]
    for (const one of ballots) expect(box.cast(one)).toBe("accepted")
    expect(box.order.counts).toEqual({ accepted: 4, counted: 2, superseded: 2, challenged: 0 })
    const counted = [ballots[1]!, ballots[3]!].map((one) => {
      const shape = checkBallotShape(one, definition)
      if (!shape.ok) throw new Error(shape.reason)
      return shape.value
    })
    const expected = counted.reduce((sum, one) => includeBallot(sum, one), emptyAggregate(4))
    expect(encodePoint(box.order.aggregate.R)).toEqual(encodePoint(expected.R))
    expect(box.order.aggregate.C.map(encodePoint)).toEqual(expected.C.map(encodePoint))
  })

  it("sums to nothing before the first ballot", () => {
    expect(encodePoint(new Box().order.aggregate.R)).toEqual(encodePoint(IDENTITY))
  })
})

describe("A5: randomness used twice", () => {
  it("is refused over both kinds, under any nullifier and sequence", () => {
    const box = new Box()
    const cast = election.ballot(0, 1)
    const burnt = election.ballot(1, 1)
    expect(box.cast(cast.ballot)).toBe("accepted")
    expect(box.challenge(election.challenged(burnt))).toBe("accepted")
    const { R: used } = cast.ballot
    expect(box.cast({ ...election.ballot(0, 2).ballot, R: used })).toBe("randomness-reused")
    expect(box.cast({ ...election.ballot(2, 1).ballot, R: used })).toBe("randomness-reused")
    expect(box.cast(burnt.ballot)).toBe("randomness-reused")
    expect(box.challenge(election.challenged(cast))).toBe("randomness-reused")
    expect(box.order.hasRandomness(used)).toBe(true)
    expect(box.order.hasRandomness(election.ballot(0, 2).ballot.R)).toBe(false)
  })
})

describe("D20: a relay that burns the ballot it carries", () => {
  const carried = election.ballot(3, 1)

  it("is refused without the randomness", () => {
    const other = election.challenged(election.ballot(3, 1))
    for (const forged of [
      { ...carried.ballot, T: other.T, z: other.z },
      election.challenged({ ballot: carried.ballot, rho: carried.rho + 1n }),
      { ...election.challenged(carried), sequence: 2 },
      { ...election.challenged(carried), nullifier: election.ballot(4, 1).ballot.nullifier },
      { ...election.challenged(carried), electionId: "7" as Fr },
    ]) {
      expect(checkOpening(forged)).toMatchObject({ ok: false, reason: "opening-refused" })
    }
    expect(checkOpening({ ...election.challenged(carried), T: NEUTRAL })).toMatchObject({
      reason: "point-refused",
    })
  })

  it("is the voter's own right, eight times", () => {
    const box = new Box()
    for (let i = 0; i < MAX_CHALLENGES; i++) {
      expect(box.challenge(election.challenged(election.ballot(3, 1)))).toBe("accepted")
    }
    expect(box.challenge(election.challenged(election.ballot(3, 1)))).toBe("challenge-limit")
    expect(box.challenge(election.challenged(election.ballot(4, 1)))).toBe("accepted")
    expect(box.order.challenges(carried.ballot.nullifier)).toBe(8)
    // A challenge takes no sequence: the ballot is cast under the number it would have had.
    expect(box.cast(carried.ballot)).toBe("accepted")
    expect(box.order.counts).toEqual({ accepted: 1, counted: 1, superseded: 0, challenged: 9 })
  })
})

describe("D13: one ballot shown to many", () => {
  it("cannot be: an entry holds its own nullifier, R and C, and a ballot's hash finds its own entry", () => {
    const { log } = makeElection({ revotes: 1, challenges: 1 })
    const life = makeElection({ revotes: 1, challenges: 1 })
    const kinds = ["ballot", "challenged-ballot"] as const
    const hashes = new Set<string>()
    for (const [index, { entry }] of life.entries.entries()) {
      if (entry.kind !== "ballot" && entry.kind !== "challenged-ballot") continue
      const read = ballotOfEntry(entry, life.electionId)
      const hash = computeBallotHash(read)
      hashes.add(hash.join())
      for (const kind of kinds) {
        expect(log.ballotIndex(kind, hash)).toBe(kind === entry.kind ? index : undefined)
      }
    }
    expect(hashes.size).toBe(14)
    // Equal marks of two voters share no member.
    const [a, b] = [election.ballot(0, 1, [0]).ballot, election.ballot(3, 1, [0]).ballot]
    for (const member of ["nullifier", "R", "C"] as const) expect(a[member]).not.toEqual(b[member])
    expect(log.ballotIndex("ballot", computeBallotHash(a))).toBeUndefined()
  })
})

describe("the door of an open election", () => {
  const ask = (entry: ElectionEntry) => election.log.check(entry, encodeEntry(entry))

  it("puts these checks in one order: lengths, sequence, points, randomness, sequence again, opening", () => {
    const entry = ballotEntryOf(ballot)
    expect(ask(entry)).toEqual({ ok: true, value: true })
    expect(ask({ ...entry, C: [...entry.C, entry.C[0]!] })).toMatchObject({ reason: "signals-count" })
    expect(ask({ ...entry, sequence: "000000" })).toMatchObject({ reason: "sequence-out-of-range" })
    expect(ask({ ...entry, sequence: "000002" })).toMatchObject({ reason: "sequence-mismatch" })
    const zero = ballotEntryOf({ ...ballot, R: NEUTRAL, sequence: 9 })
    expect(ask(zero)).toMatchObject({ reason: "randomness-zero" })
    const challenged = challengedEntryOf(election.challenged(election.ballot(0, 1)))
    expect(ask(challenged)).toEqual({ ok: true, value: true })
    expect(ask({ ...challenged, sequence: "000002" })).toMatchObject({ reason: "opening-refused" })
  })

  it("is shut before the opening and after the close, each with its own code", () => {
    const entry = ballotEntryOf(ballot)
    const at = (upTo: "signed" | "closed") => makeElection({ upTo }).log.check(entry, encodeEntry(entry))
    expect(at("signed")).toMatchObject({ reason: "election-not-open" })
    expect(at("closed")).toMatchObject({ reason: "election-closed" })
    const challenged = challengedEntryOf(election.challenged(election.ballot(0, 1)))
    const closed = makeElection({ upTo: "closed" }).log
    expect(closed.check(challenged, encodeEntry(challenged))).toMatchObject({ reason: "election-closed" })
  })

  it("reads back the ballot it wrote", () => {
    const entry = ballotEntryOf(ballot)
    expect(ballotOfEntry(entry, ballot.electionId)).toEqual(ballot)
  })
})
