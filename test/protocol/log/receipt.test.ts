import { describe, expect, test } from "vitest"
import { bytesToHex, encodeBase64, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import type { Nullifier } from "../../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { checkpointText, signCheckpoint } from "../../../src/protocol/log/checkpoint.ts"
import { presentationCommitment } from "../../../src/protocol/log/commitment.ts"
import { cosign } from "../../../src/protocol/log/cosignature.ts"
import { encodeEntry, presentationEntry } from "../../../src/protocol/log/entry.ts"
import { encodeNote } from "../../../src/protocol/log/note.ts"
import { parsePolicy } from "../../../src/protocol/log/policy.ts"
import { encodeReceipt, parseReceipt } from "../../../src/protocol/log/receipt.ts"
import type { Receipt } from "../../../src/protocol/log/receipt.ts"
import { inclusionRanges } from "../../../src/protocol/log/tree.ts"
import { verifyReceipt } from "../../../src/protocol/log/verify-receipt.ts"
import { parsePresentationOpening } from "../../../src/protocol/wire/presentation.ts"
import { GOLDEN_COSIGNER_KEY, GOLDEN_LOG_KEY, MemoryTree } from "../../support/ledger-golden.ts"

const salt = new Uint8Array(32).fill(0x11)
const body = parsePresentationOpening({
  acceptedAt: 1795168920,
  circuit: `sha256:${"29".repeat(32)}`,
  nullifiers: ["7", "8"],
  policy: "13",
  registries: [["coverage-us", 4711]],
  requestHash: "11",
  type: "sotto/entry/presentation/1",
})
const entryBytes = encodeEntry(presentationEntry(presentationCommitment(salt, body), ["7"] as Nullifier[]))
const SIZE = 300
const INDEX = 123

interface Variant {
  readonly bytes?: Uint8Array
  readonly logKey?: typeof GOLDEN_LOG_KEY
  readonly cosignedAs?: string
}

/** A receipt of `bytes` at index 123 of 300; each variant breaks one thing and signs the rest properly. */
function makeReceipt({ bytes = entryBytes, logKey = GOLDEN_LOG_KEY, cosignedAs }: Variant = {}): Receipt {
  const entries = Array.from({ length: SIZE }, (_, i) => (i === INDEX ? bytes : utf8ToBytes(`leaf-${i}`)))
  const tree = new MemoryTree(entries)
  const text = checkpointText({ origin: logKey.name, size: SIZE, root: tree.root(SIZE) })
  const log = { name: logKey.name, keyId: logKey.keyId, signature: signCheckpoint(logKey, text) }
  const cosigned = cosign(GOLDEN_COSIGNER_KEY, cosignedAs ?? text, 1_700_000_000)
  const checkpoint = encodeNote({ text, lines: [log, cosigned] })
  const hashes = tree.hashes(inclusionRanges(INDEX, SIZE))
  const proof = { index: INDEX, hashes, checkpoint }
  return encodeReceipt({ proof, entryBytes: bytes, kind: "presentation", keyId: logKey.keyId })
}

const vkey = encodeVerifierKey(GOLDEN_LOG_KEY)
const open = parsePolicy(`log ${vkey}\nquorum none\n`)
const strict = parsePolicy(`log ${vkey}\nwitness c ${encodeVerifierKey(GOLDEN_COSIGNER_KEY)}\nquorum c\n`)
const stranger = makeSigningKey("c9.example", new Uint8Array(32).fill(9), 0x04)
const elsewhere = parsePolicy(`log ${vkey}\nwitness c ${encodeVerifierKey(stranger)}\nquorum c\n`)
const receipt: Receipt = {
  ...makeReceipt(),
  opening: { salt: bytesToHex(salt), body },
  request: { id: "pr_x" },
}
const json = (value: unknown) => JSON.stringify(value)

describe("a receipt", () => {
  test("reads back what was written and verifies with the policy alone", () => {
    const read = parseReceipt(json(receipt))
    expect(read).toEqual(receipt)
    for (const policy of [open, strict]) {
      expect(verifyReceipt(read, policy)).toMatchObject({
        ok: true,
        value: {
          index: INDEX,
          checkpoint: { size: SIZE },
          entry: { kind: "presentation", spent: ["7"] },
          opening: body,
        },
      })
    }
  })

  test("fails at the step that is broken", () => {
    const other = parsePolicy(
      `log ${encodeVerifierKey(makeSigningKey("other.example/ledger", new Uint8Array(32).fill(5)))}\nquorum none\n`,
    )
    const impostor = makeSigningKey(GOLDEN_LOG_KEY.name, new Uint8Array(32).fill(5))
    const foreign = checkpointText({ origin: GOLDEN_LOG_KEY.name, size: 299, root: salt })
    const reasons = [
      verifyReceipt(receipt, other),
      verifyReceipt(makeReceipt({ logKey: impostor }), open),
      verifyReceipt(makeReceipt({ cosignedAs: foreign }), strict),
      verifyReceipt(receipt, elsewhere),
      verifyReceipt({ ...receipt, canonicalizedBody: encodeBase64(utf8ToBytes("another entry")) }, open),
      verifyReceipt(makeReceipt({ bytes: utf8ToBytes('{"kind":"diary","v":1}') }), open),
      verifyReceipt({ ...receipt, opening: { salt: "00".repeat(32), body } }, open),
    ].map((verdict) => (verdict.ok ? "accepted" : verdict.reason))
    expect(reasons).toEqual([
      "origin-unknown",
      "log-signature-refused",
      "cosignature-refused",
      "quorum-missing",
      "inclusion-refused",
      "entry-refused",
      "opening-refused",
    ])
  })

  test("opens with its own salt and with no other word of the opening", () => {
    for (const changed of [
      { policy: "14" },
      { acceptedAt: 1795168921 },
      { nullifiers: ["8"] },
      { requestHash: "12" },
    ]) {
      const opening = { salt: bytesToHex(salt), body: parsePresentationOpening({ ...body, ...changed }) }
      expect(verifyReceipt({ ...receipt, opening }, open)).toEqual({ ok: false, reason: "opening-refused" })
    }
  })

  test.each([
    ["logIndex", { logIndex: "124" }],
    ["origin", { origin: "other.example/ledger" }],
    ["the key id", { logId: { keyId: "AAAAAA==" } }],
    ["the root", { inclusionProof: { ...receipt.inclusionProof, rootHash: encodeBase64(salt) } }],
    ["the envelope", { inclusionProof: { ...receipt.inclusionProof, checkpoint: { envelope: "x" } } }],
    ["an unknown member", { extra: 1 }],
    ["a short salt", { opening: { salt: "11", body } }],
    ["a request that is no object", { request: "pr_x" }],
    ["no proof", { tlogProof: "" }],
  ])("is malformed when %s does not fit", (_name, change) => {
    expect(() => parseReceipt(json({ ...receipt, ...change }))).toThrow(
      expect.objectContaining({ code: "malformed-receipt" }) as Error,
    )
  })

  test("of 1 MB is refused before it is read", () => {
    expect(() => parseReceipt(" ".repeat(1_000_000))).toThrow(
      expect.objectContaining({ code: "too-large" }) as Error,
    )
  })
})
