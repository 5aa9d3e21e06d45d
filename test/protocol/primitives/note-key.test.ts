import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import {
  encodeSigningKey,
  encodeVerifierKey,
  isKeyName,
  makeSigningKey,
  parseSigningKey,
  parseVerifierKey,
  signBytes,
  verifyBytes,
} from "../../../src/protocol/primitives/note-key.ts"
import { codeOf } from "../../support/code-of.ts"

// The key pair of the example in golang.org/x/mod/sumdb/note.
const GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
const GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
const KEY = makeSigningKey("log.example/a", new Uint8Array(32).fill(1))

describe("note keys", () => {
  it("reads the key pair of Go's note package and derives the same public half", () => {
    const signer = parseSigningKey(GO_SIGNER)
    expect(encodeVerifierKey(signer)).toBe(GO_VERIFIER)
    expect(encodeSigningKey(signer)).toBe(GO_SIGNER)
    expect(encodeVerifierKey(parseVerifierKey(GO_VERIFIER))).toBe(GO_VERIFIER)
  })

  it("come back as they went, both types, with plus signs in the base64", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom(0x01 as const, 0x04 as const),
        (seed, type) => {
          const key = makeSigningKey("name.example", seed, type)
          expect(parseSigningKey(encodeSigningKey(key))).toEqual(key)
          expect(encodeVerifierKey(parseVerifierKey(encodeVerifierKey(key)))).toBe(encodeVerifierKey(key))
        },
      ),
      { numRuns: 20 },
    )
  })

  it.each([
    ["another name", GO_VERIFIER.replace("Peter", "Petra")],
    ["another key id", GO_VERIFIER.replace("c74f20a3", "c74f20a4")],
    ["another key", GO_VERIFIER.replace("ARpc", "ARpd")],
    ["an unknown type", GO_VERIFIER.replace("+ARpc", "+AhpC")],
    ["an upper-case key id", GO_VERIFIER.replace("c74f20a3", "C74F20A3")],
    ["a short key", GO_VERIFIER.slice(0, -4)],
    ["a trailing newline", `${GO_VERIFIER}\n`],
    ["no name", GO_VERIFIER.slice("PeterNeumann".length)],
    ["a private key", GO_SIGNER],
    ["the empty text", ""],
  ])("refuses a verifier key with %s", (_, text) => {
    expect(codeOf(() => parseVerifierKey(text))).toBe("malformed-log")
  })

  it("never repeats a refused signing key in the message", () => {
    const broken = GO_SIGNER.replace("c74f20a3", "00000000")
    expect(codeOf(() => parseSigningKey(broken))).toBe("malformed-log")
    expect(() => parseSigningKey(broken)).toThrow(/^expected a note key$/)
  })

  it.each(["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\u0000b"])(
    "do not carry the name %j",
    (name) => {
      expect(isKeyName(name)).toBe(false)
    },
  )

  it("verify their own signature and no flipped bit of it, of the message or of another key", () => {
    const message = utf8ToBytes("a message")
    const signature = signBytes(KEY, message)
    expect(verifyBytes(KEY, message, signature)).toBe(true)
    expect(verifyBytes(KEY, utf8ToBytes("a massage"), signature)).toBe(false)
    expect(verifyBytes(makeSigningKey("x", new Uint8Array(32).fill(2)), message, signature)).toBe(false)
    for (let bit = 0; bit < 512; bit += 37) {
      const flipped = signature.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(verifyBytes(KEY, message, flipped)).toBe(false)
    }
    expect(verifyBytes(KEY, message, signature.slice(0, 63))).toBe(false)
  })
})
