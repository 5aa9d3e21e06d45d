// hash(tag; parts) = SHA-256(u8(length of tag) || tag || parts); a JCS part is preceded by its length as u32be.
import { concatBytes, utf8ToBytes } from "../primitives/bytes.ts"
import { sha256 } from "../primitives/hash.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"

/** The 32-byte tagged hash of fixed-length parts. @param tag - ASCII, at most 255 bytes */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(tag.length), utf8ToBytes(tag), ...parts))
}

/** A JSON value as a hash part: u32be(length) || JCS(value), so that no two lists of parts share their bytes. */
export function jcsPart(value: Json): Uint8Array {
  const bytes = canonicalBytes(value)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return concatBytes(length, bytes)
}
