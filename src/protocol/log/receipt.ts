// sotto/receipt/1: one entry, proven to be in the log, in one JSON object; field names of sigstore's TransparencyLogEntry.
import { z } from "zod"
import { bytesToUtf8, decodeBase64, encodeBase64, equalBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { canonicalText } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import { parseMessage } from "../wire/parse.ts"
import { parsePresentationOpening } from "../wire/presentation.ts"
import type { PresentationOpening } from "../wire/presentation.ts"
import { parseCheckpoint } from "./checkpoint.ts"
import type { Checkpoint } from "./checkpoint.ts"
import { encodeTlogProof, parseTlogProof } from "./tlog-proof.ts"
import type { TlogProof } from "./tlog-proof.ts"

/** Most bytes of a receipt: proof file twice over, and a request of the largest size. */
const MAX_RECEIPT_BYTES = 768 * 1024

/** Longest entry that somebody gets a receipt of, in base64: a challenged ballot of the larger circuit, 2,146 bytes. */
const MAX_BODY_TEXT = 2864

/** What opens a presentation's commitment: for holder and verifier only. */
interface ReceiptOpening {
  readonly salt: string // 64 hexadecimal digits
  readonly body: PresentationOpening
}

/** The wire form. Members beside tlogProof, canonicalizedBody, opening and request repeat what these say. */
export interface Receipt {
  readonly type: "sotto/receipt/1"
  readonly origin: string
  readonly kindVersion: { readonly kind: string; readonly version: "1" }
  readonly logId: { readonly keyId: string }
  readonly logIndex: string
  readonly canonicalizedBody: string
  readonly inclusionProof: {
    readonly logIndex: string
    readonly treeSize: string
    readonly rootHash: string
    readonly hashes: readonly string[]
    readonly checkpoint: { readonly envelope: string }
  }
  readonly tlogProof: string
  readonly opening?: ReceiptOpening
  /** The signed request that was answered, as JSON; its hash stands in the opening. */
  readonly request?: Readonly<Record<string, Json | undefined>>
}

/** The shape of a receipt. */
export const receiptShape = z.strictObject({
  type: z.literal("sotto/receipt/1"),
  origin: z.string().max(255),
  kindVersion: z.strictObject({ kind: z.string().max(64), version: z.literal("1") }),
  logId: z.strictObject({ keyId: z.string().max(8) }),
  logIndex: z.string().max(16),
  canonicalizedBody: z.string().max(MAX_BODY_TEXT),
  inclusionProof: z.strictObject({
    logIndex: z.string().max(16),
    treeSize: z.string().max(16),
    rootHash: z.string().max(44),
    hashes: z.array(z.string().max(44)).max(63),
    checkpoint: z.strictObject({ envelope: z.string() }),
  }),
  tlogProof: z.string(),
  opening: z.exactOptional(
    z.strictObject({ salt: z.string().regex(/^[0-9a-f]{64}$/), body: z.custom<PresentationOpening>() }),
  ),
  request: z.exactOptional(z.custom<NonNullable<Receipt["request"]>>(isObject)),
})

/**
 * Reads a receipt: structure and the equality of what it says twice; nothing is verified.
 * @param input - attacker-controlled
 * @throws ProtocolError `malformed-receipt`, `too-large`, `field-element-not-canonical`
 */
export function parseReceipt(input: Uint8Array | string): Receipt {
  const limits = { maxBytes: MAX_RECEIPT_BYTES, maxDepth: 18, maxString: 128 * 1024 }
  const receipt = parseMessage(receiptShape, input, limits, "malformed-receipt")
  if (receipt.opening !== undefined) parsePresentationOpening(receipt.opening.body)
  const { proof, checkpoint, entryBytes, kind } = readReceipt(receipt)
  const keyId = decodeBase64(receipt.logId.keyId)
  const { lines } = parseCheckpoint(proof.checkpoint).note
  if (
    keyId === null ||
    !lines.some((line) => line.name === checkpoint.origin && equalBytes(line.keyId, keyId))
  ) {
    throw malformed("a key id that signed nothing")
  }
  const rebuilt: Receipt = { ...receipt, ...encodeReceipt({ proof, entryBytes, kind, keyId }) }
  if (canonicalText(rebuilt as unknown as Json) !== canonicalText(receipt)) {
    throw malformed("members that contradict its proof")
  }
  return receipt
}

/** What a receipt consists of. */
export interface ReceiptParts {
  readonly proof: TlogProof
  readonly checkpoint: Checkpoint
  readonly entryBytes: Uint8Array
  readonly kind: string
}

/** The parts of a receipt. @throws ProtocolError `malformed-receipt`, `malformed-log` */
export function readReceipt(receipt: Receipt): ReceiptParts {
  const proof = parseTlogProof(receipt.tlogProof)
  const { checkpoint } = parseCheckpoint(proof.checkpoint)
  const entryBytes = decodeBase64(receipt.canonicalizedBody)
  if (entryBytes === null) throw malformed("an entry that is not base64")
  return { proof, checkpoint, entryBytes, kind: receipt.kindVersion.kind }
}

/** The receipt of an entry, without opening and request. @param parts - a proof that the caller knows to be right */
export function encodeReceipt(parts: {
  readonly proof: TlogProof
  readonly entryBytes: Uint8Array
  readonly kind: string
  readonly keyId: Uint8Array
}): Receipt {
  const { proof, entryBytes, kind, keyId } = parts
  const { checkpoint } = parseCheckpoint(proof.checkpoint)
  return {
    type: "sotto/receipt/1",
    origin: checkpoint.origin,
    kindVersion: { kind, version: "1" },
    logId: { keyId: encodeBase64(keyId) },
    logIndex: String(proof.index),
    canonicalizedBody: encodeBase64(entryBytes),
    inclusionProof: {
      logIndex: String(proof.index),
      treeSize: String(checkpoint.size),
      rootHash: encodeBase64(checkpoint.root),
      hashes: proof.hashes.map(encodeBase64),
      checkpoint: { envelope: bytesToUtf8(proof.checkpoint) ?? "" },
    },
    tlogProof: encodeTlogProof(proof),
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function malformed(what: string): ProtocolError {
  return new ProtocolError("malformed-receipt", `the receipt has ${what}`)
}
