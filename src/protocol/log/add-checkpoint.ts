// C2SP tlog-witness: what a log's operator hands to a cosigner, and what comes back.
import { bytesToUtf8, concatBytes, decodeBase64, encodeBase64, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { encodeLine, parseNote } from "./note.ts"
import type { SignatureLine } from "./note.ts"
import { HASH_BYTES, isSize } from "./tree.ts"

/** The specification's bound on a consistency proof. */
const MAX_HASHES = 63
/** Most bytes of a request: a note of the largest size and a proof of the greatest length. */
export const MAX_ADD_CHECKPOINT_BYTES = 68 * 1024
/** Media type of the 409 whose body says which size the cosigner has. */
export const SIZE_MEDIA_TYPE = "text/x.tlog.size"

/** An `add-checkpoint` request. */
export interface AddCheckpoint {
  /** The size from which the proof starts; the submitter's idea of what was signed last. */
  readonly oldSize: number
  /** Consistency from `oldSize` to the checkpoint. */
  readonly proof: readonly Uint8Array[]
  /** A signed note; attacker-controlled. */
  readonly checkpoint: Uint8Array
}

/** The request: `old <size>`, the proof's hashes, an empty line, the checkpoint. */
export function encodeAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array {
  if (!isSize(oldSize) || proof.length > MAX_HASHES) throw new RangeError("not an add-checkpoint request")
  const lines = proof.map((hash) => `${encodeBase64(hash)}\n`).join("")
  return concatBytes(utf8ToBytes(`old ${oldSize}\n${lines}\n`), checkpoint)
}

/**
 * Reads a request; the checkpoint in it is not looked at.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `malformed-log`
 */
export function parseAddCheckpoint(bytes: Uint8Array): AddCheckpoint {
  const text = bytes.length > MAX_ADD_CHECKPOINT_BYTES ? null : bytesToUtf8(bytes)
  const split = text?.indexOf("\n\n") ?? -1
  if (text === null || split < 0) throw malformed("expected a proof, an empty line and a checkpoint")
  const [first = "", ...hashes] = text.slice(0, split).split("\n")
  const oldSize = readSize(/^old (.+)$/.exec(first)?.[1] ?? "")
  if (oldSize === null || hashes.length > MAX_HASHES) throw malformed("expected old and at most 63 hashes")
  return { oldSize, proof: hashes.map(parseHash), checkpoint: utf8ToBytes(text.slice(split + 2)) }
}

/** The body of a 409: the size that the cosigner signed last. */
export const encodeSize = (size: number): Uint8Array => utf8ToBytes(`${size}\n`)

/** The size in a 409, or null for anything else. @param bytes - attacker-controlled */
export function parseSize(bytes: Uint8Array): number | null {
  const text = bytes.length > 32 ? null : bytesToUtf8(bytes)
  return text?.endsWith("\n") === true ? readSize(text.slice(0, -1)) : null
}

/** The body of a 200: one signature line or more. */
export const encodeLines = (lines: readonly SignatureLine[]): Uint8Array =>
  utf8ToBytes(lines.map(encodeLine).join(""))

/**
 * The signature lines of a 200; nothing is verified.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `malformed-log`
 */
export function parseLines(bytes: Uint8Array): readonly SignatureLine[] {
  // A note with an empty text: its parser is the one reader of signature lines.
  const { text, lines } = parseNote(concatBytes(utf8ToBytes("\n\n"), bytes))
  if (text !== "\n") throw malformed("expected signature lines and nothing else")
  return lines
}

function readSize(digits: string): number | null {
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : NaN
  return isSize(size) ? size : null
}

function parseHash(row: string): Uint8Array {
  const hash = decodeBase64(row)
  if (hash?.length !== HASH_BYTES) throw malformed("expected a hash")
  return hash
}

function malformed(message: string): ProtocolError {
  return new ProtocolError("malformed-log", message)
}
