// The envelope of control entries: a body that its author signed, so that the service cannot speak in another's name.
import { concatBytes, decodeBase64, encodeBase64, utf8ToBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { encodeVerifierKey, parseVerifierKey, signBytes, verifyBytes } from "../primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import { encodeEntry } from "./entry.ts"
import type { RegistryEpochBody, SignedEntry, VerifierRecordBody } from "./entry.ts"

/** The entry of a registry's new epoch. @param key - the registry's @throws ProtocolError `malformed-entry` */
export function signRegistryEpoch(body: RegistryEpochBody, key: SigningKey): SignedEntry {
  return checked({ kind: "registry-epoch", v: 1, body, signatures: signatures("registry-epoch", body, key) })
}

/** The entry of a verifier's directory record. @param key - the service's @throws ProtocolError `malformed-entry` */
export function signVerifierRecord(body: VerifierRecordBody, key: SigningKey): SignedEntry {
  return checked({
    kind: "verifier-record",
    v: 1,
    body,
    signatures: signatures("verifier-record", body, key),
  })
}

/** True when the entry carries a valid signature of `signer`, whose authority is the caller's question. */
export function isEntrySignedBy(entry: SignedEntry, signer: VerifierKey): boolean {
  const text = encodeVerifierKey(signer)
  const message = signedBytes(entry.kind, entry.body)
  return entry.signatures.some(({ key, signature }) => {
    const bytes = decodeBase64(signature)
    return key === text && bytes !== null && verifyBytes(signer, message, bytes)
  })
}

/** True when every signature verifies under the key it names: what an auditor can say without a trust file. */
export function areSignaturesValid(entry: SignedEntry): boolean {
  return entry.signatures.every(({ key }) => {
    try {
      return isEntrySignedBy(entry, parseVerifierKey(key))
    } catch (error) {
      if (error instanceof ProtocolError) return false
      throw error
    }
  })
}

type Body = RegistryEpochBody | VerifierRecordBody

function signatures(kind: string, body: Body, key: SigningKey): SignedEntry["signatures"] {
  return [{ key: encodeVerifierKey(key), signature: encodeBase64(signBytes(key, signedBytes(kind, body))) }]
}

/** "sotto/entry/" || kind || "/v1" || 0x00 || JCS(body): no signature fits another kind or version. */
function signedBytes(kind: string, body: Body): Uint8Array {
  return concatBytes(utf8ToBytes(`sotto/entry/${kind}/v1`), new Uint8Array(1), canonicalBytes(body))
}

function checked(entry: SignedEntry): SignedEntry {
  encodeEntry(entry)
  return entry
}
