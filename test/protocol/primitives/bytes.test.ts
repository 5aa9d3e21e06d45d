import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  bigintToBytes,
  bytesToBigint,
  bytesToUtf8,
  decodeBase64,
  decodeBase64Url,
  encodeBase64,
  encodeBase64Url,
  equalBytes,
  utf8ToBytes,
} from "../../../src/protocol/primitives/bytes.ts"

describe("binary encodings", () => {
  it("decode what they encode", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes)
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
        expect(bigintToBytes(bytesToBigint(bytes), bytes.length)).toEqual(bytes)
      }),
    )
  })

  it.each(["AA==", "A", "AB", "A+/A", "AA AA", "AA\n"])("base64url refuses %j", (text) => {
    expect(decodeBase64Url(text)).toBeNull()
  })

  it.each(["AA", "AB==", "A-_A", "AA==\n", "=AA="])("base64 refuses %j", (text) => {
    expect(decodeBase64(text)).toBeNull()
  })

  it("cannot hide a value that does not fit", () => {
    expect(() => bigintToBytes(256n, 1)).toThrow(RangeError)
    expect(() => bigintToBytes(-1n, 4)).toThrow(RangeError)
  })

  it("compare content and length", () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false)
  })
})

describe("UTF-8", () => {
  it("comes back as it went", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        (text) => text.startsWith("\ufeff") || bytesToUtf8(utf8ToBytes(text)) === text,
      ),
    )
  })

  it.each([
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x31]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an encoded surrogate", [0xed, 0xa0, 0x80]],
    ["a stray continuation byte", [0x80]],
    ["a cut sequence", [0xe2, 0x82]],
    ["UTF-16", [0xff, 0xfe, 0x31, 0x00]],
  ])("refuses %s", (_, bytes) => {
    expect(bytesToUtf8(Uint8Array.from(bytes))).toBeNull()
  })
})
