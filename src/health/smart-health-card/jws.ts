// S2 and S4: compact JWS (RFC 7515) with ES256 (RFC 7518 section 3.4), in the one form that health cards have.
import { p256 } from "@noble/curves/nist.js"
import { decodeBase64Url, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { readCardJson } from "./card-json.ts"
import { HealthCardError } from "./health-card-error.ts"

/** A card as it was signed; nothing of it is checked but its form. */
export interface Jws {
  /** Key id of the header: base64url, 43 characters. */
  readonly kid: string
  /** What the signature is over: the first two parts as received. */
  readonly signedBytes: Uint8Array
  /** Still deflated. */
  readonly payload: Uint8Array
  /** Of any length. */
  readonly signature: Uint8Array
}

const MAX_HEADER_BYTES = 1024 // three members of some 80 characters together
const SIGNATURE_BYTES = 64 // r and s, 32 bytes each
/** The length of an unpadded SHA-256, RFC 7638. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/**
 * Splits a compact JWS and reads its header, which must have exactly `alg` ES256, `zip` DEF and `kid`: a card that
 * asks for another algorithm, embeds a key (`jwk`, `x5c`) or points to one (`jku`, `x5u`) is refused before any key
 * is looked up.
 * @param text - attacker-controlled
 * @throws HealthCardError `jws-malformed`, `header-not-allowed`
 */
export function parseJws(text: string): Jws {
  const parts = text.split(".")
  const [header, payload, signature] = parts.map(decodeBase64Url)
  if (parts.length !== 3 || header == null || payload == null || signature == null) {
    throw new HealthCardError("jws-malformed", "expected three parts of base64url")
  }
  return {
    kid: readKid(header),
    signedBytes: utf8ToBytes(text.slice(0, text.lastIndexOf("."))),
    payload,
    signature,
  }
}

function readKid(bytes: Uint8Array): string {
  if (bytes.length > MAX_HEADER_BYTES) throw refusedHeader("a header of this length")
  const header = readCardJson(bytes, MAX_HEADER_BYTES, "header-not-allowed")
  if (header.names.length !== 3) throw refusedHeader("expected alg, zip and kid alone")
  if (header.text("alg") !== "ES256") throw refusedHeader("expected alg ES256")
  if (header.text("zip") !== "DEF") throw refusedHeader("expected zip DEF")
  const kid = header.text("kid")
  if (kid === undefined || !THUMBPRINT.test(kid)) throw refusedHeader("expected a thumbprint as kid")
  return kid
}

/**
 * True when the key's holder signed the card's bytes as received.
 * The length is checked first: an ASN.1 (DER) signature is not JOSE's form, whatever it says. A high `s` is valid here,
 * since RFC 7518 does not ask for the low one; the second spelling gains nothing, as nothing is derived from signatures.
 * @param point - 65 bytes, SEC 1 uncompressed, on the curve
 */
export function isSignedBy(jws: Jws, point: Uint8Array): boolean {
  if (jws.signature.length !== SIGNATURE_BYTES) return false
  return p256.verify(jws.signature, jws.signedBytes, point, { lowS: false, prehash: true })
}

function refusedHeader(reason: string): HealthCardError {
  return new HealthCardError("header-not-allowed", reason)
}
