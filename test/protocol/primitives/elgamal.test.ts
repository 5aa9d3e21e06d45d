import { createHash } from "node:crypto"
import fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import {
  BASE8,
  encodePoint,
  IDENTITY,
  PACKING_POINT,
  parsePointOnCurve,
  SUBGROUP_ORDER,
} from "../../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import { computeBallotHash, encryptMarks, packCounters } from "../../../src/protocol/primitives/elgamal.ts"
import type { HashedBallot } from "../../../src/protocol/primitives/elgamal.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../../src/protocol/primitives/field.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

describe("encryptMarks", () => {
  it("has the values of the specification: rho 5, key 11*G, both marks", () => {
    const { R: point, C } = encryptMarks([BASE8.multiply(11n)], 5n, [true, true], 1)
    expect(encodePoint(point)).toEqual([
      "11480966271046430430613841218147196773252373073876138147006741179837832100836",
      "15148236048131954717802795400425086368006776860859772698778589175317365693546",
    ])
    expect(C.map(encodePoint)).toEqual([
      [
        "21271478335589038795688567091397387152724986080738934799181954062827559031098",
        "9112955434270505094156466659600471487769972037158841283830448798859816416430",
      ],
    ])
  })

  it("is rho*PK + even*weight*G + odd*J in every pair, over circomlibjs", () => {
    const scalar = fc.bigInt({ min: 1n, max: SUBGROUP_ORDER - 1n })
    const marks = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(
        scalar,
        scalar,
        scalar,
        marks,
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        (a, b, rho, m, weight) => {
          const { R: point, C } = encryptMarks([BASE8.multiply(a), BASE8.multiply(b)], rho, m, weight)
          expect(encodePoint(point)).toEqual(spell(oracle.multiply(rho)))
          for (const [c, secret] of [a, b].entries()) {
            const counters = BigInt(m[2 * c] ? weight : 0) + (m[2 * c + 1] ? 2n ** 32n : 0n)
            const expected = oracle.multiply((rho * secret + counters) % SUBGROUP_ORDER)
            expect(encodePoint(C[c] ?? IDENTITY)).toEqual(spell(expected))
          }
        },
      ),
      { numRuns: 6 },
    )
  })

  it("refuses another number of marks than two a key", () => {
    for (const count of [0, 1, 3])
      expect(() => encryptMarks([BASE8], 5n, Array<boolean>(count).fill(true), 1)).toThrow(RangeError)
  })

  it.each([
    ["O", IDENTITY],
    ["a point of order 2", parsePointOnCurve(["0", (R - 1n).toString()])],
  ])("A3: leaves the marks in clear under %s as a key", (_, key) => {
    for (const [rho, even, odd] of [
      [5n, 1, 0],
      [6n, 0, 1],
      [7n, 1, 1],
      [8n, 0, 0],
    ] as const) {
      const [C] = encryptMarks([key], rho, [even === 1, odd === 1], 1).C
      const openings = [key, IDENTITY].map((mask) => packCounters(BigInt(even), BigInt(odd)).add(mask))
      expect(openings.some((opening) => opening.equals(C ?? BASE8))).toBe(true)
    }
  })
})

describe("packCounters", () => {
  it("puts the counters 32 bits apart, zero included", () => {
    expect(packCounters(0n, 0n).equals(IDENTITY)).toBe(true)
    expect(packCounters(3n, 4n).equals(BASE8.multiply(3n + (4n << 32n)))).toBe(true)
    expect(packCounters(0n, 1n).equals(PACKING_POINT)).toBe(true)
  })

  it("A15: gives two openings of one sum when a counter may reach 2^32, hence the caps", () => {
    expect(packCounters(1n << 32n, 0n).equals(packCounters(0n, 1n))).toBe(true)
  })
})

describe("computeBallotHash", () => {
  const ballot: HashedBallot = {
    electionId: "7" as Fr,
    nullifier: "8" as Nullifier,
    sequence: 258,
    R: encodePoint(BASE8),
    C: [encodePoint(PACKING_POINT), encodePoint(BASE8.double())],
  }

  it("covers election, nullifier, sequence and ciphertexts, recomputed by node:crypto", () => {
    const hex = (value: string): string => BigInt(value).toString(16).padStart(64, "0")
    const points = [ballot.R, ...ballot.C].flat().map(hex).join("")
    const bytes = Buffer.from(hex("7") + hex("8") + "000102" + points, "hex")
    const tag = "sotto/ballot/1"
    const hash = createHash("sha256").update(
      Buffer.concat([Buffer.from([tag.length]), Buffer.from(tag), bytes]),
    )
    expect(bytesToHex(computeBallotHash(ballot))).toBe(hash.digest("hex"))
  })

  it.each<[string, Partial<HashedBallot>]>([
    ["election", { electionId: "9" as Fr }],
    ["nullifier", { nullifier: "9" as Nullifier }],
    ["sequence", { sequence: 259 }],
    ["R", { R: ballot.C[0] ?? ballot.R }],
    ["order of ciphertexts", { C: [...ballot.C].reverse() }],
    ["number of ciphertexts", { C: ballot.C.slice(1) }],
  ])("is another one for another %s", (_, change) => {
    expect(computeBallotHash({ ...ballot, ...change })).not.toEqual(computeBallotHash(ballot))
  })
})

const spell = ([x, y]: PlainPoint): [string, string] => [x.toString(), y.toString()]
