import { describe, expect, it } from "vitest"
import { emptyAggregate, includeBallot } from "../../../src/protocol/election/aggregate.ts"
import { combineShares } from "../../../src/protocol/election/combine.ts"
import type { TrusteeShares } from "../../../src/protocol/election/combine.ts"
import { recoverCounts } from "../../../src/protocol/election/recover.ts"
import { BASE8 } from "../../../src/protocol/primitives/babyjubjub.ts"
import { proveShare, verifyShare } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { ShareContext } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { castBallots, expectedCounts } from "../../support/counted-ballots.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { shareKeys } from "../../support/shared-keys.ts"

const election = shareKeys(3, 5, 2)
const randomBytes = seededBytes("combine")
const ballots = castBallots(election, 20, randomBytes, (i) => [i % 3 === 0, i % 3 === 1, i < 7, i > 15])
const sum = ballots.reduce((total, ballot) => includeBallot(total, ballot.ciphertexts), emptyAggregate(2))
const all: TrusteeShares[] = election.trustees.map(({ index, secrets }) => ({
  trustee: index,
  deltas: secrets.map((secret) => sum.R.multiply(secret)),
}))
const [one, two, three, four, five] = all as [
  TrusteeShares,
  TrusteeShares,
  TrusteeShares,
  TrusteeShares,
  TrusteeShares,
]
const countsFrom = (shares: readonly TrusteeShares[], threshold: { t: number; n: number } = election) => {
  const combined = combineShares(sum, shares, threshold)
  if (!combined.ok) return combined.reason
  const counts = recoverCounts(combined.value.openings, { weighted: false, counted: ballots.length })
  return counts.ok ? counts.value : counts.reason
}

describe("combineShares", () => {
  it("uses the t shares of lowest index, in whatever order they come", () => {
    const combined = combineShares(sum, [five, two, four, one], election)
    expect(combined).toMatchObject({ ok: true, value: { trustees: [1, 2, 4] } })
    expect(countsFrom([five, two, four, one])).toEqual(expectedCounts(ballots))
  })

  it("wants one delta for every ciphertext", () => {
    const short = { ...one, deltas: one.deltas.slice(1) }
    expect(countsFrom([short, two, three])).toBe("share-count")
  })
})

describe("A11: lost, refusing and lying trustees", () => {
  it("every t trustees give the same counts", () => {
    for (let mask = 0; mask < 32; mask++) {
      const chosen = all.filter((_, i) => ((mask >> i) & 1) === 1)
      const expected = chosen.length < 3 ? "shares-missing" : expectedCounts(ballots)
      expect(countsFrom(chosen)).toEqual(expected)
    }
  })

  it("t - 1 give nothing, also to somebody who calls them enough", () => {
    expect(countsFrom([one, two], { t: 2, n: 5 })).toBe("no-solution")
  })

  it("one corrupt share among t + 1 is found out by its proof, and the rest is enough", () => {
    const contextOf = (trustee: number, ciphertext: number): ShareContext => ({
      kind: "decryption-share",
      electionId: "7" as Fr,
      closeHash: new Uint8Array(32),
      trustee,
      ciphertext,
    })
    const published = election.trustees.slice(0, 4).map(({ index, secrets, keys }) => ({
      trustee: index,
      keys,
      shares: secrets.map((secret, c) => {
        const share = proveShare(contextOf(index, c), secret, sum.R, randomBytes)
        return index === 2 && c === 1 ? { ...share, delta: share.delta.add(BASE8) } : share
      }),
    }))
    const deltasOf = (of: typeof published): TrusteeShares[] =>
      of.map(({ trustee, shares }) => ({ trustee, deltas: shares.map(({ delta }) => delta) }))
    const valid = published.filter(({ trustee, keys, shares }) =>
      shares.every((share, c) => verifyShare(contextOf(trustee, c), keys[c]!, sum.R, share)),
    )
    expect(valid.map(({ trustee }) => trustee)).toEqual([1, 3, 4])
    expect(countsFrom(deltasOf(valid))).toEqual(expectedCounts(ballots))
    // Why proofs are wanted: a share shifted by G, times the factor -3 of trustee 2, is three votes from nowhere.
    expect(countsFrom(deltasOf(published))).toEqual([7, 7, 10, 4])
  })
})

describe("A14: indices of shares", () => {
  it.each<[string, number]>([
    ["0", 0],
    ["above n", 6],
    ["negative", -1],
    ["not whole", 1.5],
  ])("%s is refused", (_, trustee) => {
    expect(countsFrom([one, two, three, { ...four, trustee }])).toBe("share-index-refused")
  })

  it("one that occurs twice is refused, with equal deltas and with others", () => {
    expect(countsFrom([one, two, three, one])).toBe("share-duplicate")
    expect(countsFrom([one, two, { ...three, trustee: 2 }])).toBe("share-duplicate")
  })
})
