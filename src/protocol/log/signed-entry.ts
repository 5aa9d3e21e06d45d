// The envelope of control entries: a body that its author signed, so that the service cannot speak in another's name.
// Documents of a census use the same envelope outside of any log.
import { concatBytes, decodeBase64, encodeBase64, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { encodeVerifierKey, parseVerifierKey, signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import type { CensusBodies } from "../wire/census.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import type { RegistryEpochBody, VerifierRecordBody } from "./entry.ts"

/** What may be signed in the envelope, by kind. */
export type SignedBodies = ElectionBodies &
  CensusBodies & {
    readonly "registry-epoch": RegistryEpochBody
    readonly "verifier-record": VerifierRecordBody
  }

/** One signature of an envelope: the signer's key in text form, and base64. */
interface EnvelopeSignature {
  readonly key: string
  readonly signature: string
}

/** A body in its envelope. */
export interface Signed<K extends keyof SignedBodies> {
  readonly kind: K
  readonly v: 1
  readonly body: SignedBodies[K]
  readonly signatures: EnvelopeSignature[]
}

/** The shape of any envelope, whatever its kind. */
interface Envelope {
  readonly kind: string
  readonly body: Json
  readonly signatures: readonly EnvelopeSignature[]
}

/**
 * The signed envelope of a body. Whether the body is well formed is its parser's question: writers encode and re-read it.
 * @param keys - of the signers, in the order their signatures shall have
 */
export function signBody<K extends keyof SignedBodies>(
  kind: K,
  body: SignedBodies[K],
  ...keys: readonly SigningKey[]
): Signed<K> {
  return { kind, v: 1, body, signatures: keys.map((key) => envelopeSignature(kind, body, key)) }
}

/** One more signer's signature over a body of which others hold signatures already. */
export function envelopeSignature<K extends keyof SignedBodies>(
  kind: K,
  body: SignedBodies[K],
  key: SigningKey,
): EnvelopeSignature {
  const message = signedBytes(kind, body)
  return { key: encodeVerifierKey(key), signature: encodeBase64(signBytes(key, message)) }
}

/** True when the envelope carries a valid signature of `signer`, whose authority is the caller's question. */
export function isEntrySignedBy(entry: Envelope, signer: VerifierKey): boolean {
  const text = encodeVerifierKey(signer)
  const message = signedBytes(entry.kind, entry.body)
  return entry.signatures.some(({ key, signature }) => {
    const bytes = decodeBase64(signature)
    return key === text && bytes !== null && verifyBytes(signer, message, bytes)
  })
}

/** True when every signature verifies under the key it names, none twice: what can be said without a trust file. */
export function areSignaturesValid(entry: Envelope): boolean {
  const keys = entry.signatures.map(({ key }) => key)
  if (new Set(keys).size !== keys.length) return false
  return keys.every((key) => {
    try {
      return isEntrySignedBy(entry, parseVerifierKey(key))
    } catch (error) {
      if (error instanceof ProtocolError) return false
      throw error
    }
  })
}

/** "sotto/entry/" || kind || "/v1" || 0x00 || JCS(body): no signature fits another kind or version. */
function signedBytes(kind: string, body: Json): Uint8Array {
  return concatBytes(utf8ToBytes(`sotto/entry/${kind}/v1`), new Uint8Array(1), canonicalBytes(body))
}
