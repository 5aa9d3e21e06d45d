import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { encodeBase64, hexToBytes, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { verifyEd25519 } from "../../../src/protocol/primitives/ed25519.ts"
import { makeSigningKey, signBytes } from "../../../src/protocol/primitives/note-key.ts"
import {
  checkpointText,
  encodeCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyLogSignature,
} from "../../../src/protocol/log/checkpoint.ts"
import { cosign, verifyCosignatures } from "../../../src/protocol/log/cosignature.ts"
import { encodeLine, encodeNote, parseNote } from "../../../src/protocol/log/note.ts"
import { parseTlogProof, encodeTlogProof } from "../../../src/protocol/log/tlog-proof.ts"
import { EMPTY_ROOT } from "../../../src/protocol/log/tree.ts"
import { GOLDEN_COSIGNER_KEY, GOLDEN_LOG_KEY } from "../../support/ledger-golden.ts"

const head = { origin: GOLDEN_LOG_KEY.name, size: 300, root: EMPTY_ROOT }
const text = checkpointText(head)
const logLine = {
  name: GOLDEN_LOG_KEY.name,
  keyId: GOLDEN_LOG_KEY.keyId,
  signature: signCheckpoint(GOLDEN_LOG_KEY, text),
}
const note = (...lines: (typeof logLine)[]) => encodeNote({ text, lines: [logLine, ...lines] })
const read = (bytes: Uint8Array) => verifyLogSignature(parseNote(bytes), [GOLDEN_LOG_KEY])
const replaced = (from: string, to: string) => utf8ToBytes(new TextDecoder().decode(note()).replace(from, to))
const malformed = expect.objectContaining({ code: "malformed-log" }) as Error

describe("a checkpoint", () => {
  test("reads back what was written", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, root) => {
        const bytes = encodeCheckpoint({ ...head, size, root }, GOLDEN_LOG_KEY, new Uint8Array(64))
        expect(parseCheckpoint(bytes).checkpoint).toEqual({ ...head, size, root })
      }),
    )
  })

  test("does not survive a flipped bit", () => {
    const bytes = note()
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = bytes.slice()
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        expect(() => {
          const parsed = parseCheckpoint(flipped)
          if (!verifyLogSignature(parsed.note, [GOLDEN_LOG_KEY]).ok) throw new Error("refused")
        }).toThrow()
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    ["an extension line", "\n\n\u2014", "\nextension\n\n\u2014"],
    ["a size with a leading zero", "\n300\n", "\n0300\n"],
    ["a negative size", "\n300\n", "\n-300\n"],
    ["a size above 2^53 - 1", "\n300\n", "\n9007199254740992\n"],
    ["a root of 31 bytes", encodeBase64(EMPTY_ROOT), encodeBase64(EMPTY_ROOT.subarray(1))],
    ["an origin with a plus sign", "ledger.example/zk\n", "ledger.example+zk\n"],
    ["an origin with a Unicode space", "ledger.example/zk\n", "ledger\u2003example/zk\n"],
    ["a carriage return", "\n300\n", "\r\n300\n"],
    ["a tab", "\n300\n", "\n300\t\n"],
    ["no empty line", "\n\n\u2014", "\n\u2014"],
    ["a hyphen for the dash", "\u2014 ", "- "],
  ])("is refused with %s", (_name, from, to) => {
    expect(() => parseCheckpoint(replaced(from, to))).toThrow(malformed)
  })

  test("is refused with base64 that has a second spelling", () => {
    const line = encodeLine(logLine)
    // 68 bytes leave two stray bits in the last character: a lenient reader drops them.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    const loose = line.replace(
      /(.)=\n$/,
      (_, last: string) => `${alphabet[alphabet.indexOf(last) + 1] ?? ""}=\n`,
    )
    expect(loose).not.toBe(line)
    expect(() => parseNote(utf8ToBytes(`${text}\n${loose}`))).toThrow(malformed)
  })

  test("is refused above 32 signature lines and above 64 KiB", () => {
    const unknown = { name: "somebody", keyId: new Uint8Array(4), signature: new Uint8Array(64) }
    expect(read(note(...Array.from({ length: 31 }, () => unknown))).ok).toBe(true)
    expect(() => read(note(...Array.from({ length: 32 }, () => unknown)))).toThrow(malformed)
    const huge = { ...unknown, signature: new Uint8Array(50_000) }
    expect(() => read(note(huge))).toThrow(malformed)
  })

  test("ignores unknown keys, even of 4 kB, and is refused when a known one fails", () => {
    const other = makeSigningKey(GOLDEN_LOG_KEY.name, new Uint8Array(32).fill(9))
    const stranger = { name: other.name, keyId: other.keyId, signature: new Uint8Array(4000) }
    const forged = { ...logLine, signature: new Uint8Array(64) }
    expect(read(note(stranger)).ok).toBe(true)
    expect(read(note(forged))).toEqual({ ok: false, reason: "log-signature-refused" })
    expect(read(encodeNote({ text, lines: [stranger] }))).toEqual({
      ok: false,
      reason: "log-signature-refused",
    })
  })

  test("counts both keys of a rotation", () => {
    const next = makeSigningKey(GOLDEN_LOG_KEY.name, new Uint8Array(32).fill(9))
    const line = { name: next.name, keyId: next.keyId, signature: signCheckpoint(next, text) }
    expect(verifyLogSignature(parseNote(note(line)), [GOLDEN_LOG_KEY, next])).toMatchObject({ ok: true })
  })

  test("splits at the last empty line, so nothing can be smuggled in front of the signed text", () => {
    const inner = new TextDecoder().decode(note())
    const bytes = utf8ToBytes(`${inner}\n${encodeLine(logLine)}`)
    expect(read(bytes)).toEqual({ ok: false, reason: "log-signature-refused" })
  })
})

