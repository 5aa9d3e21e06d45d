import { hkdfSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { deriveBlind, deriveSecret, drawScalar31 } from "../../../src/protocol/credential/holder.ts"
import { bytesToBigint } from "../../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"

const SEED = new Uint8Array(32).fill(7)
const reference = (info: string) =>
  bytesToBigint(new Uint8Array(hkdfSync("sha256", SEED, new Uint8Array(), info, 31)))

describe("a wallet seed", () => {
  it("derives secret and blinds as HKDF-SHA256 of the platform does", () => {
    expect(deriveSecret(SEED)).toBe(reference("sotto/secret/1"))
    expect(deriveBlind(SEED, encodeFr(12345n), 2)).toBe(reference("sotto/blind/1|12345|2"))
  })

  it("gives every issuer key another blind", () => {
    const blinds = [
      deriveBlind(SEED, encodeFr(1n), 0),
      deriveBlind(SEED, encodeFr(2n), 0),
      deriveBlind(SEED, encodeFr(1n), 1),
    ]
    expect(new Set(blinds).size).toBe(3)
  })

  it("has 32 bytes", () => {
    expect(() => deriveSecret(new Uint8Array(31))).toThrow(RangeError)
  })
})

describe("a drawn scalar", () => {
  it("is never zero and takes 31 bytes", () => {
    const draws = [new Uint8Array(31), new Uint8Array(31).fill(255)]
    const asked: number[] = []
    const value = drawScalar31((length) => {
      asked.push(length)
      return draws.shift() ?? new Uint8Array(length)
    })
    expect(value).toBe((1n << 248n) - 1n)
    expect(asked).toEqual([31, 31])
  })
})
