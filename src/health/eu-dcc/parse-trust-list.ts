// Files that name the document signers to believe: our own, a bare list, a PEM bundle, or what the EU gateway hands out.
import { bytesToUtf8, decodeBase64 } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { DccError } from "./dcc-error.ts"

/** All signers of some eighty states fit several times. */
const MAX_BYTES = 32 * 1024 * 1024
/** Base64 of a certificate; 16 KiB of DER are more than any has. */
const MAX_CERTIFICATE_TEXT = 24 * 1024
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g

/**
 * The DER certificates of a trust list, in one of four forms: `{"type": "sotto/dcc-trust/1", "certificates": [base64]}`,
 * a JSON list of base64, a PEM bundle, or the gateway's list of objects with `rawData`, of which those that say that they
 * are of another type than `DSC` (a country's own authority, an upload key) are left out: they sign no certificates.
 * @param bytes - the operator's own file, but read as carefully as a stranger's
 * @throws DccError `malformed-trust-list`, also for a list without any certificate
 */
export function parseTrustList(bytes: Uint8Array): readonly Uint8Array[] {
  const text = bytes.length > MAX_BYTES ? null : bytesToUtf8(bytes)
  if (text === null) throw new DccError("malformed-trust-list")
  const certificates = text.trimStart().startsWith("-----BEGIN")
    ? Array.from(text.matchAll(PEM_BLOCK), ([, body = ""]) => readDer(body, "$"))
    : readJsonList(text)
  if (certificates.length === 0) throw new DccError("malformed-trust-list")
  return certificates
}

function readJsonList(text: string): readonly Uint8Array[] {
  const document = parseJson(text)
  const certificates = memberOf(document, "type") === "sotto/dcc-trust/1" ? "certificates" : undefined
  const list = certificates === undefined ? document : memberOf(document, certificates)
  if (!Array.isArray(list)) throw new DccError("malformed-trust-list")
  const path = certificates === undefined ? "$" : `$.${certificates}`
  return (list as readonly Json[]).flatMap((entry, i) => {
    if (typeof entry === "string") return [readDer(entry, `${path}[${i}]`)]
    const type = memberOf(entry, "certificateType")
    if (type !== undefined && type !== "DSC") return []
    return [readDer(memberOf(entry, "rawData"), `${path}[${i}].rawData`)]
  })
}

function parseJson(text: string): Json {
  try {
    return parseStrictJson(text, { maxBytes: MAX_BYTES, maxString: MAX_CERTIFICATE_TEXT })
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new DccError("malformed-trust-list", "$", { cause })
  }
}

function memberOf(value: Json, member: string): Json | undefined {
  return typeof value === "object" && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json | undefined>>)[member]
    : undefined
}

function readDer(text: Json | undefined, path: string): Uint8Array {
  const der = typeof text === "string" ? decodeBase64(text.replace(/\s+/g, "")) : null
  if (der === null) throw new DccError("malformed-trust-list", path)
  return der
}
