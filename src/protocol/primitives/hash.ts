// SHA-2, FIPS 180-4, and what documents make of SHA-256: digests and its 248-bit truncation into the scalar field.
import { sha256, sha512 } from "@noble/hashes/sha2.js"
import { bytesToBigint, bytesToHex, concatBytes, utf8ToBytes } from "./bytes.ts"

export { sha256, sha512 }

/** A digest as it stands in documents: `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly __brand: "Digest" }

/** The digest of `bytes` in the documents' spelling. */
export const digestOf = (bytes: Uint8Array): Digest => `sha256:${bytesToHex(sha256(bytes))}` as Digest

/**
 * H31: the first 31 bytes of SHA-256(utf8(label) || 0x00 || bytes), big-endian. Below 2^248, hence a canonical
 * scalar as it stands, with no reduction and no bias to argue about.
 */
export function hashToField(label: string, bytes: Uint8Array): bigint {
  return bytesToBigint(sha256(concatBytes(utf8ToBytes(label), ZERO, bytes)).subarray(0, 31))
}

const ZERO = new Uint8Array(1)
