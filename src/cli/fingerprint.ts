import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { sha256 } from "../protocol/primitives/hash.ts"
import { parseVerifierKey } from "../protocol/primitives/note-key.ts"

/** What people read aloud of a key: 80 bits of its SHA-256 in groups of four, too many to search a second key for. */
export function fingerprintOf(key: string): string {
  const digits = bytesToHex(sha256(parseVerifierKey(key).publicKey)).slice(0, 20)
  return digits.match(/.{4}/g)?.join(" ") ?? ""
}
