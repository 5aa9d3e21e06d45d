// Ballots that should not count, over HTTP: each is refused with its code and writes nothing. Their proofs are forged under
// the development key, so an attacker here proves whatever he likes; what is left is what the service checks besides.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ballotConstants } from "../../src/protocol/election/ballot-constants.ts"
import { encodeBallotSignals } from "../../src/protocol/election/ballot-signals.ts"
import { R as FIELD } from "../../src/protocol/primitives/field.ts"
import type { ChallengedBallot, Ballot } from "../../src/protocol/wire/ballot.ts"
import { negated, scaled } from "../support/malleate-proof.ts"
import { startTestService } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"
import { loggedEntries, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"
import { openSimulator } from "../support/simulated-proof.ts"
import type { Forge } from "../support/simulated-proof.ts"

let service: TestService
let served: ServedElection
let forge: Forge
beforeAll(async () => {
  service = await startTestService({
    environment: { SOTTO_VERIFY_QUEUE: "512", SOTTO_VERIFY_MAX_WAIT_MS: "60000" },
  })
  served = await serveElection(service, { n: 2, voters: 16 })
  forge = await openSimulator("ballot8")
}, 300_000)
afterAll(() => service.remove())

let nextVoter = 0
/** A voter whom no other test votes for. */
const voter = (): number => nextVoter++
const ballotOf = (v: number, sequence = 1, marked?: readonly number[]) =>
  served.election.ballot(v, sequence, marked)
const challenge = (body: unknown): Promise<Reply> =>
  service.call("POST", "/v1/challenged-ballots", { body, idempotencyKey: null })
const post = (body: unknown): Promise<Reply> =>
  service.call("POST", "/v1/ballots", { body, idempotencyKey: null })
const electionPath = (): string => `/v1/elections/${served.election.electionId}`
const size = async (): Promise<number> => (await service.call("GET", electionPath())).json.size as number

/** The ballot with other members, under a proof that verifies for exactly them. */
function proved(ballot: Ballot, change: Partial<Ballot>): Ballot {
  const varying = { ...ballot, ...change }
  const constants = ballotConstants(served.election.definition)
  return { ...varying, proof: forge(encodeBallotSignals("ballot8", constants, varying)) }
}

describe("B2: a nullifier in another spelling", () => {
  const spellings = (n: bigint): readonly (readonly [name: string, value: unknown])[] => [
    ["n + r", String(n + FIELD)],
    ["n - r", String(n - FIELD)],
    ["hexadecimal", `0x${n.toString(16)}`],
    ["a leading zero", `0${n}`],
    ["a plus sign", `+${n}`],
    ["a minus sign", `-${n}`],
    ["a blank before", ` ${n}`],
    ["a line feed after", `${n}\n`],
    ["a fraction", `${n}.0`],
    ["an exponent", `${n}e0`],
    ["digits of another script", String(n).replace(/\d/g, (d) => String.fromCodePoint(0x660 + Number(d)))],
    ["a list", [String(n)]],
    ["nothing", ""],
  ]

  it("is refused before anything is looked up, whether the ballot is in the log or not", async () => {
    const { ballot } = ballotOf(voter())
    expect(await post(ballot)).toMatchObject({ status: 201 })
    const before = await size()
    for (const [name, nullifier] of spellings(BigInt(ballot.nullifier))) {
      // An unknown election would be 404, were it looked up first.
      for (const electionId of [ballot.electionId, "7"]) {
        const reply = await post({ ...ballot, electionId, nullifier })
        expect([name, reply.status]).toEqual([name, 400])
        expect(["ballot-malformed", "field-element-not-canonical"], name).toContain(reply.code)
      }
    }
    expect(await post({ ...ballot, electionId: "7" })).toMatchObject({
      status: 404,
      code: "election-unknown",
    })
    expect(await size()).toBe(before)
  })

  it("is refused in every other number of a ballot too", async () => {
    const { ballot } = ballotOf(voter())
    const padded = (pair: readonly [string, string]) => [String(BigInt(pair[0]) + FIELD), pair[1]]
    const { C, R } = ballot
    for (const change of [
      { R: padded(R) },
      { C: [padded(C[0]!), ...C.slice(1)] },
      { electionId: `0${ballot.electionId}` },
    ])
      expect(await post({ ...ballot, ...change })).toMatchObject({
        status: 400,
        code: "field-element-not-canonical",
      })
    for (const sequence of [0, -1, 1.5, "1"])
      expect((await post({ ...ballot, sequence })).status).toBeGreaterThanOrEqual(400)
    expect(await post(ballot)).toMatchObject({ status: 201 })
  })
})

describe("B7: a ballot copied under another nullifier", () => {
  it("does not verify with the proof that was copied, and is never accepted with a proof of one's own", async () => {
    const { ballot } = ballotOf(voter())
    const { nullifier } = ballotOf(voter()).ballot
    const before = await size()
    expect(await post({ ...ballot, nullifier })).toMatchObject({ status: 422, code: "proof-invalid" })
    expect(await post(ballot)).toMatchObject({ status: 201 })
    // Even a proof that verifies does not bring in the same randomness again.
    const copy = proved(ballot, { nullifier })
    expect(await post(copy)).toMatchObject({ status: 409, code: "randomness-reused" })
    expect(await challenge(served.election.challenged({ ...ballotOf(0), ballot: copy }))).toMatchObject({
      status: 409,
      code: "randomness-reused",
    })
    expect(await size()).toBe(before + 1)
  })

  it("has the same chance as a forger's: the copy is taken where the victim's ballot is not there", async () => {
    // Shows that the refusal above is the reuse and not the proof.
    const { ballot } = ballotOf(voter())
    const { nullifier } = ballotOf(voter()).ballot
    expect(await post(proved(ballot, { nullifier }))).toMatchObject({ status: 201 })
  })
})

describe("B8: another proof of the same ballot", () => {
  it("gets the first receipt and adds nothing, later or at the same moment", async () => {
    const { ballot } = ballotOf(voter())
    const twin = { ...ballot, proof: scaled(ballot.proof, 12_345n) }
    const before = await size()
    const replies = await Promise.all([post(ballot), post(twin)])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 201])
    for (const proof of [negated(ballot.proof), scaled(ballot.proof, FIELD - 2n)]) {
      const again = await post({ ...ballot, proof })
      expect(again.status).toBe(200)
      expect(again.json.receipt.logIndex).toBe(replies[0].json.receipt.logIndex)
    }
    expect(replies[1].json.receipt.logIndex).toBe(replies[0].json.receipt.logIndex)
    expect(await size()).toBe(before + 1)
  })

  it("verifies by itself, so that it is the ballot's hash that decides", async () => {
    const { ballot } = ballotOf(voter())
    expect(await post({ ...ballot, proof: negated(ballot.proof) })).toMatchObject({ status: 201 })
  })
})

