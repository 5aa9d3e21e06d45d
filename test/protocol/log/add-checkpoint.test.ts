import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  encodeAddCheckpoint,
  encodeLines,
  encodeSize,
  parseAddCheckpoint,
  parseLines,
  parseSize,
} from "../../../src/protocol/log/add-checkpoint.ts"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"

const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 })
const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

describe("an add-checkpoint request", () => {
  it("reads as it was written", () => {
    fc.assert(
      fc.property(size, hashes, (oldSize, proof) => {
        const request = { oldSize, proof, checkpoint: utf8ToBytes("o\n1\nx\n\n— o AAAAAAA=\n") }
        expect(parseAddCheckpoint(encodeAddCheckpoint(request))).toEqual(request)
      }),
    )
  })

  it.each([
    ["nothing", ""],
    ["a leading zero", "old 01\n\nx"],
    ["a sign", "old +1\n\nx"],
    ["a size above 2^53", "old 9007199254740992\n\nx"],
    ["no old line", "\n\nx"],
    ["a hash that is too short", "old 1\nAAAA\n\nx"],
    ["a hash that is not canonical base64", `old 1\n${"A".repeat(42)}B=\n\nx`],
    ["64 hashes", `old 1\n${`${"A".repeat(43)}=\n`.repeat(64)}\nx`],
  ])("is refused with %s", (_name, text) => {
    expect(() => parseAddCheckpoint(utf8ToBytes(text))).toThrow(
      expect.objectContaining({ code: "malformed-log" }),
    )
  })
})

describe("an answer", () => {
  it("of 409 is a size and a line end", () => {
    fc.assert(fc.property(size, (n) => parseSize(encodeSize(n)) === n))
    for (const text of ["", "3", "3\n\n", " 3\n", "03\n", "-1\n"])
      expect(parseSize(utf8ToBytes(text)), text).toBeNull()
  })

  it("of 200 is signature lines and nothing else", () => {
    const lines = [{ name: "c.example", keyId: new Uint8Array(4), signature: new Uint8Array(72).fill(1) }]
    const bytes = encodeLines(lines)
    expect(parseLines(bytes)).toEqual(lines)
    for (const text of ["", "hello\n", "hello\n\n— c AAAAAAA=\n"])
      expect(() => parseLines(utf8ToBytes(text)), text).toThrow(
        expect.objectContaining({ code: "malformed-log" }),
      )
  })
})
