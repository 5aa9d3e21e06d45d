// C2SP signed-note, read strictly: one meaning of every byte, and a known key that fails rejects the whole note.
import {
  bytesToUtf8,
  concatBytes,
  decodeBase64,
  encodeBase64,
  equalBytes,
  utf8ToBytes,
} from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { VerifierKey } from "../primitives/note-key.ts"

/** Most signature lines of one note; the specification's floor is 16. */
const MAX_SIGNATURES = 32
/** Most bytes of a note: lines of 2.4 to 5 kB for post-quantum keys fit. */
const MAX_NOTE_BYTES = 64 * 1024

/** One signature line: a claim about a key that may be unknown to the reader. */
export interface SignatureLine {
  readonly name: string
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

/** A note in parts; `text` ends with LF and is what every signature covers. */
export interface SignedNote {
  readonly text: string
  readonly lines: readonly SignatureLine[]
}

/**
 * Splits a note at its last empty line and reads its signature lines; verifies nothing.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `malformed-log`
 */
export function parseNote(bytes: Uint8Array): SignedNote {
  const note = bytes.length > MAX_NOTE_BYTES ? null : bytesToUtf8(bytes)

  if (note === null || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed("expected UTF-8 lines")
  const split = note.lastIndexOf("\n\n")
  if (split < 0 || !note.endsWith("\n")) throw malformed("expected text, an empty line and signatures")
  const rows = note.slice(split + 2, -1).split("\n")
  if (rows.length > MAX_SIGNATURES) throw malformed(`expected at most ${MAX_SIGNATURES} signatures`)
  return { text: note.slice(0, split + 1), lines: rows.map(parseLine) }
}

/** `— name base64(keyId || signature)` and LF. */
export function encodeLine(line: SignatureLine): string {
  return `\u2014 ${line.name} ${encodeBase64(concatBytes(line.keyId, line.signature))}\n`
}

/** The note of a text and its signature lines. */
export function encodeNote(note: SignedNote): Uint8Array {
  return utf8ToBytes(`${note.text}\n${note.lines.map(encodeLine).join("")}`)
}

/** True when the line says it was made by this key. */
export const isLineOf = (line: SignatureLine, key: VerifierKey): boolean =>
  line.name === key.name && equalBytes(line.keyId, key.keyId)

function parseLine(row: string): SignatureLine {
  const [, name, encoded = ""] = /^\u2014 ([^\s+\p{Z}]{1,255}) ([A-Za-z0-9+/=]+)$/u.exec(row) ?? []
  const bytes = decodeBase64(encoded)
  if (name === undefined || bytes === null || bytes.length < 5) throw malformed("expected a signature line")
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}

function malformed(message: string): ProtocolError {
  return new ProtocolError("malformed-log", message)
}
