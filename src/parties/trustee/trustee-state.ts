// sotto/trustee/1: what a trustee's program keeps between sittings. Secret as a whole: the signing key speaks for the
// trustee, and t of these files open an election.
import { parseSigningKey, encodeSigningKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { decodeBase64, encodeBase64, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError, SottoError } from "../../protocol/primitives/errors.ts"
import { encodeScalar, parseScalar } from "../../protocol/primitives/scalar.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { canonicalText, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"

/** What a trustee does in one ceremony and its election. */
export interface CeremonyWork {
  /** 64 hexadecimal digits. */
  readonly ceremonyId: string
  /** 1..n. */
  readonly index: number
  /** e of the encryption key E; gone when all n confirms are in the log. */
  readonly encryption: bigint | null
  /** d_(k,j) by j, once all deals are in; null before. */
  readonly secrets: readonly bigint[] | null
  /** True when a second copy of this file with the secrets was written and read back. */
  readonly isBackedUp: boolean
  /**
   * The entry of every message that was ever signed, by kind and round: a message is signed once, and after a crash the
   * same bytes are sent again. The deal waits here, sealed by its commitment, until it may be shown.
   */
  readonly signed: ReadonlyMap<string, Uint8Array>
}

/** A trustee's whole state. Secret. */
export interface TrusteeState {
  readonly signing: SigningKey
  /** By ceremony; keys never serve two elections. */
  readonly work: readonly CeremonyWork[]
}

/** A trustee's file that cannot be read. */
class TrusteeError extends SottoError<"malformed-trustee"> {}

const LIMITS = { maxBytes: 8 * 1024 * 1024, maxDepth: 8, maxString: 128 * 1024 }

/** A new trustee. @param signing - the key that ceremonies will name */
export const createTrustee = (signing: SigningKey): TrusteeState => ({ signing, work: [] })

/** The work on one ceremony, or null. */
export const findWork = ({ work }: TrusteeState, ceremonyId: string): CeremonyWork | null =>
  work.find((one) => one.ceremonyId === ceremonyId) ?? null

/** The state with this work in place of what it knew of the ceremony. */
export function withWork(state: TrusteeState, changed: CeremonyWork): TrusteeState {
  const others = state.work.filter(({ ceremonyId }) => ceremonyId !== changed.ceremonyId)
  return { ...state, work: [...others, changed] }
}

/** The canonical bytes of a state. Secret. */
export function encodeTrustee({ signing, work }: TrusteeState): Uint8Array {
  const document = {
    type: "sotto/trustee/1",
    signing: encodeSigningKey(signing),
    work: work.map(({ ceremonyId, index, encryption, secrets, isBackedUp, signed }) => ({
      ceremonyId,
      index,
      ...(encryption === null ? {} : { encryption: encodeScalar(encryption) }),
      ...(secrets === null ? {} : { secrets: secrets.map(encodeScalar) }),
      isBackedUp,
      signed: Object.fromEntries([...signed].map(([slot, bytes]) => [slot, encodeBase64(bytes)])),
    })),
  }
  return utf8ToBytes(canonicalText(document))
}

/**
 * Reads a state strictly.
 * @param bytes - the trustee's own file, yet checked whole: a half-read one would forget what it signed
 * @throws TrusteeError `malformed-trustee`, without any value
 */
export function parseTrustee(bytes: Uint8Array): TrusteeState {
  try {
    const document = membersOf(parseStrictJson(bytes, LIMITS), ["type", "signing", "work"])
    if (document["type"] !== "sotto/trustee/1") throw malformed("another type or version")
    const signing = parseSigningKey(textOf(document["signing"]))
    return { signing, work: listOf(document["work"]).map(readWork) }
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new TrusteeError("malformed-trustee", `a part of it is ${cause.code}`, { cause })
  }
}

function readWork(value: Json): CeremonyWork {
  const required = ["ceremonyId", "index", "isBackedUp", "signed"]
  const { ceremonyId, index, encryption, secrets, isBackedUp, signed } = membersOf(value, required, [
    "encryption",
    "secrets",
  ])
  if (typeof index !== "number" || typeof isBackedUp !== "boolean")
    throw malformed("a member of another type")
  return {
    ceremonyId: textOf(ceremonyId),
    index,
    encryption: encryption === undefined ? null : BigInt(parseScalar(encryption)),
    secrets: secrets === undefined ? null : listOf(secrets).map((secret) => BigInt(parseScalar(secret))),
    isBackedUp,
    signed: new Map(Object.entries(membersOf(signed, [])).map(([slot, text]) => [slot, readEntry(text)])),
  }
}

function readEntry(text: Json | undefined): Uint8Array {
  const bytes = decodeBase64(textOf(text))
  if (bytes === null) throw malformed("an entry that is no base64")
  parseEntry(bytes)
  return bytes
}

/** An object with every required member and no other; with none named, any members. */
function membersOf(
  value: Json | undefined,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, Json | undefined>> {
  if (typeof value !== "object" || Array.isArray(value)) throw malformed("expected an object")
  const members = value as Readonly<Record<string, Json>>
  const names = Object.keys(members)
  const isKnown = (name: string): boolean => required.includes(name) || optional.includes(name)
  const isExact = required.every((name) => names.includes(name)) && names.every(isKnown)
  if (required.length > 0 && !isExact) throw malformed("members missing or unknown")
  return members
}

function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw malformed("expected a list")
  return value as readonly Json[]
}

function textOf(value: Json | undefined): string {
  if (typeof value !== "string") throw malformed("expected a text")
  return value
}

function malformed(message: string): TrusteeError {
  return new TrusteeError("malformed-trustee", message)
}
