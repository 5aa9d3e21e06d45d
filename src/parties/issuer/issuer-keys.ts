// sotto/issuer-keys/1: the two secrets of an issuer entry, kept apart from its state.
import { decodeBase64Url, encodeBase64Url, equalBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { encodeSigningKey, parseSigningKey, parseVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { issuerKeyOf } from "../../protocol/credential/credential.ts"
import { canonicalText, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { IssuerEntry } from "../../protocol/wire/credential.ts"
import { IssuerError } from "./issuer-error.ts"
import { readMembers } from "./state-members.ts"

/** Secret. Whoever holds the seed signs records in the issuer's name; whoever holds the operations key revokes them. */
export interface IssuerKeys {
  /** EdDSA-Poseidon over BabyJubJub, 32 bytes; signs credential hashes and nothing else. */
  readonly signingSeed: Uint8Array
  /** Ed25519; signs status lists. */
  readonly operationsKey: SigningKey
}

const TYPE = "sotto/issuer-keys/1"

/** The canonical bytes of an issuer's keys. Secret. */
export function encodeIssuerKeys({ signingSeed, operationsKey }: IssuerKeys): Uint8Array {
  const document = {
    type: TYPE,
    signingSeed: encodeBase64Url(signingSeed),
    operationsKey: encodeSigningKey(operationsKey),
  }
  return utf8ToBytes(`${canonicalText(document)}\n`)
}

/**
 * Reads an issuer's keys.
 * @throws IssuerError `malformed-issuer-keys`, without any part of the bytes
 */
export function parseIssuerKeys(input: Uint8Array): IssuerKeys {
  try {
    const keys = readMembers(parseStrictJson(input, { maxBytes: 4096 }), "malformed-issuer-keys", [
      ...["type", "signingSeed", "operationsKey"],
    ])
    const signingSeed = decodeBase64Url(keys.text("signingSeed"))
    if (keys.text("type") !== TYPE || signingSeed?.length !== 32) throw malformed()
    return { signingSeed, operationsKey: parseSigningKey(keys.text("operationsKey")) }
  } catch (cause) {
    if (cause instanceof ProtocolError) throw malformed() // without the cause: it may quote what stands around a key
    throw cause
  }
}

/**
 * Asserts that the keys are those of an entry: signatures of others would be refused by every wallet.
 * @throws IssuerError `key-mismatch`
 */
export function assertKeysOf(entry: IssuerEntry, keys: IssuerKeys): void {
  const [x, y] = issuerKeyOf(keys.signingSeed)
  const operations = parseVerifierKey(entry.operationsKey)
  const isOwn =
    entry.key[0] === x &&
    entry.key[1] === y &&
    operations.name === keys.operationsKey.name &&
    equalBytes(operations.publicKey, keys.operationsKey.publicKey)
  if (!isOwn) throw new IssuerError("key-mismatch", "the keys are those of another issuer entry")
}

function malformed(): IssuerError {
  return new IssuerError("malformed-issuer-keys", "expected the keys of an issuer")
}
