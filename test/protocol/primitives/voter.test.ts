import { hkdfSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { poseidon, TAG } from "../../../src/protocol/primitives/poseidon.ts"
import {
  deriveBallotNullifier,
  deriveCensusLeaf,
  deriveVoterCommitment,
  deriveVoterSecret,
} from "../../../src/protocol/primitives/voter.ts"

const seed = new Uint8Array(32).fill(7)
const censusId = "ab".repeat(32)

describe("a voter's secret", () => {
  it("is HKDF-SHA256 of the seed for one census and enrolment, recomputed by node:crypto", () => {
    const info = `sotto/voter-secret/1:${censusId}:0`
    const bytes = Buffer.from(hkdfSync("sha256", seed, Buffer.alloc(0), info, 31)).toString("hex")
    expect(deriveVoterSecret(seed, censusId, 0)).toBe(BigInt(`0x${bytes}`))
  })

  it("is another one for each census, enrolment and seed", () => {
    const secrets = [
      deriveVoterSecret(seed, censusId, 0),
      deriveVoterSecret(seed, censusId, 1),
      deriveVoterSecret(seed, "cd".repeat(32), 0),
      deriveVoterSecret(new Uint8Array(32).fill(8), censusId, 0),
    ]
    expect(new Set(secrets).size).toBe(4)
    expect(secrets.every((secret) => secret < 1n << 248n)).toBe(true)
  })

  it("B11: is refused below 2^128, where a commitment could be searched", () => {
    for (const weak of [0n, 1n, 123456n, (1n << 128n) - 1n])
      expect(() => deriveVoterCommitment(weak)).toThrow(RangeError)
    expect(deriveVoterCommitment(1n << 128n)).toBeDefined()
    expect(() => deriveVoterSecret(new Uint8Array(16), censusId, 0)).toThrow(RangeError)
  })
})

describe("what is derived from it", () => {
  const commitment = "8357274914101761223646627006872368545940130251089132849341207037589995462520" as Fr

  it("has the values of the specification for secret 1", () => {
    expect(poseidon(TAG.voterCommitment, 1n).toString()).toBe(commitment)
    expect(deriveCensusLeaf(commitment, 1)).toBe(
      "15700894610028091471322054567252739125571156553248201695742296403805718907513",
    )
    expect(deriveBallotNullifier(1n, "7" as Fr)).toBe(
      "5501027765066547833121205027156480966852292659327004135463427865349778864508",
    )
  })

  it("tells weights and elections apart", () => {
    expect(deriveCensusLeaf(commitment, 2)).not.toBe(deriveCensusLeaf(commitment, 1))
    expect(deriveBallotNullifier(1n, "8" as Fr)).not.toBe(deriveBallotNullifier(1n, "7" as Fr))
    const secret = deriveVoterSecret(seed, censusId, 0)
    expect(deriveVoterCommitment(secret)).toBe(poseidon(2001n, secret).toString())
  })

  it("has a weight of 1 to 2^32 - 1", () => {
    expect(deriveCensusLeaf(commitment, 2 ** 32 - 1)).toBeDefined()
    for (const weight of [0, -1, 1.5, 2 ** 32])
      expect(() => deriveCensusLeaf(commitment, weight)).toThrow(RangeError)
  })
})
