// Documents with their own Ed25519 signature: `signature` covers utf8(label) || 0x00 || JCS(document without it).
import { concatBytes, decodeBase64Url, encodeBase64Url, utf8ToBytes } from "../primitives/bytes.ts"
import { signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import { canonicalBytes } from "./canonical-json.ts"
import type { Json } from "./canonical-json.ts"

interface Unsigned {
  readonly type: string
  readonly [member: string]: Json | undefined
}

/** The document with its signature; the label is the document's own `type`, so no signature fits another kind. */
export function signDocument<T extends Unsigned>(document: T, key: SigningKey): T & { signature: string } {
  return { ...document, signature: encodeBase64Url(signBytes(key, signedBytes(document))) }
}

/** True when the signature is this key's over everything else in the document. */
export function isSignedBy(document: Unsigned & { readonly signature: string }, key: VerifierKey): boolean {
  const signature = decodeBase64Url(document.signature)
  return signature !== null && verifyBytes(key, signedBytes(document), signature)
}

function signedBytes(document: Unsigned): Uint8Array {
  const body = canonicalBytes({ ...document, signature: undefined })
  return concatBytes(utf8ToBytes(document.type), new Uint8Array(1), body)
}
