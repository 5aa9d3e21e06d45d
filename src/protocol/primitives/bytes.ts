// Text and binary encodings, RFC 4648 and UTF-8, each with exactly one accepted spelling.
import { base64, base64urlnopad, utf8 } from "@scure/base"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"

export { bytesToHex, concatBytes, hexToBytes, utf8ToBytes }

/** The text of UTF-8 bytes, or null when they are not UTF-8 or begin with a byte order mark. */
export function bytesToUtf8(bytes: Uint8Array): string | null {
  try {
    const text = utf8.encode(bytes)
    return text.startsWith("\ufeff") ? null : text
  } catch {
    return null // the decoder is fatal: bytes that are not UTF-8 throw
  }
}

/** Standard padded base64, RFC 4648 section 4. */
export const encodeBase64 = (bytes: Uint8Array): string => base64.encode(bytes)

/** The bytes of a canonical standard base64 text, or null: wrong alphabet, padding or stray bits are refused. */
export function decodeBase64(text: string): Uint8Array | null {
  return decodeCanonical(base64, text)
}

/** base64url without padding, RFC 4648 section 5. */
export const encodeBase64Url = (bytes: Uint8Array): string => base64urlnopad.encode(bytes)

/** The bytes of a canonical unpadded base64url text, or null. */
export function decodeBase64Url(text: string): Uint8Array | null {
  return decodeCanonical(base64urlnopad, text)
}

/** True when both hold the same bytes; the time depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0)
  return difference === 0
}

/** The big-endian unsigned integer in `bytes`, any length; the empty array is 0. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytesToHex(bytes)}`)
}

/**
 * The `length` big-endian bytes of `value`.
 * @throws RangeError when the value is negative or does not fit: a programmer error, inputs are range-checked before
 */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  if (value < 0n || value >> BigInt(8 * length) !== 0n) throw new RangeError(`value exceeds ${length} bytes`)
  return length === 0 ? new Uint8Array() : hexToBytes(value.toString(16).padStart(2 * length, "0"))
}

function decodeCanonical(
  coder: { decode: (text: string) => Uint8Array; encode: (bytes: Uint8Array) => string },
  text: string,
): Uint8Array | null {
  try {
    const bytes = coder.decode(text)
    return coder.encode(bytes) === text ? bytes : null
  } catch {
    return null // the coder throws on a foreign character: the same "no" as a non-canonical spelling
  }
}
