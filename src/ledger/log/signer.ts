// The log's key, behind the one thing it may be asked: sign a note text.
import type { SigningKey, VerifierKey } from "../../protocol/primitives/note-key.ts"
import { makeSigningKey } from "../../protocol/primitives/note-key.ts"
import { signCheckpoint } from "../../protocol/log/checkpoint.ts"

/** Signs note texts of one log. Synchronous, local key, about a millisecond: the head row is locked meanwhile. */
export interface CheckpointSigner {
  readonly key: VerifierKey
  sign: (noteText: string) => Uint8Array
}

/** The signer of a log: the service's one seed under the log's own name. @param key - secret */
export function createSigner(origin: string, key: SigningKey): CheckpointSigner {
  const own = makeSigningKey(origin, key.seed)
  const { name, type, keyId, publicKey } = own
  return { key: { name, type, keyId, publicKey }, sign: (text) => signCheckpoint(own, text) }
}
