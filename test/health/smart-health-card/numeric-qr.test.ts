import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeNumericQr } from "../../../src/health/smart-health-card/numeric-qr.ts"
import { codeOf } from "../../support/code-of.ts"
import { toQr } from "../../support/health-card.ts"

describe("the numeric form of a card", () => {
  it("spells the specification's own example", () => {
    expect(decodeNumericQr(["shc:/56762909"])).toBe("eyJ6")
    expect(decodeNumericQr(["shc:/43"])).toBe("X")
  })

  it("comes back from any number of codes in any order", () => {
    const character = fc.constantFrom(...Array.from("ABCXYZabcxyz0189-_."))
    const jws = fc.array(character, { minLength: 120, maxLength: 400 }).map((parts) => parts.join(""))
    fc.assert(
      fc.property(jws, fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.nat()), (text, count, order) => {
        const shuffled = toQr(text, count)
          .map((code) => ({ code, key: order.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ code }) => code)
        expect(decodeNumericQr(shuffled)).toBe(text)
      }),
    )
  })

  const [first = "", second = "", third = ""] = toQr("abcdefghi", 3)
  const [ofTwo = "", secondOfTwo = ""] = toQr("abcdefghi", 2)
  it.each<[string, readonly string[]]>([
    ["no code at all", []],
    ["a missing chunk", [first, third]],
    ["a chunk alone", [second]],
    ["a chunk twice", [first, second, second, third]],
    ["a chunk twice in the place of another", [first, first, third]],
    ["chunks of two sets", [first, second, third, ofTwo]],
    ["a chunk of another set in the place of its own", [first, secondOfTwo, third]],
    ["whole cards side by side", ["shc:/43", "shc:/43"]],
    ["a whole card and a chunk", ["shc:/43", first]],
    ["an ordinal beyond the count", ["shc:/3/2/43", "shc:/1/2/43"]],
    ["an ordinal 0", ["shc:/0/1/43"]],
    ["an ordinal with a leading zero", ["shc:/01/1/43"]],
    ["an odd number of digits", ["shc:/434"]],
    ["an odd number of digits in each of two codes", ["shc:/1/2/434", "shc:/2/2/343"]],
    ["a pair above 77", ["shc:/4378"]],
    ["a letter", ["shc:/4x"]],
    ["digits of another script", ["shc:/٤٣"]],
    ["a line end", ["shc:/43\n"]],
    ["no digits", ["shc:/"]],
    ["another scheme", ["shc:43"]],
    ["a JWS among codes", ["a.b.c", first]],
  ])("refuses %s", (_, texts) => expect(codeOf(() => decodeNumericQr(texts))).toBe("qr-malformed"))
})
