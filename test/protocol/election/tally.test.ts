import { describe, expect, it } from "vitest"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../../src/protocol/log/entry.ts"
import { leafHash } from "../../../src/protocol/log/tree.ts"
import { IDENTITY, parseCurvePoint, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { i32 } from "../../../src/protocol/primitives/big-endian.ts"
import { bytesToHex, bytesToUtf8 } from "../../../src/protocol/primitives/bytes.ts"
import { encodeShare, proveShare } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import type { Scalar } from "../../../src/protocol/primitives/scalar.ts"
import { taggedHash } from "../../../src/protocol/primitives/tagged-hash.ts"
import type { ElectionBodies } from "../../../src/protocol/wire/election-entries.ts"
import { computeClose, computeCloseHash } from "../../../src/protocol/election/close.ts"
import { checkDecryptionShare, sortShares } from "../../../src/protocol/election/decryption-share.ts"
import { checkDrillRound, checkDrillShare } from "../../../src/protocol/election/drill-share.ts"
import { deriveDrill } from "../../../src/protocol/election/drill.ts"
import { ElectionLog } from "../../../src/protocol/election/election-log.ts"
import type { EntryOf } from "../../../src/protocol/election/signers.ts"
import {
  checkCombination,
  checkReport,
  checkResultTotals,
  checkTally,
  computeResult,
} from "../../../src/protocol/election/tally.ts"
import { codeOf } from "../../support/code-of.ts"
import { secretsOf } from "../../support/election-trustees.ts"
import { MemoryTree } from "../../support/ledger-golden.ts"
import { makeElection, SmallElection } from "../../support/small-election.ts"

const life = makeElection({ revotes: 2, challenges: 1 })
const { log } = life
const sum = log.closedSum
const bodies = log.shares
const { valid } = sortShares(sum, bodies)
const tally = life.tallyBody()
const refused = (reason: string, at: string) => ({ ok: false, reason, at })
const flipped = ([x, y]: readonly [Fr, Fr]): [Fr, Fr] => [(BigInt(x) ^ 1n).toString() as Fr, y]
const flippedShare = (
  body: ElectionBodies["decryption-share"],
  member: "delta" | "A1" | "A2",
): ElectionBodies["decryption-share"] => ({
  ...body,
  shares: body.shares.map((share, c) => (c === 1 ? { ...share, [member]: flipped(share[member]) } : share)),
})
/** A share whose points are of order l and whose proof is of something else. */
const lying = (body: ElectionBodies["decryption-share"]): ElectionBodies["decryption-share"] => ({
  ...body,
  shares: body.shares.map((share, c) => (c === 0 ? { ...share, delta: share.A1 } : share)),
})
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, at) => subsets(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]))
}

describe("the close", () => {
  it("is a function of the entries before it", () => {
    const index = life.entries.findIndex(({ entry }) => entry.kind === "election-close")
    const again = new ElectionLog(life.sources)
    for (const { entry, bytes } of life.entries.slice(0, index)) again.append(entry, bytes)
    const close = computeClose(again)
    expect(close).toEqual(life.entries[index]!.entry)
    expect(close.logSize).toBe(index)
    expect(encodeEntry(close)).toEqual(life.entries[index]!.bytes)
  })

  it("has the hash of its election and of the root that includes it", () => {
    const index = life.entries.findIndex(({ entry }) => entry.kind === "election-close")
    const tree = new MemoryTree(life.bytes)
    const root = tree.root(index + 1)
    const expected = bytesToHex(taggedHash("sotto/close/1", i32(BigInt(life.electionId)), root))
    expect(log.closeHash).toBe(expected)
    expect(computeCloseHash(life.electionId, root)).toBe(expected)
    expect(log.root()).toEqual(tree.root(life.bytes.length))
    expect(() => computeCloseHash(life.electionId, leafHash(root).subarray(1))).toThrow(RangeError)
  })

  it("is refused where one number or the sum is another", () => {
    const before = makeElection({ revotes: 2, challenges: 1, upTo: "voted" }).log
    const close = computeClose(before)
    const ask = (change: Partial<typeof close>) => {
      const entry = { ...close, ...change } as ElectionEntry
      return before.check(entry, encodeEntry(entry))
    }
    expect(ask({})).toEqual({ ok: true, value: true })
    for (const member of ["logSize", "accepted", "counted", "superseded", "challenged"] as const) {
      expect(ask({ [member]: close[member] + 1 })).toEqual(refused("aggregate-mismatch", member))
    }
    expect(ask({ R: close.C[0]! })).toEqual(refused("aggregate-mismatch", "R"))
    expect(ask({ C: close.C.toReversed() })).toEqual(refused("aggregate-mismatch", "C"))
  })

  it("of no ballots sums to O, which no trustee can be made to open", () => {
    const empty = makeElection({ upTo: "open" }).log
    const close = computeClose(empty)
    expect([close.R, close.accepted]).toEqual([["0", "1"], 0])
    const closed = { ...sum, R: IDENTITY }
    const zeros = bodies[0]!.shares.map((share) => ({ ...share, delta: close.R }))
    expect(checkDecryptionShare(closed, { ...bodies[0]!, shares: zeros })).toEqual(refused("point-refused", "shares.0")) // prettier-ignore
  })
})

