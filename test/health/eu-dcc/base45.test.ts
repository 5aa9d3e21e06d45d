import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeBase45 } from "../../../src/health/eu-dcc/base45.ts"
import { encodeBase45 } from "../../support/dcc-mint.ts"

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString()

describe("RFC 9285", () => {
  it.each([
    ["BB8", "AB"], // section 4.3
    ["%69 VD92EX0", "Hello!!"],
    ["UJCLQE7W581", "base-45"],
    ["QED8WEX0", "ietf!"], // section 4.4
    ["", ""],
  ])("reads %j as %j", (encoded, decoded) => {
    expect(text(decodeBase45(encoded))).toBe(decoded)
  })

  it.each([
    ["a group above 65,535", "GGX"],
    ["the largest group", ":::"],
    ["a last pair above 255", "V5"],
    ["one character left over", "BB8A"],
    ["a lone character", "A"],
    ["a lower-case letter", "bb8"],
    ["a character outside the alphabet", "BB8=00"],
    ["a character beyond one byte", "BB\u{1F600}"],
    ["a line break", "BB8\n00"],
  ])("refuses %s", (_, encoded) => {
    expect(decodeBase45(encoded)).toBeNull()
  })

  it("reads both edges of a group", () => {
    expect(decodeBase45("FGW")).toEqual(Uint8Array.of(0xff, 0xff))
    expect(decodeBase45("U5")).toEqual(Uint8Array.of(0xff))
    expect(decodeBase45("000")).toEqual(Uint8Array.of(0, 0))
  })

  it("inverts an encoder written apart from it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeBase45(encodeBase45(bytes))).toEqual(bytes)
      }),
    )
  })

  it("gives every sequence of bytes one text only", () => {
    const character = fc.constantFrom(...Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
    fc.assert(
      fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
        const bytes = decodeBase45(characters.join(""))
        expect(bytes === null || encodeBase45(bytes) === characters.join("")).toBe(true)
      }),
    )
  })
})
