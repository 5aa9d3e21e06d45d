// Ed25519 keys in the text forms of C2SP signed-note: verifier keys anyone may hold, signing keys in a file.
import { ed25519 } from "@noble/curves/ed25519.js"
import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  decodeBase64,
  encodeBase64,
  equalBytes,
  hexToBytes,
  utf8ToBytes,
} from "./bytes.ts"
import { ProtocolError } from "./errors.ts"
import { verifyEd25519 } from "./ed25519.ts"
import { sha256 } from "./hash.ts"

/** Signature algorithm byte: 0x01 Ed25519 (logs, documents), 0x04 timestamped cosignature. */
export type NoteKeyType = 0x01 | 0x04

/** A public key with the name it signs under; `keyId` is SHA-256(name, LF, type, key)[0:4]. */
export interface VerifierKey {
  readonly name: string
  readonly type: NoteKeyType
  readonly keyId: Uint8Array
  readonly publicKey: Uint8Array
}

/** A key that signs under a name. Secret: `seed` is 32 bytes from a CSPRNG. */
export interface SigningKey extends VerifierKey {
  readonly seed: Uint8Array
}

/** The verifier key of a name and a 32-byte Ed25519 public key. */
function makeVerifierKey(name: string, publicKey: Uint8Array, type: NoteKeyType = 0x01): VerifierKey {
  if (!isKeyName(name) || publicKey.length !== 32) throw new RangeError("not a note key")
  const typed = concatBytes(bigintToBytes(BigInt(type), 1), publicKey)
  return { name, type, keyId: sha256(concatBytes(utf8ToBytes(`${name}\n`), typed)).slice(0, 4), publicKey }
}

/** The signing key of a name and a seed. @param seed - secret, 32 bytes */
export function makeSigningKey(name: string, seed: Uint8Array, type: NoteKeyType = 0x01): SigningKey {
  return { ...makeVerifierKey(name, ed25519.getPublicKey(seed), type), seed }
}

/** `name+hex(keyId)+base64(type || key)`. */
export function encodeVerifierKey(key: VerifierKey): string {
  return `${key.name}+${bytesToHex(key.keyId)}+${encodeTyped(key.type, key.publicKey)}`
}

/** `PRIVATE+KEY+name+hex(keyId)+base64(type || seed)`, the file form of Go's sumdb note package. */
export function encodeSigningKey(key: SigningKey): string {
  return `PRIVATE+KEY+${key.name}+${bytesToHex(key.keyId)}+${encodeTyped(key.type, key.seed)}`
}

/**
 * Reads a verifier key. The base64 may contain `+`, so only the first two separate.
 * @param text - attacker-controlled
 * @throws ProtocolError `malformed-log`
 */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, keyId, type, bytes } = split(text)
  const key = makeVerifierKey(name, bytes, type)
  if (!equalBytes(key.keyId, keyId)) throw malformed()
  return key
}

/** Reads a signing key file's text. @throws ProtocolError `malformed-log`, without any part of the text */
export function parseSigningKey(text: string): SigningKey {
  const prefix = "PRIVATE+KEY+"
  if (!text.startsWith(prefix)) throw malformed()
  const { name, keyId, type, bytes } = split(text.slice(prefix.length).trimEnd())
  const key = makeSigningKey(name, bytes, type)
  if (!equalBytes(key.keyId, keyId)) throw malformed()
  return key
}

/** Ed25519 over `message`, RFC 8032: deterministic. */
export const signBytes = (key: SigningKey, message: Uint8Array): Uint8Array => ed25519.sign(message, key.seed)

/** True when `signature` is this key's over `message`; RFC 8032 strictness, so one message has no second spelling. */
export function verifyBytes(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  return verifyEd25519(key.publicKey, message, signature)
}

/** A note key's name: no Unicode space, no plus sign, not empty. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{Z}\p{C}]{1,255}$/u.test(name)
}

function split(text: string): { name: string; keyId: Uint8Array; type: NoteKeyType; bytes: Uint8Array } {
  const match = /^([^+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text)
  const [, name = "", keyId = "", encoded = ""] = match ?? []
  const typed = decodeBase64(encoded)
  const type = typed?.[0]
  if (typed?.length !== 33 || !isKeyName(name) || (type !== 0x01 && type !== 0x04)) throw malformed()
  return { name, keyId: hexToBytes(keyId), type, bytes: typed.slice(1) }
}

function encodeTyped(type: NoteKeyType, bytes: Uint8Array): string {
  return encodeBase64(concatBytes(bigintToBytes(BigInt(type), 1), bytes))
}

function malformed(): ProtocolError {
  return new ProtocolError("malformed-log", "expected a note key")
}
