// A new issuer entry: one signing key, one operations key, nothing issued. Rotation is another entry of the operator.
import { makeSigningKey, encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { issuerKeyOf } from "../../protocol/credential/credential.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { parseIssuerEntry } from "../../protocol/wire/credential.ts"
import type { IssuerKeys } from "./issuer-keys.ts"
import type { IssuerState } from "./issuer-state.ts"

/** How an issuer is called: `id` names the entry, `operator` the organisation behind one or more entries. */
export interface IssuerProfile {
  readonly id: string
  readonly operator: string
  /** For people; shown by wallets. */
  readonly name: string
}

/**
 * Fresh keys and an empty state. The entry, `state.entry`, is what a registry lists.
 * @param randomBytes - a CSPRNG; two times 32 bytes are drawn
 * @throws ProtocolError `malformed-registry` when id, operator or name cannot stand in an entry
 */
export function createIssuer(
  profile: IssuerProfile,
  randomBytes: RandomBytes,
): { readonly keys: IssuerKeys; readonly state: IssuerState } {
  const signingSeed = randomBytes(32)
  // An entry's names are checked before they name a key; the key text is replaced right after.
  const draft = { ...profile, key: issuerKeyOf(signingSeed), operationsKey: "unset" }
  const { id } = parseIssuerEntry(draft)
  const operationsKey = makeSigningKey(id, randomBytes(32))
  const entry = parseIssuerEntry({ ...draft, operationsKey: encodeVerifierKey(operationsKey) })
  return { keys: { signingSeed, operationsKey }, state: { entry, lists: [], records: [] } }
}