describe("a decryption share", () => {
  it("is valid for its own election, close, trustee and ciphertext only", () => {
    const [first] = bodies
    expect(checkDecryptionShare(sum, first!).ok).toBe(true)
    expect(checkDecryptionShare(sum, { ...first!, electionId: "7" as Fr })).toEqual(refused("share-invalid", "electionId")) // prettier-ignore
    expect(checkDecryptionShare({ ...sum, electionId: "7" as Fr }, { ...first!, electionId: "7" as Fr })).toEqual(refused("share-invalid", "shares.0")) // prettier-ignore
    expect(checkDecryptionShare(sum, { ...first!, closeHash: "00".repeat(32) })).toEqual(refused("share-invalid", "closeHash")) // prettier-ignore
    const other = { ...sum, closeHash: "00".repeat(32) }
    expect(checkDecryptionShare(other, { ...first!, closeHash: "00".repeat(32) })).toEqual(refused("share-invalid", "shares.0")) // prettier-ignore
    expect(checkDecryptionShare(sum, { ...first!, trustee: 2 })).toEqual(refused("share-invalid", "shares.0"))
    expect(checkDecryptionShare(sum, { ...first!, trustee: 6 })).toEqual(refused("share-invalid", "trustee"))
    const [a, b, ...rest] = first!.shares
    expect(checkDecryptionShare(sum, { ...first!, shares: [b!, a!, ...rest] })).toEqual(refused("share-invalid", "shares.0")) // prettier-ignore
    expect(checkDecryptionShare(sum, { ...first!, shares: [a!, b!, ...rest, a!] })).toEqual(refused("share-invalid", "shares")) // prettier-ignore
  })

  it("A2: has its points on the curve and of order l", () => {
    for (const member of ["delta", "A1", "A2"] as const) {
      expect(checkDecryptionShare(sum, flippedShare(bodies[0]!, member))).toEqual(
        refused("point-refused", "shares.1"),
      )
    }
    const even: [Fr, Fr] = ["0" as Fr, (R - 1n).toString() as Fr]
    const torsion = { ...bodies[0]!, shares: bodies[0]!.shares.map((share) => ({ ...share, delta: even })) }
    expect(checkDecryptionShare(sum, torsion)).toEqual(refused("point-refused", "shares.0"))
  })

  it("A13: has one spelling", () => {
    const entry = life.of("decryption-share")[0]!.entry as EntryOf<"decryption-share">
    const [first, ...rest] = entry.body.shares
    const z = (BigInt(first!.z) + SUBGROUP_ORDER).toString() as Scalar
    const delta: [Fr, Fr] = [(BigInt(first!.delta[0]) + R).toString() as Fr, first!.delta[1]]
    for (const change of [{ z }, { delta }]) {
      const body = { ...entry.body, shares: [{ ...first!, ...change }, ...rest] }
      expect(codeOf(() => encodeEntry({ ...entry, body }))).toBe("field-element-not-canonical")
    }
  })

  it("is refused for a sum of too few ballots", () => {
    const few = makeElection({ voters: 12, definition: { minAnonymity: 12 }, upTo: "closed", revotes: 1 })
    const share = few.signed("decryption-share", few.decryptionShare(1))
    expect(few.log.counts.counted).toBe(12)
    expect(few.log.check(share, encodeEntry(share)).ok).toBe(true)
    const other = new SmallElection({ upTo: "open", seed: "few" })
    const open = other.log
    const close = computeClose(open)
    open.append(close, encodeEntry(close))
    const entry = other.signed("decryption-share", { ...bodies[0]!, electionId: open.electionId, closeHash: open.closeHash }) // prettier-ignore
    expect(open.check(entry, encodeEntry(entry))).toEqual(refused("below-min-anonymity", "counted"))
  })
})

