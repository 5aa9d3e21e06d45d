// C2SP tlog-checkpoint: the signed head of a tree. Three lines and no more; extension lines are refused, since their
// meaning is left to operators and verifiers disagree on them.
import { decodeBase64, encodeBase64, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { isKeyName, signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import { refuse, accept } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import { encodeNote, isLineOf, parseNote } from "./note.ts"
import type { SignedNote } from "./note.ts"
import { HASH_BYTES, isSize } from "./tree.ts"

/** What a log's operator says about its tree. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** The note text: origin, size, root, each line ending LF. It is what log and cosigners sign. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin) || !isSize(size) || root.length !== HASH_BYTES)
    throw new RangeError("not a checkpoint")
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

/** The log's signature over a note text. @param key - named like the log's origin */
export const signCheckpoint = (key: SigningKey, text: string): Uint8Array => signBytes(key, utf8ToBytes(text))

/** The checkpoint note that carries the log's own signature and nothing else: the same bytes for the same tree. */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
  key: VerifierKey,
  signature: Uint8Array,
): Uint8Array {
  const line = { name: key.name, keyId: key.keyId, signature }
  return encodeNote({ text: checkpointText(checkpoint), lines: [line] })
}

/**
 * Reads a note text of exactly three lines.
 * @param text - attacker-controlled
 * @throws ProtocolError `malformed-log`
 */
function parseCheckpointText(text: string): Checkpoint {
  const [origin = "", digits = "", encoded = "", end, more] = text.split("\n")
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : NaN
  const root = decodeBase64(encoded)
  if (
    end !== "" ||
    more !== undefined ||
    !isKeyName(origin) ||
    !isSize(size) ||
    root?.length !== HASH_BYTES
  ) {
    throw new ProtocolError("malformed-log", "expected origin, size and root")
  }
  return { origin, size, root }
}

/** A checkpoint in parts, nothing verified. @param bytes - attacker-controlled @throws ProtocolError `malformed-log` */
export function parseCheckpoint(bytes: Uint8Array): {
  readonly checkpoint: Checkpoint
  readonly note: SignedNote
} {
  const note = parseNote(bytes)
  return { checkpoint: parseCheckpointText(note.text), note }
}

/**
 * The log's signature on a note. Lines of unknown keys are ignored; a line of a known key that fails refuses the note,
 * whatever else it carries; without one valid line of a known key it is refused as well.
 * @param keys - the log's keys: two while a rotation overlaps
 */
export function verifyLogSignature(
  note: SignedNote,
  keys: readonly VerifierKey[],
): Verdict<readonly VerifierKey[], "log-signature-refused"> {
  const message = utf8ToBytes(note.text)
  const signers: VerifierKey[] = []
  for (const line of note.lines) {
    const key = keys.find((candidate) => isLineOf(line, candidate))
    if (key === undefined) continue
    if (!verifyBytes(key, message, line.signature)) return refuse("log-signature-refused")
    signers.push(key)
  }
  return signers.length === 0 ? refuse("log-signature-refused") : accept(signers)
}
