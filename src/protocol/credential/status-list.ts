// Status lists: 248 bits a word, 4,096 words; 0 good, 1 revoked or suspended. Signed whole with the operations key.
import {
  bigintToBytes,
  bytesToBigint,
  concatBytes,
  decodeBase64Url,
  encodeBase64Url,
} from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { encodeFr } from "../primitives/field.ts"
import type { SigningKey, VerifierKey } from "../primitives/note-key.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import { buildTree4, TREE_LEAVES } from "../primitives/tree4.ts"
import type { Tree4 } from "../primitives/tree4.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import type { StatusList } from "../wire/credential.ts"
import { isSignedBy, signDocument } from "../wire/signed-document.ts"
import { CredentialError } from "./credential-error.ts"

/** Status bits of one word; bits 248 to 255 of an index do not exist and read as revoked. */
export const STATUS_BITS = 248
/** Indexes of one list, counting the eight of each word that do not exist. */
export const STATUS_INDEXES = 256 * TREE_LEAVES
const WORD_BYTES = 31

/** The words of a list by position, trailing zero words left out; each below 2^248. */
export type StatusWords = readonly bigint[]

/** base64url of 31 bytes big-endian per word, trailing zero words cut: one spelling per list. */
export function encodeWords(words: StatusWords): string {
  return encodeBase64Url(concatBytes(...trim(words).map((word) => bigintToBytes(word, WORD_BYTES))))
}

/**
 * Reads the words of a list.
 * @param text - attacker-controlled base64url
 * @throws ProtocolError `malformed-registry` for stray bytes, more than 4,096 words or a trailing zero word
 */
export function decodeWords(text: string): StatusWords {
  const bytes = decodeBase64Url(text)
  const count = (bytes?.length ?? 0) / WORD_BYTES
  if (bytes === null || !Number.isInteger(count) || count > TREE_LEAVES) {
    throw new ProtocolError("malformed-registry", "expected whole status words")
  }
  const words = Array.from({ length: count }, (_, i) =>
    bytesToBigint(bytes.subarray(WORD_BYTES * i, WORD_BYTES * (i + 1))),
  )
  if (words.at(-1) === 0n) throw new ProtocolError("malformed-registry", "a trailing zero word")
  return words
}

/** The words of a list with the tree over them. */
export interface StatusTree {
  readonly words: StatusWords
  /** Over P(1006, word_j); absent words are 0. Its root is a leaf's `statusRoot`. */
  readonly tree: Tree4
}

/**
 * The tree over a list's words.
 * @param known - any other list's tree: what both have in common is not hashed again. A full list costs 5,461 hashes, one
 *   changed word 7.
 */
export function buildStatusTree(words: StatusWords, known: StatusTree = EMPTY_LIST): StatusTree {
  const leaves = new Map<number, bigint>()
  for (let position = 0; position < Math.max(words.length, known.words.length); position++) {
    const word = words[position] ?? 0n
    if (word === (known.words[position] ?? 0n)) continue
    leaves.set(position, word === 0n ? EMPTY_WORD : poseidon(TAG.statusWord, word))
  }
  return { words, tree: leaves.size === 0 ? known.tree : known.tree.with(leaves) }
}

const EMPTY_WORD = poseidon(TAG.statusWord, 0n)
const EMPTY_LIST: StatusTree = { words: [], tree: buildTree4(new Map(), EMPTY_WORD) }

/** The word that holds an index. */
export const statusWordOf = (words: StatusWords, statusIndex: number): bigint => words[statusIndex >> 8] ?? 0n

/** True when the bit of an index is set, and for the bits 248 to 255 that do not exist, as the circuit reads them. */
export function isRevoked(words: StatusWords, statusIndex: number): boolean {
  const bit = statusIndex % 256
  return bit >= STATUS_BITS || ((statusWordOf(words, statusIndex) >> BigInt(bit)) & 1n) === 1n
}

/**
 * The words with one bit set or cleared.
 * @param statusIndex - 256 * position + bit, bit 0..247
 * @throws CredentialError `status-index-invalid`
 */
export function setStatus(words: StatusWords, statusIndex: number, revoked: boolean): StatusWords {
  const position = statusIndex >> 8
  const bit = statusIndex % 256
  const isIndex = Number.isInteger(statusIndex) && statusIndex >= 0 && statusIndex < STATUS_INDEXES
  if (!isIndex || bit >= STATUS_BITS) throw new CredentialError("status-index-invalid", "no such status bit")
  const mask = 1n << BigInt(bit)
  const next = [...words]
  while (next.length <= position) next.push(0n)
  const word = next[position] ?? 0n
  next[position] = revoked ? word | mask : word & ~mask
  return trim(next)
}

/** What a list says, before it is encoded and signed. */
export interface StatusListFields extends Pick<
  StatusList,
  "registry" | "issuer" | "schemaId" | "number" | "signedAt" | "suspension"
> {
  readonly words: StatusWords
}

/**
 * The signed list; the root is recomputed here and never given.
 * @param operationsKey - the issuer's Ed25519 key
 * @param known - as in `buildStatusTree`
 */
export function signStatusList(
  fields: StatusListFields,
  operationsKey: SigningKey,
  known?: StatusTree,
): StatusList {
  const { registry, issuer, schemaId, number, signedAt, suspension, words } = fields
  return signDocument(
    {
      type: "sotto/status-list/1" as const,
      registry,
      issuer,
      schemaId,
      number,
      signedAt,
      suspension,
      words: encodeWords(words),
      statusRoot: encodeFr(buildStatusTree(words, known).tree.root),
    },
    operationsKey,
  )
}

/**
 * Checks the signature, then recomputes the root from the words.
 * @param known - as in `buildStatusTree`: the last list of the same issuer makes the next one cheap
 * @throws ProtocolError `malformed-registry` when the words have another shape
 */
export function verifyStatusList(
  list: StatusList,
  operationsKey: VerifierKey,
  known?: StatusTree,
): Verdict<StatusTree, "signature-invalid" | "status-root-mismatch"> {
  if (!isSignedBy(list, operationsKey)) return refuse("signature-invalid")
  const built = buildStatusTree(decodeWords(list.words), known)
  return encodeFr(built.tree.root) === list.statusRoot ? accept(built) : refuse("status-root-mismatch")
}

function trim(words: StatusWords): StatusWords {
  let length = words.length
  while (length > 0 && words[length - 1] === 0n) length--
  return words.slice(0, length)
}
