import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalText, parseStrictJson } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { codeOf } from "../../support/code-of.ts"

const LIMITS = { maxBytes: 2000 }
const read = (text: string | Uint8Array) => parseStrictJson(text, LIMITS)

const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed())
const key = text.filter((name) => !["__proto__", "constructor", "prototype"].includes(name))
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.maxSafeInteger().map((n) => n + 0),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe("canonical JSON", () => {
  it("sorts members by UTF-16 units and escapes as RFC 8785 section 3.2.2.2", () => {
    const value = { "\ufb33": "d", "\u{1f600}": "c", "€": "b", "1": "a", "\r": '\u000f\n"\\/', "\u0080": "ö" }
    expect(canonicalText(value)).toBe(
      '{"\\r":"\\u000f\\n\\"\\\\/","1":"a","\u0080":"ö","€":"b","\u{1f600}":"c","\ufb33":"d"}',
    )
  })

  it("is read back to the same text", () => {
    fc.assert(
      fc.property(json, (value) => {
        const canonical = canonicalText(value)
        expect(canonicalText(parseStrictJson(canonical, { maxBytes: 1e6, maxDepth: 40 }))).toBe(canonical)
        expect(JSON.parse(canonical)).toEqual(value)
      }),
    )
  })

  it("leaves out members that are undefined", () => {
    expect(canonicalText({ b: undefined, a: 1 })).toBe('{"a":1}')
  })

  it.each([0.5, -0, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])(
    "has no form for the number %s",
    (number) => {
      expect(() => canonicalText(number)).toThrow(RangeError)
    },
  )

  it("has no form for a lone surrogate, as text or as name", () => {
    expect(() => canonicalText("\ud800")).toThrow(RangeError)
    expect(() => canonicalText({ "\udc00": 1 })).toThrow(RangeError)
  })
})

const REFUSED: readonly (readonly [string, string])[] = [
  ["a duplicate member", '{"a":1,"a":1}'],
  ["a duplicate member behind an escape", '{"a":1,"\\u0061":1}'],
  ["__proto__", '{"__proto__":{"admin":true}}'],
  ["an escaped __proto__", '{"\\u005f_proto__":1}'],
  ["constructor", '{"constructor":1}'],
  ["prototype", '{"prototype":1}'],
  ["null", '{"a":null}'],
  ["a fraction", "1.5"],
  ["an integer spelled as a fraction", "1.0"],
  ["an exponent", "1e3"],
  ["2^53", "9007199254740992"],
  ["a number of 400 digits", "9".repeat(400)],
  ["negative zero", "-0"],
  ["a leading zero", "01"],
  ["a plus sign", "+1"],
  ["NaN", "NaN"],
  ["Infinity", "-Infinity"],
  ["hexadecimal", "0x10"],
  ["a lone surrogate", '"\\ud800"'],
  ["reversed surrogates", '"\\udc00\\ud800"'],
  ["a raw control character", '"a\nb"'],
  ["an unknown escape", '"\\x41"'],
  ["single quotes", "'a'"],
  ["an unquoted name", "{a:1}"],
  ["a trailing comma in an object", '{"a":1,}'],
  ["a trailing comma in an array", "[1,]"],
  ["a comment", "1 // one"],
  ["two documents", "1 2"],
  ["no document", ""],
  ["an open array", "[1"],
  ["an open text", '"a'],
  ["a byte order mark", "\ufeff1"],
  ["a no-break space", "\u00a01"],
  ["depth 9", "[".repeat(9) + "1" + "]".repeat(9)],
  ["depth 900", "[".repeat(900) + "]".repeat(900)],
]

describe("strict JSON", () => {
  it.each(REFUSED)("refuses %s", (_, source) => {
    expect(codeOf(() => read(source))).toBe("malformed-json")
  })

  it("takes what is allowed, up to the bounds", () => {
    expect(read(' { "a" : [ true , false , -7 , "\\ud83d\\ude00" ] } ')).toEqual({
      a: [true, false, -7, "😀"],
    })
    expect(read("[".repeat(8) + "1" + "]".repeat(8))).toBeDefined()
    expect(read("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER)
  })

  it("refuses bytes that are not UTF-8 and bytes with a mark", () => {
    expect(codeOf(() => read(Uint8Array.of(0x22, 0xff, 0x22)))).toBe("malformed-json")
    expect(codeOf(() => read(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)))).toBe("malformed-json")
  })

  it("measures before it reads", () => {
    expect(codeOf(() => read("x".repeat(2001)))).toBe("too-large")
    expect(codeOf(() => read(new Uint8Array(2001)))).toBe("too-large")
  })

  it("bounds single texts", () => {
    expect(codeOf(() => parseStrictJson(`"${"a".repeat(11)}"`, { maxBytes: 100, maxString: 10 }))).toBe(
      "malformed-json",
    )
  })

  it("hands the source text of numbers to a reader that keeps decimals", () => {
    const value = parseStrictJson('{"value":1.0090}', { maxBytes: 100, readNumber: (source) => source })
    expect(value).toEqual({ value: "1.0090" })
  })

  it("gives objects whose members are their own", () => {
    const value = read('{"toString":"x"}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(["toString"])
  })
})