describe("A11: lost and refusing trustees", () => {
  it("every t of n open the same counts, and t - 1 do not", () => {
    for (const some of subsets(valid, 3)) {
      const computed = computeResult(log, some)
      expect(computed.ok && computed.value.result.counts).toEqual([4, 4, 4])
      expect(computed.ok && computed.value.result.trustees).toEqual(some.map(({ trustee }) => trustee))
      expect(checkCombination(log, some, [4, 4, 4]).ok).toBe(true)
    }
    for (const few of subsets(valid, 2)) {
      expect(computeResult(log, few)).toEqual({ ok: false, reason: "shares-missing" })
      expect(checkCombination(log, few, [4, 4, 4])).toEqual(refused("tally-mismatch", "trustees"))
    }
  })

  it("one invalid share among t + 1 blocks nothing and is named", () => {
    const published = [bodies[3]!, lying(bodies[1]!), bodies[0]!, bodies[4]!]
    const sorted = sortShares(sum, published)
    expect(sorted.invalid).toEqual([2])
    expect(sorted.valid.map(({ trustee }) => trustee)).toEqual([1, 4, 5])
    const computed = computeResult(log, sorted.valid)
    expect(computed.ok && computed.value.result).toMatchObject({ counts: [4, 4, 4], trustees: [1, 4, 5] })
  })

  it("a log with an invalid share still reaches its tally", () => {
    const reader = new ElectionLog(life.sources)
    for (const { entry, bytes } of life.entries) {
      if (entry.kind === "decryption-share") break
      reader.append(entry, bytes)
    }
    for (const body of [lying(bodies[1]!), bodies[0]!, bodies[3]!, bodies[4]!]) {
      const entry = life.signed("decryption-share", body)
      expect(reader.check(entry, encodeEntry(entry)).ok).toBe(body.trustee !== 2)
      reader.append(entry, encodeEntry(entry)) // what a dishonest service let in is listed, and read on
    }
    const computed = computeResult(reader, sortShares(reader.closedSum, reader.shares).valid)
    if (!computed.ok) throw new Error(computed.reason)
    const { result, resultSha256 } = computed.value
    const body = { ...tally, trustees: [...result.trustees], resultSha256 }
    const entry = life.signed("tally", body)
    expect(reader.check(entry, encodeEntry(entry))).toEqual({ ok: true, value: true })
    expect(checkTally(reader, valid, tally)).toEqual({ ok: true, value: true })
  })

  it("three shares agreed on a false sum do not agree with the fourth", () => {
    // Were t trustees to invent deltas together, the highest t would still give another sum.
    const shift = (shares: (typeof valid)[number]) => ({
      ...shares,
      deltas: shares.deltas.map((delta) => delta.double()),
    })
    const invented = [shift(valid[0]!), valid[1]!, valid[2]!, valid[3]!]
    const opened = computeResult(log, invented)
    expect(opened.ok).toBe(false)
    expect(checkCombination(log, invented, [4, 4, 4]).ok).toBe(false)
    expect(checkCombination(log, [valid[0]!, valid[1]!, valid[2]!, shift(valid[3]!)], [4, 4, 4])).toEqual(refused("tally-mismatch", "counts")) // prettier-ignore
  })
})

