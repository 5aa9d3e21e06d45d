import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { CborTag, readCbor } from "../../../src/health/eu-dcc/cbor.ts"
import { codeOf } from "../../support/code-of.ts"
import { Pairs, Tag, writeCbor } from "../../support/dcc-cbor.ts"

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"))
const refusal = (text: string): string => codeOf(() => readCbor(hex(text)))
const map = (...members: (readonly [number | string, unknown])[]) => new Map(members)

describe("RFC 8949 appendix A", () => {
  it.each([
    ["00", 0],
    ["1903e8", 1000],
    ["1b000000e8d4a51000", 1_000_000_000_000],
    ["3903e7", -1000],
    ["f93e00", 1.5],
    ["fb3ff199999999999a", 1.1],
    ["f5", true],
    ["f4", false],
    ["f6", null],
    ["60", ""],
    ["6449455446", "IETF"],
    ["62c3bc", "ü"],
    ["63e6b0b4", "水"],
    ["4401020304", hex("01020304")],
    ["40", hex("")],
    ["80", []],
    ["8301820203820405", [1, [2, 3], [4, 5]]],
    ["a0", map()],
    ["a201020304", map([1, 2], [3, 4])],
    ["a26161016162820203", map(["a", 1], ["b", [2, 3]])],
    ["c11a514b67b0", new CborTag(1, 1363896240)],
    ["5f42010243030405ff", hex("0102030405")],
    ["7f657374726561646d696e67ff", "streaming"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
    ["bf61610161629f0203ffff", map(["a", 1], ["b", [2, 3]])],
    ["bfff", map()],
    ["9fff", []],
  ])("reads %s", (bytes, value) => {
    expect(readCbor(hex(bytes))).toEqual(value)
  })
})

describe("what is no item of a certificate", () => {
  it.each([
    ["no bytes", ""],
    ["bytes after the item", "0000"],
    ["a duplicate text key", "a2616101616102"],
    ["a duplicate integer key", "a201010102"],
    ["a key given twice in two lengths", "a20101180102"],
    ["a duplicate key of an open map", "bf616101616102ff"],
    ["a duplicate key of a map inside", "81a2616101616102"],
    ["a key of bytes", "a1410101"],
    ["a key that is a list", "a18001"],
    ["a key with a fraction", "a1f93e0001"],
    ["a map with half a member", "a101"],
    ["an open map with half a member", "bf01ff"],
    ["a list that ends early", "8201"],
    ["an open list without its end", "9f01"],
    ["a break in a definite list", "8201ff"],
    ["a break alone", "ff"],
    ["a tag without its item", "d2"],
    ["a tag before a break", "9fd2ff"],
    ["text cut off", "6461"],
    ["text that is not UTF-8", "62c328"],
    ["long text that is not UTF-8", `7828${"61".repeat(38)}c328`],
    ["text with a byte order mark", "63efbbbf"],
    ["a chunk of another kind", "5f6161ff"],
    ["a chunk of open length", "5f5f4101ffff"],
    ["chunks without their end", "7f6161"],
    ["undefined", "f7"],
    ["an unassigned simple value", "f0"],
    ["a simple value of two bytes", "f8ff"],
    ["not a number", "f97e00"],
    ["infinity", "f97c00"],
    ["an integer above 2^53", "1b0020000000000001"],
    ["a negative integer below -2^53", "3b0020000000000001"],
    ["a reserved length", "1c"],
  ])("%s is refused", (_, bytes) => {
    expect(refusal(bytes)).toBe("cbor-malformed")
  })

  it("nests 32 levels and no more", () => {
    const nested = (levels: number): string => `${"81".repeat(levels)}00`
    expect(refusal(nested(32))).toBe("no error")
    expect(refusal(nested(33))).toBe("cbor-malformed")
    expect(refusal(nested(100_000))).toBe("cbor-malformed")
    expect(refusal(`${"d2".repeat(33)}00`)).toBe("cbor-malformed")
    expect(refusal("bf61618161".repeat(9000))).toBe("cbor-malformed")
  })

  it("holds 4,096 items and no more, whatever length it announces", () => {
    const listOf = (count: number): Uint8Array => writeCbor(Array<number>(count).fill(0))
    expect(codeOf(() => readCbor(listOf(4095)))).toBe("no error")
    expect(codeOf(() => readCbor(listOf(4096)))).toBe("cbor-malformed")
    expect(refusal("9b001fffffffffffff00")).toBe("cbor-malformed")
    expect(refusal("bb001fffffffffffff00")).toBe("cbor-malformed")
  })

  it("counts strings of open length and their chunks, empty ones too", () => {
    const emptyOf = (count: number, one: string): string => `9f${one.repeat(count)}ff`
    for (const one of ["5fff", "7fff"]) {
      expect(refusal(emptyOf(4095, one))).toBe("no error")
      expect(refusal(emptyOf(4096, one))).toBe("cbor-malformed")
    }
    expect(refusal(`5f${"40".repeat(4095)}ff`)).toBe("no error")
    expect(refusal(`5f${"40".repeat(4096)}ff`)).toBe("cbor-malformed")
  })
})

describe("any bytes", () => {
  it("become an item or a typed refusal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void codeOf(() => readCbor(bytes))),
      { numRuns: 5000 },
    )
  })

  it("of a writer apart from it come back as what was written", () => {
    const key = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.string({ unit: "grapheme", maxLength: 5 }))
    const { item } = fc.letrec<{ item: unknown }>((tie) => ({
      item: fc.oneof(
        { depthSize: "small" },
        fc.maxSafeInteger().map((n) => n + 0),
        fc.string({ unit: "grapheme" }).filter((text) => !text.startsWith("\ufeff")),
        fc.uint8Array(),
        fc.constantFrom(true, false, null),
        fc.array(tie("item"), { maxLength: 4 }),
        fc
          .uniqueArray(fc.tuple(key, tie("item")), { selector: ([k]) => k, maxLength: 4 })
          .map((m) => new Map(m)),
      ),
    }))
    fc.assert(
      fc.property(item, (value) => {
        expect(readCbor(new Uint8Array(writeCbor(value)))).toEqual(value)
      }),
    )
  })

  it("that write a key twice are refused wherever it stands", () => {
    const twice = new Pairs([["a", 1], ["b", 2], ["a", 1]]) // prettier-ignore
    for (const outer of [
      twice,
      [twice],
      { member: twice },
      new Tag(18, [twice]),
      new Pairs(twice.pairs, true),
    ]) {
      expect(codeOf(() => readCbor(writeCbor(outer)))).toBe("cbor-malformed")
    }
  })
})
