// Entries of logs: closed lists of kinds in canonical JSON, so one leaf per fact; the main log has one list, the log of
// an election another.
import { z } from "zod"
import { equalBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { Nullifier } from "../primitives/field.ts"
import { BALLOT_ENTRIES } from "../wire/ballot.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import { ELECTION_CONTROL_ENTRIES } from "../wire/election-entries.ts"
import { parseMessage } from "../wire/parse.ts"
import { counter, fr, name, nullifier, unixSeconds } from "../wire/scalars.ts"

/** Largest entry of the main log, bytes. */
const MAX_MAIN_BYTES = 1024
/** Largest entry of any log, bytes: C2SP bundles have 16-bit lengths. A deal of 15 trustees has about 36 kB. */
const MAX_ENTRY_BYTES = 65_535
/** Longest string of an entry: the policy of an election. */
const MAX_TEXT = 16_384
/** Most nullifiers one presentation spends: one per item of a request. */
const MAX_SPENT = 8

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/)
// Printable ASCII without quote and backslash: no escape sequence, hence one spelling of every string.
const plain = (most: number) =>
  z.string().regex(new RegExp(`^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]{1,${most}}$`))
const identifier = z.string().regex(/^[a-z0-9][A-Za-z0-9._:/-]{0,95}$/)
const vkey = plain(300)
const signatures = z.array(z.strictObject({ key: vkey, signature: plain(88) })).length(1)
const version = z.literal(1)
const itemType = z.enum(["schema", "statement", "value-set"])

const verifierRecord = z.strictObject({
  id: name,
  recordSha256: sha256Hex,
  key: vkey,
  state: z.enum(["active", "ended"]),
})
const registryEpoch = z.strictObject({
  registry: name,
  number: counter.min(1),
  root: fr,
  leafCount: counter,
  bundleDigest: sha256Hex,
  previousRoot: fr,
  notBefore: unixSeconds,
  urgent: z.boolean(),
})
const ascending = (list: readonly string[]) =>
  list.every((value, i) => i === 0 || BigInt(list[i - 1] ?? "0") < BigInt(value))

const MAIN_ENTRIES = [
  z.strictObject({
    kind: z.literal("log-genesis"),
    v: version,
    format: z.literal("sotto-ledger/1"),
    origin: plain(200),
    vkey,
    predecessorVkey: z.exactOptional(vkey),
  }),
  z.strictObject({
    kind: z.literal("circuit-key"),
    v: version,
    circuitId: identifier,
    vkeySha256: sha256Hex,
    r1csSha256: sha256Hex,
    ceremony: identifier,
  }),
  z.strictObject({
    kind: z.literal("catalogue-item"),
    v: version,
    type: itemType,
    id: identifier,
    sha256: sha256Hex,
  }),
  z.strictObject({
    kind: z.literal("catalogue-withdrawal"),
    v: version,
    type: itemType,
    id: identifier,
    sha256: sha256Hex,
  }),
  z.strictObject({ kind: z.literal("verifier-record"), v: version, body: verifierRecord, signatures }),
  z.strictObject({ kind: z.literal("registry-epoch"), v: version, body: registryEpoch, signatures }),
  z.strictObject({
    kind: z.literal("presentation"),
    v: version,
    commitment: sha256Hex,
    spent: z.array(nullifier).max(MAX_SPENT).refine(ascending),
  }),
  z.strictObject({
    kind: z.literal("election-anchor"),
    v: version,
    phase: z.enum(["open", "tally"]),
    electionId: fr,
    origin: plain(200),
    size: counter,
    root: sha256Hex,
    digest: sha256Hex,
  }),
  z.strictObject({ kind: z.literal("log-close"), v: version, successorVkey: z.exactOptional(vkey) }),
] as const
const electionEntry = z.discriminatedUnion("kind", [...ELECTION_CONTROL_ENTRIES, ...BALLOT_ENTRIES])
const mainEntry = z.discriminatedUnion("kind", MAIN_ENTRIES)
/** The shape of an entry of either log. */
export const entryShape = z.discriminatedUnion("kind", [mainEntry, electionEntry])

/** An entry of the main log. */
export type MainEntry = z.infer<typeof mainEntry>
/** An entry of an election's log. */
export type ElectionEntry = z.infer<typeof electionEntry>
/** An entry of either log. */
export type Entry = MainEntry | ElectionEntry
/** The name of an entry's kind. */
export type EntryKind = Entry["kind"]
/** An entry whose body carries signatures of its own. */
export type SignedEntry = Extract<Entry, { signatures: unknown }>
/** The kinds of the main log. */
const MAIN_KINDS: ReadonlySet<string> = new Set(MAIN_ENTRIES.map((one) => one.shape.kind.value))

/** True when the kind belongs to the main log, false when it belongs to the log of an election. */
export const isMainEntry = (value: Entry): value is MainEntry => MAIN_KINDS.has(value.kind)
/** The signed body of a registry epoch. */
export type RegistryEpochBody = z.infer<typeof registryEpoch>
/** The signed body of a verifier record. */
export type VerifierRecordBody = z.infer<typeof verifierRecord>

/**
 * Reads the bytes of a leaf: strict JSON, a known kind, known fields, and exactly the bytes that `encodeEntry` writes.
 * Signatures inside are not verified here, nor that the kind belongs to this log.
 * @param bytes - attacker-controlled, at most 65,535; 1,024 for a kind of the main log
 * @throws ProtocolError `malformed-entry`, `too-large`, `field-element-not-canonical`
 */
export function parseEntry(bytes: Uint8Array): Entry {
  const limits = { maxBytes: MAX_ENTRY_BYTES, maxDepth: 6, maxString: MAX_TEXT }
  const value: Entry = parseMessage(entryShape, bytes, limits, "malformed-entry")
  if (isMainEntry(value) && bytes.length > MAX_MAIN_BYTES) {
    throw new ProtocolError("too-large", `expected at most ${MAX_MAIN_BYTES} bytes`)
  }
  if (!equalBytes(canonicalBytes(value), bytes)) {
    throw new ProtocolError("malformed-entry", "expected the canonical bytes of the entry")
  }
  return value
}

/** The canonical bytes of an entry, checked by reading them back. @throws as `parseEntry` */
export function encodeEntry(value: Entry): Uint8Array {
  const bytes = canonicalBytes(value)
  parseEntry(bytes)
  return bytes
}

/**
 * The public entry of an accepted presentation: a commitment and what it spends, nothing else.
 * @param commitment - `presentationCommitment` of the opening
 * @param spent - nullifiers of the `once` items in any order, each once
 */
export function presentationEntry(commitment: string, spent: readonly Nullifier[]): Entry {
  const sorted = [...spent].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)) // canonical decimals: shorter is smaller
  return { kind: "presentation", v: 1, commitment, spent: sorted }
}