describe("A18: the drill is no decryption oracle", () => {
  const { keys, trusteeKeys, electionId } = log
  const drill = deriveDrill(electionId, 1, keys)
  const round1 = { electionId, round: 1, drill, trusteeKeys } as const
  const share = life.drillShare(1, 1)

  it("shows what everyone can compute, with a proof of its own", () => {
    expect(checkDrillShare(round1, share).ok).toBe(true)
    for (const [c, { delta }] of share.shares.entries()) {
      expect(parseCurvePoint(delta).equals(trusteeKeys[0]![c]!.multiply(drill.rho))).toBe(true)
    }
  })

  it("a drill share is no decryption share, and a decryption share no drill share", () => {
    const { trustee, shares } = share
    const moved = { electionId, trustee, closeHash: log.closeHash, shares }
    expect(checkDecryptionShare(sum, moved)).toEqual(refused("share-invalid", "shares.0"))
    // Nor when the sum that is opened is the drill's own.
    expect(checkDecryptionShare({ ...sum, R: drill.sum.R }, moved)).toEqual(
      refused("share-invalid", "shares.0"),
    )
    const back = { electionId, trustee: 1, round: 1, shares: bodies[0]!.shares }
    expect(checkDrillShare(round1, back)).toEqual(refused("share-invalid", "shares.0"))
  })

  it("a share over a point of somebody's choice is refused though its proof holds", () => {
    const context = { kind: "drill-share", electionId, round: 1, trustee: 1 } as const
    const chosen = secretsOf(life.trustees, 1).map((secret, ciphertext) =>
      encodeShare(proveShare({ ...context, ciphertext }, secret, log.aggregate.R, life.randomBytes)),
    )
    expect(checkDrillShare(round1, { ...share, shares: chosen })).toEqual(
      refused("share-invalid", "shares.0"),
    )
  })

  it("a share of one round, trustee or election is none of another", () => {
    const round2 = { ...round1, round: 2, drill: deriveDrill(electionId, 2, keys) } as const
    expect(checkDrillShare(round2, share)).toEqual(refused("share-invalid", "round"))
    expect(checkDrillShare(round2, { ...share, round: 2 })).toEqual(refused("share-invalid", "shares.0"))
    expect(checkDrillShare(round1, { ...share, trustee: 2 })).toEqual(refused("share-invalid", "shares.0"))
    expect(checkDrillShare(round1, { ...share, electionId: "7" as Fr })).toEqual(
      refused("share-invalid", "electionId"),
    )
  })

  it("opens to its counts from both ends of the trustees, or the opening waits", () => {
    const shares = life.trustees.map(({ index }) => {
      const verdict = checkDrillShare(round1, life.drillShare(index, 1))
      if (!verdict.ok) throw new Error(verdict.reason)
      return verdict.value
    })
    expect(checkDrillRound(round1, shares, log)).toEqual({ ok: true, value: true })
    const broken = (at: number) =>
      shares.map((one, i) => (i === at ? { ...one, deltas: one.deltas.toReversed() } : one))
    expect(checkDrillRound(round1, broken(0), log)).toEqual(refused("share-invalid", "lowest"))
    expect(checkDrillRound(round1, broken(4), log)).toEqual(refused("share-invalid", "highest"))
  })
})

