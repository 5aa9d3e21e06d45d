import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { deriveNonce } from "../../../src/protocol/primitives/hedged.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"

const statement = utf8ToBytes("what is proved")

describe("deriveNonce", () => {
  it("is HMAC-SHA-512 of label, random bytes and hashed statement under the secret", () => {
    const message = Buffer.concat([
      Buffer.from("sotto/nonce/1\0"),
      Buffer.alloc(32, 7),
      createHash("sha512").update(statement).digest(),
    ])
    const key = Buffer.from("05".padStart(64, "0"), "hex")
    const digest = createHmac("sha512", key).update(message).digest("hex")
    expect(deriveNonce(5n, statement, constantBytes(7))).toBe(BigInt(`0x${digest}`) % SUBGROUP_ORDER)
  })

  it("differs for two statements and two secrets even if the generator repeats itself", () => {
    const nonces = [
      deriveNonce(5n, statement, constantBytes(0)),
      deriveNonce(5n, utf8ToBytes("something else"), constantBytes(0)),
      deriveNonce(6n, statement, constantBytes(0)),
    ]
    expect(new Set(nonces).size).toBe(3)
  })

  it("differs between two proofs of one statement when the generator works", () => {
    const randomBytes = seededBytes("nonces")
    expect(deriveNonce(5n, statement, randomBytes)).not.toBe(deriveNonce(5n, statement, randomBytes))
  })

  it("refuses a generator that gives too little", () => {
    expect(() => deriveNonce(5n, statement, () => new Uint8Array(8))).toThrow(RangeError)
  })
})
