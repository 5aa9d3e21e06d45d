// The hiding commitment that stands in a presentation entry in place of its opening.
import { bytesToHex } from "../primitives/bytes.ts"
import { taggedHash } from "../primitives/tagged-hash.ts"
import { jcsPart } from "../wire/canonical-json.ts"
import type { PresentationOpening } from "../wire/presentation.ts"

/** Bytes of the salt: as hard to guess as the hash is to invert. */
export const SALT_BYTES = 32

/**
 * hash("sotto/presentation-commitment/v1"; salt, JCS(opening)), 64 hexadecimal digits.
 * @param salt - 32 fresh bytes of a CSPRNG; with a repeated or guessable one the entry gives its request away
 */
export function presentationCommitment(salt: Uint8Array, opening: PresentationOpening): string {
  if (salt.length !== SALT_BYTES) throw new RangeError(`expected a salt of ${SALT_BYTES} bytes`)
  return bytesToHex(taggedHash("sotto/presentation-commitment/v1", salt, jcsPart(opening)))
}
