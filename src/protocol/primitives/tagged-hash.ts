// hash(tag; parts) = SHA-256(u8(length of tag) || tag || parts), and the same bytes as a scalar of BabyJubJub.
import { SUBGROUP_ORDER } from "./babyjubjub.ts"
import { u8 } from "./big-endian.ts"
import { bytesToBigint, concatBytes, utf8ToBytes } from "./bytes.ts"
import { sha256, sha512 } from "./hash.ts"

/** u8(length of tag) || tag || parts: what both hashes are taken over. @param tag - ASCII, at most 255 bytes */
export function taggedBytes(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(u8(tag.length), utf8ToBytes(tag), ...parts)
}

/** The 32-byte tagged hash of fixed-length parts. @param tag - ASCII, at most 255 bytes */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(taggedBytes(tag, ...parts))
}

/** OS2IP(SHA-512(the tagged bytes)) mod l; 512 bits over 251 leave a bias below 2^-261. */
export function hashToScalar(tag: string, ...parts: readonly Uint8Array[]): bigint {
  return bytesToScalar(taggedBytes(tag, ...parts))
}

/** hashToScalar over tagged bytes that are already joined: a statement, then the commitments of its proof. */
export function bytesToScalar(...bytes: readonly Uint8Array[]): bigint {
  return bytesToBigint(sha512(concatBytes(...bytes))) % SUBGROUP_ORDER
}

/** A digest as a hashed part. @throws RangeError unless it has the 32 bytes that keep the parts apart */
export function digestPart(digest: Uint8Array): Uint8Array {
  if (digest.length !== DIGEST_BYTES) throw new RangeError(`expected a digest of ${DIGEST_BYTES} bytes`)
  return digest
}

const DIGEST_BYTES = 32