describe("D3: an older ballot offered as the newest", () => {
  it("is refused: sequence 1 after 2, an old ballot with a new number", async () => {
    const v = voter()
    const [first, second] = [ballotOf(v, 1).ballot, ballotOf(v, 2).ballot]
    expect(await post(first)).toMatchObject({ status: 201 })
    expect(await post(second)).toMatchObject({ status: 201 })
    const before = await size()
    const stale = await post(ballotOf(v, 1).ballot)
    expect(stale).toMatchObject({ status: 409, code: "sequence-mismatch" })
    expect(stale.json.detail).toBe("expected 3")
    // The sequence is inside the proof and outside no ballot: with another number it is another statement.
    expect(await post({ ...ballotOf(v, 1).ballot, sequence: 3 })).toMatchObject({
      status: 422,
      code: "proof-invalid",
    })
    expect(await post(first)).toMatchObject({ status: 200 })
    expect(await size()).toBe(before)
  })
})

describe("D8: ballots told apart by their size", () => {
  it("all have entries of 1,380 bytes, challenged ones of 1,602", async () => {
    const v = voter()
    for (const [sequence, marked] of [
      [1, []],
      [2, [0]],
      [3, [2]],
    ] as const)
      expect(await post(ballotOf(v, sequence, marked).ballot)).toMatchObject({ status: 201 })
    const { json } = await challenge(served.election.challenged(ballotOf(v, 4, [1])))
    expect(json.receipt.kindVersion.kind).toBe("challenged-ballot")
    const lengths = async (kind: "ballot" | "challenged-ballot") =>
      (await loggedEntries(service, served, kind)).map(({ bytes }) => bytes.length)
    const ballots = await lengths("ballot")
    expect(ballots.length).toBeGreaterThan(5)
    expect(new Set(ballots)).toEqual(new Set([1380]))
    expect(new Set(await lengths("challenged-ballot"))).toEqual(new Set([1602]))
  })
})

