// S3: an issuer's signing keys, a JSON Web Key Set (RFC 7517) that the operator pinned; nothing is ever fetched for a card.
import { p256 } from "@noble/curves/nist.js"
import {
  concatBytes,
  decodeBase64Url,
  encodeBase64Url,
  utf8ToBytes,
} from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { readCardJson } from "./card-json.ts"
import type { CardReader } from "./card-json.ts"
import { HealthCardError } from "./health-card-error.ts"

/** A key that signs health cards. */
export interface IssuerKey {
  /** RFC 7638 thumbprint, base64url. */
  readonly kid: string
  /** 65 bytes, SEC 1 uncompressed, on P-256. */
  readonly point: Uint8Array
  /** When present, cards count only beside a revocation list of at least this counter. */
  readonly crlVersion?: number
}

/** Pinned issuers: `iss` as cards write it -> the keys that may sign under that name. */
export type PinnedIssuers = ReadonlyMap<string, readonly IssuerKey[]>

const MAX_BYTES = 1024 * 1024 // a directory's largest issuers publish some 100 keys with chains of 4 KiB
const COORDINATE_BYTES = 32 // RFC 7518 section 6.2.1.2: always the full width

/**
 * Reads a key set. Keys for other uses are passed over, as the specification of cards wants; a private member anywhere
 * refuses the whole file, since a key that was published with its secret signs for everybody.
 * `x5c` is not read: the operator named this issuer and this key already, and a chain beside them, whose certificates
 * expire long before the cards, could neither add to that nor take from it.
 * @param bytes - untrusted
 * @throws HealthCardError `keys-malformed`, `key-private`, `key-mismatch`, `too-large`
 */
export function parseIssuerKeys(bytes: Uint8Array): readonly IssuerKey[] {
  const set = readCardJson(bytes, MAX_BYTES, "keys-malformed")
  const entries = set.list("keys")
  if (entries === undefined) throw set.refuse("keys", "expected a list")
  const keys = entries.map((entry, i) => set.item(entry, `${set.path}.keys[${i}]`))
  for (const key of keys) {
    if (key.has("d")) throw new HealthCardError("key-private", "a private key", `${key.path}.d`)
  }
  const byKid = new Map<string, IssuerKey>()
  for (const key of keys.filter(isSigningKey).map(readKey)) {
    // One key may stand there once per certificate; the highest counter is the one that asks most of a list.
    const crlVersion = Math.max(key.crlVersion ?? -1, byKid.get(key.kid)?.crlVersion ?? -1)
    byKid.set(key.kid, crlVersion < 0 ? key : { ...key, crlVersion })
  }
  if (byKid.size === 0) throw set.refuse("keys", "no key that signs cards")
  return [...byKid.values()]
}

function isSigningKey(key: CardReader): boolean {
  return key.text("kty") === "EC" && key.text("use") === "sig" && key.text("alg") === "ES256"
}

function readKey(key: CardReader): IssuerKey {
  if (key.text("crv") !== "P-256") throw key.refuse("crv", "expected P-256")
  const [x, y] = [readCoordinate(key, "x"), readCoordinate(key, "y")]
  const point = concatBytes(Uint8Array.of(4), x, y)
  if (!isOnCurve(point)) throw key.refuse("x", "no point of P-256")
  const kid = thumbprint(encodeBase64Url(x), encodeBase64Url(y))
  if (key.text("kid") !== kid) {
    throw new HealthCardError("key-mismatch", "expected the key's own thumbprint", `${key.path}.kid`)
  }
  const crlVersion = key.number("crlVersion")
  if (crlVersion === undefined) return { kid, point }
  if (!Number.isSafeInteger(crlVersion)) throw key.refuse("crlVersion", "expected a whole number")
  return { kid, point, crlVersion }
}

function readCoordinate(key: CardReader, member: "x" | "y"): Uint8Array {
  const bytes = decodeBase64Url(key.text(member) ?? "")
  if (bytes?.length !== COORDINATE_BYTES) throw key.refuse(member, "expected 32 bytes of base64url")
  return bytes
}

/** RFC 7638: the required members of an EC key in lexicographic order, without white space. */
function thumbprint(x: string, y: string): string {
  return encodeBase64Url(sha256(utf8ToBytes(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)))
}

function isOnCurve(point: Uint8Array): boolean {
  try {
    p256.Point.fromBytes(point)
    return true
  } catch {
    return false // the library throws for coordinates above the field's order and points off the curve: the same "no"
  }
}
