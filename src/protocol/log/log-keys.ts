// The logs of one service are signed by one key, each under its own name: who knows the main log's key knows them all.
import { concatBytes, utf8ToBytes } from "../primitives/bytes.ts"
import { sha256 } from "../primitives/hash.ts"
import type { VerifierKey } from "../primitives/note-key.ts"

/** The host of a log's origin: what a service's logs share. */
export const hostOf = (origin: string): string => origin.split("/", 1)[0] ?? ""

/** The keys under which those of these logs with this origin's host sign as this origin: same key, other name. */
export function keysForOrigin(logs: readonly VerifierKey[], origin: string): readonly VerifierKey[] {
  return logs
    .filter(({ name }) => hostOf(name) === hostOf(origin))
    .map(({ type, publicKey }) => {
      const typed = concatBytes(utf8ToBytes(`${origin}\n`), Uint8Array.of(type), publicKey)
      return { name: origin, type, publicKey, keyId: sha256(typed).slice(0, 4) } // C2SP signed-note, key IDs
    })
}