describe("a cosignature", () => {
  const line = cosign(GOLDEN_COSIGNER_KEY, text, 1_700_000_000)
  const readCosigned = (...lines: (typeof line)[]) =>
    verifyCosignatures(parseNote(note(...lines)), [GOLDEN_COSIGNER_KEY])

  test("verifies and tells its time, the newest of several once", () => {
    const later = cosign(GOLDEN_COSIGNER_KEY, text, 1_700_000_100)
    expect(readCosigned(later, line)).toMatchObject({ ok: true, value: [{ timeUnixSeconds: 1_700_000_100 }] })
  })

  test("is refused with time zero, a changed time, another length or another text", () => {
    const at = (time: bigint) => {
      const signature = line.signature.slice()
      new DataView(signature.buffer).setBigUint64(0, time)
      return { ...line, signature }
    }
    const elsewhere = cosign(GOLDEN_COSIGNER_KEY, checkpointText({ ...head, size: 301 }), 1_700_000_000)
    const short = { ...line, signature: line.signature.subarray(1) }
    for (const bad of [at(0n), at(1_700_000_001n), at(2n ** 63n), elsewhere, short]) {
      expect(readCosigned(bad)).toEqual({ ok: false, reason: "cosignature-refused" })
    }
  })
})

describe("a tlog-proof", () => {
  const checkpoint = note()

  test("reads back what was written, with or without an extra line", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (index, hashes) => {
        const file = encodeTlogProof({ index, hashes, checkpoint })
        expect(parseTlogProof(file)).toEqual({ index, hashes, checkpoint })
        expect(parseTlogProof(file.replace("\nindex", "\nextra AAAA\nindex")).index).toBe(index)
      }),
    )
  })

  test.each([
    ["another version", "@v1", "@v2"],
    ["a leading zero in the index", "index 7", "index 07"],
    ["an index above 2^53 - 1", "index 7", "index 9007199254740992"],
    ["a hash of 31 bytes", encodeBase64(EMPTY_ROOT), encodeBase64(EMPTY_ROOT.subarray(1))],
    ["two extra lines", "\nindex", "\nextra AAAA\nextra AAAA\nindex"],
    ["no empty line", "\n\nledger", "\nledger"],
  ])("is refused with %s", (_name, from, to) => {
    const file = encodeTlogProof({ index: 7, hashes: [EMPTY_ROOT], checkpoint })
    expect(() => parseTlogProof(file.replace(from, to))).toThrow(
      expect.objectContaining({ code: "malformed-receipt" }) as Error,
    )
  })

  test("is refused with more than 63 hashes", () => {
    const file = encodeTlogProof({
      index: 7,
      hashes: Array.from({ length: 64 }, () => EMPTY_ROOT),
      checkpoint,
    })
    expect(() => parseTlogProof(file)).toThrow(
      expect.objectContaining({ code: "malformed-receipt" }) as Error,
    )
  })
})

describe("an Ed25519 signature", () => {
  const message = utf8ToBytes("message")
  const signature = signBytes(GOLDEN_LOG_KEY, message)

  test("agrees with RFC 8032, section 7.1, test 3", () => {
    const key = hexToBytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    const rfc =
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    expect(verifyEd25519(key, Uint8Array.of(0xaf, 0x82), hexToBytes(rfc))).toBe(true)
    expect(verifyEd25519(key, Uint8Array.of(0xaf, 0x83), hexToBytes(rfc))).toBe(false)
  })

  test("has one spelling: S plus the group order is refused", () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const s = signature.subarray(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order
    const bytes = hexToBytes(s.toString(16).padStart(64, "0")).reverse()
    expect(verifyEd25519(GOLDEN_LOG_KEY.publicKey, message, signature)).toBe(true)
    expect(
      verifyEd25519(GOLDEN_LOG_KEY.publicKey, message, Uint8Array.of(...signature.subarray(0, 32), ...bytes)),
    ).toBe(false)
  })

  test("is refused under every key of small order", () => {
    // The identity as key verifies anything for a reader that does not look: R = S * B with S = 0 is the identity.
    const identity = Uint8Array.of(1, ...new Uint8Array(31))
    const orderFour = new Uint8Array(32)
    for (const key of [identity, orderFour]) {
      expect(verifyEd25519(key, message, Uint8Array.of(...identity, ...new Uint8Array(32)))).toBe(false)
    }
  })
})
