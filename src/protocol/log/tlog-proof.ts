// C2SP tlog-proof: an offline proof of inclusion in one text file.
import { bytesToUtf8, decodeBase64, encodeBase64, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { HASH_BYTES, isSize } from "./tree.ts"

/** Most bytes of a proof file: 63 hashes and a note of the largest size fit twice over. */
const MAX_PROOF_BYTES = 128 * 1024
const HEADER = "c2sp.org/tlog-proof@v1"
const MAX_HASHES = 63

/** Index, inclusion path and the checkpoint it leads to; nothing verified. */
export interface TlogProof {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: Uint8Array
}

/** The file. */
export function encodeTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  const note = bytesToUtf8(checkpoint)
  if (note === null) throw new RangeError("a checkpoint is UTF-8")
  return `${HEADER}\nindex ${index}\n${hashes.map((hash) => `${encodeBase64(hash)}\n`).join("")}\n${note}`
}

/**
 * Reads a proof file. One `extra` line is accepted and ignored, as the specification asks of readers.
 * @param text - attacker-controlled
 * @throws ProtocolError `malformed-receipt`
 */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf("\n\n")
  if (text.length > MAX_PROOF_BYTES || split < 0) throw malformed()
  const rows = text.slice(0, split).split("\n")
  if (rows.shift() !== HEADER) throw malformed()
  if (/^extra [A-Za-z0-9+/]+={0,2}$/.test(rows[0] ?? "")) rows.shift()
  const [, digits = ""] = /^index (0|[1-9][0-9]{0,15})$/.exec(rows.shift() ?? "") ?? []
  const index = digits === "" ? NaN : Number(digits)
  if (!isSize(index) || rows.length > MAX_HASHES) throw malformed()
  return { index, hashes: rows.map(parseHash), checkpoint: utf8ToBytes(text.slice(split + 2)) }
}

function parseHash(row: string): Uint8Array {
  const hash = decodeBase64(row)
  if (hash?.length !== HASH_BYTES) throw malformed()
  return hash
}

function malformed(): ProtocolError {
  return new ProtocolError("malformed-receipt", "expected a tlog-proof")
}
