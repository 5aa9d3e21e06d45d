// Recomputed with node:crypto from the text of the specification.
import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { i32, u16, u24, u32, u8 } from "../../../src/protocol/primitives/big-endian.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import {
  bytesToScalar,
  digestPart,
  hashToScalar,
  taggedBytes,
  taggedHash,
} from "../../../src/protocol/primitives/tagged-hash.ts"
import { jcsPart } from "../../../src/protocol/wire/canonical-json.ts"

describe("tagged hashes", () => {
  it("give the claim of the specification", () => {
    expect(bytesToHex(taggedHash("sotto/claim/v1", jcsPart(["spent", "7"])))).toBe(
      "3b6dea55d40fd478352a524a18f5048a0ef766a7f89b757346acf971158ed4f5",
    )
  })

  it("reduce SHA-512 of the same bytes to a scalar", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (part) => {
        const bytes = Buffer.concat([Buffer.from([9]), Buffer.from("sotto/t/1"), part])
        const digest = createHash("sha512").update(bytes).digest("hex")
        expect(hashToScalar("sotto/t/1", part)).toBe(BigInt(`0x${digest}`) % SUBGROUP_ORDER)
        expect(bytesToScalar(taggedBytes("sotto/t/1"), part)).toBe(hashToScalar("sotto/t/1", part))
        expect(bytesToHex(taggedHash("sotto/t/1", part))).toBe(
          createHash("sha256").update(bytes).digest("hex"),
        )
      }),
    )
  })

  it("keep a tag apart from what follows it", () => {
    expect(taggedBytes("ab", Uint8Array.of(99))).not.toEqual(taggedBytes("abc"))
  })

  it("take digests of 32 bytes only", () => {
    expect(digestPart(new Uint8Array(32))).toHaveLength(32)
    for (const length of [0, 31, 33]) expect(() => digestPart(new Uint8Array(length))).toThrow(RangeError)
  })
})

describe("integers of fixed width", () => {
  it("are big-endian and refuse what does not fit", () => {
    expect([u8(255), u16(258), u24(66051), u32(16909060)].map(bytesToHex)).toEqual([
      "ff",
      "0102",
      "010203",
      "01020304",
    ])
    expect(bytesToHex(i32(1n))).toBe("00".repeat(31) + "01")
    for (const [write, past] of [
      [u8, 2 ** 8],
      [u16, 2 ** 16],
      [u24, 2 ** 24],
      [u32, 2 ** 32],
    ] as const) {
      expect(write(past - 1)).toBeDefined()
      expect(() => write(past)).toThrow(RangeError)
      expect(() => write(-1)).toThrow(RangeError)
      expect(() => write(0.5)).toThrow(RangeError)
    }
    expect(() => i32(1n << 256n)).toThrow(RangeError)
  })
})
