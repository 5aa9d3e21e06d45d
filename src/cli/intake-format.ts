// What a file holds, told from its own bytes: never from its name, which whoever sent it has chosen.
import { isDccCase } from "../health/eu-dcc/dcc-case.ts"
import { bytesToUtf8 } from "../protocol/primitives/bytes.ts"
import { IntakeError } from "./intake-error.ts"

/** A file by what it seems to hold; whether it does is for the rooms of health to say. */
export type RecordFile =
  | { readonly kind: "eu-dcc"; readonly text: string }
  | { readonly kind: "health-card-codes"; readonly texts: readonly string[] }
  | { readonly kind: "health-cards"; readonly cards: readonly string[] }
  | { readonly kind: "fhir"; readonly bytes: Uint8Array }
  | { readonly kind: "eu-dcc-cases"; readonly cases: readonly unknown[] }

/** A conformance corpus holds many records; a record alone is bounded by its own reader. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * Recognises a certificate's text (`HC1:`), a health card (`shc:/` lines, a compact JWS, a `.smart-health-card` file),
 * FHIR JSON, or conformance cases of certificates.
 * @param bytes - attacker-controlled
 * @throws IntakeError `too-large`, `malformed-json`, `format-unknown`
 */
export function recogniseFile(bytes: Uint8Array): RecordFile {
  if (bytes.length > MAX_BYTES) throw new IntakeError("too-large", `expected at most ${MAX_BYTES} bytes`)
  const whole = bytesToUtf8(bytes) ?? ""
  // Space is a digit of base 45: only line ends may go.
  if (/^HC\d:/i.test(whole)) return { kind: "eu-dcc", text: whole.replace(/[\r\n]+$/, "") }
  const text = whole.trim()
  if (text.startsWith("shc:/")) {
    const lines = text.split(/\r?\n/).map((line) => line.trim())
    return { kind: "health-card-codes", texts: lines.filter((line) => line !== "") }
  }
  if (JWS_HEADER.test(text)) return { kind: "health-cards", cards: [text] }
  if (text.startsWith("{") || text.startsWith("[")) return recogniseJson(bytes, text)
  throw unknown()
}

const JWS_HEADER = /^eyJ[A-Za-z0-9_-]*\./ // `{"`, as every JOSE header begins

function recogniseJson(bytes: Uint8Array, text: string): RecordFile {
  const document = parseLoosely(text)
  if (isObject(document)) {
    const cards = document["verifiableCredential"]
    if (isTextList(cards)) return { kind: "health-cards", cards }
    if (typeof document["resourceType"] === "string") return { kind: "fhir", bytes }
  }
  const cases = Array.isArray(document) ? (document as readonly unknown[]) : [document]
  if (cases.length > 0 && cases.every(isDccCase)) return { kind: "eu-dcc-cases", cases }
  throw unknown()
}

/** Only to see what it is: what is read for its content is read again, strictly, by the room it belongs to. */
function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    // The cause is dropped: the runtime quotes the text around the fault.
    throw new IntakeError("malformed-json", "not json")
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
}

function unknown(): IntakeError {
  return new IntakeError("format-unknown", "no certificate, no health card and no fhir record")
}
