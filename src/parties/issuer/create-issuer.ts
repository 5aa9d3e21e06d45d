import { issuerKeyOf } from "../../protocol/credential/credential.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { decodeBase64Url, encodeBase64Url } from "../../protocol/primitives/bytes.ts"
import {
  encodeSigningKey,
  encodeVerifierKey,
  makeSigningKey,
  parseSigningKey,
} from "../../protocol/primitives/note-key.ts"
import type { IssuerEntry } from "../../protocol/wire/credential.ts"
import type { IssuerKeys } from "../../protocol/wire/issuer-state.ts"

/** Who an issuer is. */
export type IssuerIdentity = Pick<IssuerKeys, "id" | "operator" | "name" | "registry">

/**
 * A new issuer with fresh keys: one for records (BabyJubJub), one for lists and documents (Ed25519).
 * @param randomBytes - a CSPRNG
 */
export function createIssuer(identity: IssuerIdentity, randomBytes: RandomBytes): IssuerKeys {
  const { id, operator, name, registry } = identity
  return {
    type: "sotto/issuer/2",
    ...{ id, operator, name, registry },
    signingSeed: encodeBase64Url(randomBytes(32)),
    operationsKey: encodeSigningKey(makeSigningKey(`${registry}/${id}`, randomBytes(32))),
  }
}

/** The public entry for a registry. */
export function issuerEntryOf({ id, operator, name, signingSeed, operationsKey }: IssuerKeys): IssuerEntry {
  return {
    ...{ id, operator, name },
    key: [...issuerKeyOf(signingSeedOf({ signingSeed }))],
    operationsKey: encodeVerifierKey(parseSigningKey(operationsKey)),
  }
}

/** The 32 secret bytes that sign records. */
export function signingSeedOf({ signingSeed }: Pick<IssuerKeys, "signingSeed">): Uint8Array {
  const seed = decodeBase64Url(signingSeed)
  if (seed === null) throw new RangeError("the state was not parsed")
  return seed
}
