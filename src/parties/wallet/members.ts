// A strict reader of the wallet's own document: every member by name, nothing missing, nothing beside.
import { decodeBase64Url } from "../../protocol/primitives/bytes.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { WalletError } from "./wallet-error.ts"

/** Readers of one object's members; each throws `malformed-wallet` with the member's name. */
export interface Members {
  readonly has: (member: string) => boolean
  readonly text: (member: string) => string
  readonly count: (member: string) => number
  readonly flag: (member: string) => boolean
  /** Exactly `length` bytes of canonical base64url. */
  readonly bytes: (member: string, length: number) => Uint8Array
  readonly json: (member: string) => Json
  /** The member as canonical text, for the reader of the message it holds. */
  readonly message: (member: string) => string
  readonly texts: (member: string) => readonly string[]
  readonly list: <T>(member: string, read: (entry: Json) => T) => readonly T[]
}

/**
 * The members of an object.
 * @param value - parsed strict JSON
 * @param required - every one must be there
 * @param optional - may be there
 * @throws WalletError `malformed-wallet`
 */
export function readMembers(
  value: Json,
  required: readonly string[],
  optional: readonly string[] = [],
): Members {
  if (typeof value !== "object" || Array.isArray(value)) throw malformed("expected an object")
  const members = new Map(Object.entries(value as Readonly<Record<string, Json>>))
  const unknown = [...members.keys()].find((key) => !required.includes(key) && !optional.includes(key))
  if (unknown !== undefined) throw malformed("an unknown member")
  const json = (member: string): Json => {
    const found = members.get(member)
    if (found === undefined) throw malformed(`${member} is missing`)
    return found
  }
  for (const member of required) json(member)
  const typed = <T extends Json>(member: string, is: (value: Json) => value is T): T => {
    const found = json(member)
    if (!is(found)) throw malformed(`${member} has the wrong type`)
    return found
  }
  const text = (member: string): string => typed(member, (v): v is string => typeof v === "string")
  const array = (member: string): readonly Json[] =>
    typed(member, (v): v is readonly Json[] => Array.isArray(v))
  return {
    has: (member) => members.has(member),
    text,
    json,
    count: (member) => {
      const found = typed(member, (v): v is number => typeof v === "number")
      if (found < 0) throw malformed(`${member} is negative`)
      return found
    },
    flag: (member) => typed(member, (v): v is boolean => typeof v === "boolean"),
    bytes: (member, length) => {
      const bytes = decodeBase64Url(text(member))
      if (bytes?.length !== length) throw malformed(`${member} has the wrong length`)
      return bytes
    },
    message: (member) => canonicalText(json(member)),
    list: (member, read) => array(member).map(read),
    texts: (member) =>
      array(member).map((entry) => {
        if (typeof entry !== "string") throw malformed(`${member} has the wrong type`)
        return entry
      }),
  }
}

function malformed(message: string): WalletError {
  return new WalletError("malformed-wallet", message)
}