describe("the result", () => {
  it("is the canonical document of these members", () => {
    const computed = computeResult(log, valid)
    if (!computed.ok) throw new Error(computed.reason)
    const { bytes, resultSha256 } = computed.value
    expect(bytesToUtf8(bytes)).toBe(
      `{"accepted":14,"challenged":1,"closeHash":"${log.closeHash}","counted":12,"counts":[4,4,4],` +
        `"electionId":"${life.electionId}","superseded":2,"trustees":[1,2,3]}`,
    )
    expect(resultSha256).toBe(bytesToHex(sha256(bytes)))
    expect(tally.resultSha256).toBe(resultSha256)
  })

  it("does not follow from the order of the shares, and tells how far its search is", () => {
    const seen: [number, number][] = []
    const computed = computeResult(log, valid.toReversed(), (done, most) => seen.push([done, most]))
    expect(computed.ok && computed.value.resultSha256).toBe(tally.resultSha256)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every(([done, most]) => done <= most)).toBe(true)
  })

  it("is refused where the tally says another", () => {
    expect(checkTally(log, valid, tally)).toEqual({ ok: true, value: true })
    const ask = (change: Partial<typeof tally>) => checkTally(log, valid, { ...tally, ...change })
    expect(ask({ counts: [4, 4, 5] })).toEqual(refused("tally-mismatch", "counts"))
    expect(ask({ counts: [4, 4] })).toEqual(refused("tally-mismatch", "counts"))
    expect(ask({ counts: [4, 4, 4, 0] })).toEqual(refused("tally-mismatch", "counts"))
    expect(ask({ trustees: [1, 2, 4] })).toEqual(refused("tally-mismatch", "trustees"))
    expect(ask({ closeHash: "00".repeat(32) })).toEqual(refused("tally-mismatch", "closeHash"))
    expect(ask({ electionId: "7" as Fr })).toEqual(refused("tally-mismatch", "electionId"))
    expect(ask({ resultSha256: "00".repeat(32) })).toEqual(refused("tally-mismatch", "resultSha256"))
    expect(checkReport(log, [1, 2, 4], { ...tally, trustees: [1, 2, 4] })).toEqual(refused("tally-mismatch", "resultSha256")) // prettier-ignore
  })

  it("is bounded by its ballots and rules, and hides one ballot among enough", () => {
    const ask = (counts: number[], counted: number, minAnonymity = 10) => {
      const ballots = { accepted: counted, counted, superseded: 0, challenged: 0 }
      return checkResultTotals({ definition: { ...log.definition, minAnonymity }, counts: ballots }, counts)
    }
    expect(ask([4, 4, 4], 12)).toEqual({ ok: true, value: true })
    expect(ask([0, 0, 0], 12)).toEqual({ ok: true, value: true })
    expect(ask([4, 4, 5], 12)).toEqual(refused("tally-mismatch", "counts"))
    expect(ask([13, 0, 0], 12)).toEqual(refused("tally-mismatch", "counts"))
    expect(ask([4, 4, 4], 12, 13)).toEqual(refused("below-min-anonymity", "counted"))
    expect(ask([3, 3, 3], 9)).toEqual(refused("below-min-anonymity", "counted"))
  })
})

describe("a weighted election", () => {
  const weighted = makeElection({
    n: 3,
    t: 2,
    seed: "weighted",
    ballot: {
      type: "weighted-single-choice",
      label: "Merge?",
      options: [
        { id: "yes", label: "Yes" },
        { id: "no", label: "No" },
      ],
      mayAbstain: true,
    },
    weights: (v) => 2 ** v * 100,
    revotes: 1,
  })

  it("sums weights, on even bits alone", () => {
    expect(weighted.result?.result).toMatchObject({ counted: 12, accepted: 13, counts: [136500, 273000] })
    const replay = new ElectionLog(weighted.sources)
    for (const { entry, bytes } of weighted.entries) {
      expect(replay.check(entry, bytes)).toEqual({ ok: true, value: true })
      replay.append(entry, bytes)
    }
    expect(replay.phase).toBe("tallied")
  })

  it("is bounded by the census's weight, not by its ballots", () => {
    const ask = (counts: number[]) => checkResultTotals(weighted.log, counts)
    expect(weighted.definition.census.totalWeight).toBe(409500)
    expect(ask([136500, 273000]).ok).toBe(true)
    expect(ask([409500, 0]).ok).toBe(true)
    expect(ask([409500, 1])).toEqual(refused("tally-mismatch", "counts"))
    expect(ask([409501, 0])).toEqual(refused("tally-mismatch", "counts"))
  })
})

it("a challenged or superseded ballot never counts", () => {
  const marks = (v: number) => [v === 0 ? 2 : 0]
  const other = makeElection({ n: 3, t: 2, marks, challenges: 12, revotes: 3, seed: "fates" })
  expect(other.result?.result).toMatchObject({
    counts: [11, 0, 1],
    accepted: 15,
    counted: 12,
    challenged: 12,
  })
})
