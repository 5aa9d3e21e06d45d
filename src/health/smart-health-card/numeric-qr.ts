// S1: QR codes in numeric mode, smart-on-fhir/health-cards:docs/index.md, "Encoding QRs".
import { HealthCardError } from "./health-card-error.ts"

/** What every QR code of a card begins with. */
export const QR_PREFIX = "shc:/"

/** `z` is the highest character of base64url: 122 - 45. */
const MAX_PAIR = 77
const OFFSET = 45 // the code of `-`, the lowest character of a compact JWS
const CHUNK = /^shc:\/(?:([1-9][0-9]?)\/([1-9][0-9]?)\/)?([0-9]+)$/ // 99 codes hold more than a card may be long

/**
 * The JWS that a set of QR codes spells, whatever order they were scanned in.
 * A code scanned twice is refused like one of another set: whoever scans removes repeated frames, and a reader that
 * picked one of two would let the other pass unread.
 * @param texts - attacker-controlled; the caller bounds their length
 * @throws HealthCardError `qr-malformed`
 */
export function decodeNumericQr(texts: readonly string[]): string {
  const chunks = texts.map((text) => {
    const match = CHUNK.exec(text)
    if (match === null) throw malformed("not a numeric code of a health card")
    const [, ordinal = "1", count = "1", digits = ""] = match
    return { ordinal: Number(ordinal), count: Number(count), digits }
  })
  const count = chunks[0]?.count ?? 1
  if (chunks.some((chunk) => chunk.count !== count)) throw malformed("codes of several sets")
  if (new Set(chunks.map(({ ordinal }) => ordinal)).size !== chunks.length) throw malformed("a code twice")
  if (chunks.length !== count) throw malformed(`expected ${count} codes, got ${chunks.length}`)
  if (chunks.some(({ ordinal }) => ordinal > count)) throw malformed("a code beyond the last")
  return chunks
    .sort((a, b) => a.ordinal - b.ordinal)
    .map(({ digits }) => decodePairs(digits))
    .join("")
}

function decodePairs(digits: string): string {
  if (digits.length % 2 !== 0) throw malformed("an odd number of digits")
  const codes = (digits.match(/../g) ?? []).map(Number)
  if (codes.some((code) => code > MAX_PAIR)) throw malformed(`a pair above ${MAX_PAIR}`)
  return codes.map((code) => String.fromCharCode(code + OFFSET)).join("")
}

function malformed(reason: string): HealthCardError {
  return new HealthCardError("qr-malformed", reason)
}
