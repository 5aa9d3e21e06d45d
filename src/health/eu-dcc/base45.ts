// Base45, RFC 9285: three characters of the QR alphanumeric alphabet for two bytes, two for a last one.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" // section 4.2, table 1
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (character, i) => [character, i]))

/**
 * The bytes of a text, or null: a foreign character, a length of 3n + 1, a group above 65,535 (or 255 at the end).
 * Every sequence of bytes has exactly one text.
 * @param text - attacker-controlled; the caller bounds its length
 */
export function decodeBase45(text: string): Uint8Array | null {
  const rest = text.length % 3
  if (rest === 1) return null
  const bytes = new Uint8Array(((text.length - rest) / 3) * 2 + (rest === 0 ? 0 : 1))
  for (let at = 0, out = 0; at < text.length; at += 3) {
    const isPair = at + 2 < text.length
    const value = groupAt(text, at, isPair)
    if (value === null || value > (isPair ? 0xffff : 0xff)) return null
    if (isPair) bytes[out++] = value >> 8
    bytes[out++] = value & 0xff
  }
  return bytes
}

function groupAt(text: string, at: number, isPair: boolean): number | null {
  const c = VALUES.get(text.charAt(at))
  const d = VALUES.get(text.charAt(at + 1))
  const e = isPair ? VALUES.get(text.charAt(at + 2)) : 0
  return c === undefined || d === undefined || e === undefined ? null : c + d * 45 + e * 2025
}
