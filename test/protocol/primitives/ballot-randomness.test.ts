import { createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import {
  drawBallotRandomness,
  EXCEPTIONAL_LOW_BITS,
  firstUsable,
  isUsableRandomness,
} from "../../../src/protocol/primitives/ballot-randomness.ts"
import type { BallotDraw } from "../../../src/protocol/primitives/ballot-randomness.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"

const draw: BallotDraw = {
  voterSecret: 1n << 200n,
  electionId: "7" as Fr,
  sequence: 1,
  attempt: 0,
  marks: [true, false, false, true],
}

describe("ballot randomness", () => {
  it("is the HMAC of the specification, recomputed by node:crypto", () => {
    const message = Buffer.concat([
      Buffer.from("sotto/ballot-randomness/1\0"),
      Buffer.alloc(32, 9),
      Buffer.from("07".padStart(64, "0"), "hex"),
      Buffer.from("000102", "hex"),
      Buffer.from("00000003", "hex"),
      Buffer.from("0009", "hex"), // choices 0 and 3
    ])
    const key = Buffer.from((1n << 200n).toString(16).padStart(64, "0"), "hex")
    const digest = createHmac("sha512", key).update(message).digest("hex")
    expect(drawBallotRandomness({ ...draw, sequence: 258, attempt: 3 }, constantBytes(9))).toEqual({
      rho: BigInt(`0x${digest}`) % SUBGROUP_ORDER,
      attempt: 3,
    })
  })

  it("refuses a generator that gives too little, and more marks than 16", () => {
    expect(() => drawBallotRandomness(draw, () => new Uint8Array(16))).toThrow(RangeError)
    const marks = Array<boolean>(17).fill(true)
    expect(() => drawBallotRandomness({ ...draw, marks }, constantBytes(0))).toThrow(RangeError)
  })
})

describe("A4: zero and the exceptional value are drawn again", () => {
  it("knows the exceptional low bits: l - 2^250 - (2^249 - 1)/7", () => {
    expect(EXCEPTIONAL_LOW_BITS).toBe(
      797546722194482024037982888770643071568945925300745316575367714387401675944n,
    )
    for (const k of [0n, 1n, 2n]) expect(isUsableRandomness(EXCEPTIONAL_LOW_BITS + (k << 249n))).toBe(false)
    for (const near of [EXCEPTIONAL_LOW_BITS + 1n, EXCEPTIONAL_LOW_BITS - 1n])
      expect(isUsableRandomness(near)).toBe(true)
    expect([isUsableRandomness(0n), isUsableRandomness(1n)]).toEqual([false, true])
  })

  it("goes on to the next attempt and says which one it took", () => {
    const drawn = [0n, EXCEPTIONAL_LOW_BITS, EXCEPTIONAL_LOW_BITS + (1n << 249n), 5n]
    expect(firstUsable(4, (attempt) => drawn[attempt - 4] ?? 0n)).toEqual({ rho: 5n, attempt: 7 })
  })

  it("ends when nothing usable comes", () => {
    let draws = 0
    expect(() =>
      firstUsable(0, () => {
        draws++
        return 0n
      }),
    ).toThrow(RangeError)
    expect(draws).toBeLessThan(20)
  })
})

describe("A5: a broken generator never makes two ballots share randomness", () => {
  it("whatever differs: sequence, attempt, marks, election or voter", () => {
    const variants: BallotDraw[] = [draw]
    for (let i = 1; i <= 20; i++) {
      variants.push({ ...draw, sequence: 1 + i }, { ...draw, attempt: i })
      variants.push(
        { ...draw, electionId: String(7 + i) as Fr },
        { ...draw, voterSecret: draw.voterSecret + BigInt(i) },
      )
    }
    for (let bits = 0; bits < 16; bits++) {
      if (bits !== 9) variants.push({ ...draw, marks: [0, 1, 2, 3].map((j) => ((bits >> j) & 1) === 1) })
    }
    const drawn = variants.map((variant) => drawBallotRandomness(variant, constantBytes(0)).rho)
    expect(new Set(drawn).size).toBe(variants.length)
    expect(drawBallotRandomness(draw, constantBytes(0)).rho).toBe(drawn[0])
  })
})

describe("A6: no randomness is short, and none leans to a residue", () => {
  const randomBytes = seededBytes("ten thousand ballots")
  const rhos = Array.from(
    { length: 10_000 },
    (_, i) => drawBallotRandomness({ ...draw, attempt: i }, randomBytes).rho,
  )

  it("has the lengths of uniform scalars below l = 2^250.597", () => {
    const lengths = rhos.map((rho) => rho.toString(2).length)
    expect(Math.min(...lengths)).toBeGreaterThan(200)
    const shareOf = (length: number): number => lengths.filter((one) => one === length).length / rhos.length
    // Four standard deviations of a share of 10^4 draws are below 0.02.
    const order = Number(SUBGROUP_ORDER >> 200n)
    expect(Math.abs(shareOf(251) - (1 - 2 ** 50 / order))).toBeLessThan(0.02)
    expect(Math.abs(shareOf(250) - 2 ** 49 / order)).toBeLessThan(0.02)
    expect(Math.abs(shareOf(249) - 2 ** 48 / order)).toBeLessThan(0.02)
  })

  // Chi-squared, 99.99 % quantiles for prime - 1 degrees of freedom; the seed is fixed, so the test does not flicker.
  it.each([
    [2n, 15.2],
    [3n, 18.5],
    [5n, 23.6],
    [7n, 27.9],
    [11n, 35.6],
    [13n, 39.2],
  ])("has uniform residues modulo %i", (prime, bound) => {
    const expected = rhos.length / Number(prime)
    let statistic = 0
    for (let residue = 0n; residue < prime; residue++) {
      const seen = rhos.filter((rho) => rho % prime === residue).length
      statistic += (seen - expected) ** 2 / expected
    }
    expect(statistic).toBeLessThan(bound)
  })
})