describe("D18: a voter's number burnt by somebody else", () => {
  it("is not: her ballot is taken amid a crowd of bad proofs with her nullifier and next number", async () => {
    const { ballot } = ballotOf(voter())
    const other = ballotOf(voter()).ballot
    const bad = Array.from({ length: 16 }, (_, i) => ({
      ...ballot,
      C: other.C,
      R: ballotOf(0, 1 + i).ballot.R,
    }))
    const crowd = bad.map((body) => post(body))
    const hers = post(ballot)
    const replies = await Promise.all(crowd)
    expect(new Set(replies.map(({ code }) => code))).toEqual(new Set(["proof-invalid"]))
    expect(await hers).toMatchObject({ status: 201 })
    // The refused have left nothing behind: their randomness is free, and the next number is the one after hers.
    const next = proved({ ...ballot, sequence: 2, R: bad[0]!.R }, {})
    expect(await post(next)).toMatchObject({ status: 201 })
  })
})

describe("D10: a flood of ballots that are none", () => {
  it("leaves no row and holds up nobody: an honest ballot in the midst of it is admitted", async () => {
    const { ballot } = ballotOf(voter())
    const junk: readonly unknown[] = [
      {},
      [],
      { ...ballot, C: [] },
      { ...ballot, electionId: "7" },
      { ...ballot, sequence: 9 },
      { ...ballot, R: ["1", "1"] },
    ]
    const before = await size()
    const flood = Array.from({ length: 300 }, (_, i) => post(junk[i % junk.length]))
    const hers = post(ballot)
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    expect(statuses.every((status) => [400, 404, 409, 422, 429, 503].includes(status))).toBe(true)
    expect(await hers).toMatchObject({ status: 201 })
    expect(await size()).toBe(before + 1)
  })
})

describe("D20: a relay that burns the ballot it carries", () => {
  it("is refused without the randomness, and the ballot can still be cast", async () => {
    const { ballot } = ballotOf(voter())
    const guess = { ballot, rho: 1_234_567n }
    const { T, z } = served.election.challenged(guess)
    const before = await size()
    for (const burnt of [
      { ...ballot, T, z },
      { ...ballot, T: ["0", "1"], z: "0" },
      { ...ballot, T: ballot.R, z: "1" },
    ])
      expect(await challenge(burnt)).toMatchObject({ status: 422 })
    expect(await challenge({ ...ballot, T, z })).toMatchObject({ code: "opening-refused" })
    expect(await size()).toBe(before)
    expect(await post(ballot)).toMatchObject({ status: 201 })
  })

  it("takes a voter's own challenges, eight of them, and never casts what was challenged", async () => {
    const v = voter()
    const made = Array.from({ length: 9 }, () => ballotOf(v))
    for (const { ballot, rho } of made.slice(0, 8)) {
      const reply = await challenge(served.election.challenged({ ballot, rho }))
      expect(reply, reply.text).toMatchObject({ status: 201 })
    }
    const ninth: ChallengedBallot = served.election.challenged(made[8]!)
    expect(await challenge(ninth)).toMatchObject({ status: 422, code: "challenge-limit" })
    expect(await challenge(served.election.challenged(made[0]!))).toMatchObject({ status: 200 })
    expect(await post(made[0]!.ballot)).toMatchObject({ status: 409, code: "randomness-reused" })
    expect(await post(made[8]!.ballot)).toMatchObject({ status: 201 })
  })
})

describe("a ballot of another shape", () => {
  it.each([0, 3, 5, 8, 9])("with %i ciphertexts is refused", async (count) => {
    const { ballot } = ballotOf(0, 2)
    const C = Array.from({ length: count }, (_, i) => ballot.C[i % 4]!)
    const code = count === 0 ? "ballot-malformed" : "signals-count"
    expect(await post({ ...ballot, C })).toMatchObject({ status: 400, code })
  })
})
