// A draft made ready outside the lock: bytes, leaf hash and claim keys are computed before the transaction begins.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { Nullifier } from "../../protocol/primitives/field.ts"
import { claimKey } from "../../protocol/log/claim.ts"
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import { challengeClaims } from "../../protocol/log/election-claim.ts"
import type { ClaimFacts } from "../../protocol/log/election-claim.ts"
import { encodeEntry, isMainEntry } from "../../protocol/log/entry.ts"
import type { Entry, EntryKind } from "../../protocol/log/entry.ts"
import { leafHash } from "../../protocol/log/tree.ts"
import { impliedClaims, impliedPreconditions } from "./implied-claims.ts"
import type { Draft, LedgerRefusal } from "./ledger.ts"
import type { SideRow } from "./store.ts"

/** A claim with its key and that key as text, for maps. */
export interface KeyedClaim {
  readonly claim: Claim
  readonly key: Uint8Array
  readonly hex: string
}

/** A precondition whose claims are keyed. */
export type KeyedPrecondition =
  | { readonly require: "exists" | "absent"; readonly claim: KeyedClaim }
  | { readonly require: "atLeast"; readonly count: number; readonly claims: readonly KeyedClaim[] }
  | { readonly require: "sizeIs"; readonly size: number }

/** A leaf to be. */
export interface PreparedEntry {
  readonly kind: EntryKind
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  /** Control entries of an election: one may forbid another, so the log has them in the order of their verdicts. */
  readonly isOrdered: boolean
}

/** Something of which a batch takes one: what makes the next one right is known only after the commit. */
interface Exclusive {
  readonly key: string
  readonly refusal: LedgerRefusal
}

/** A draft ready for the transaction. */
export interface PreparedDraft {
  readonly entry: PreparedEntry | null
  readonly claims: readonly KeyedClaim[]
  /** It takes the first of these that is free besides its own claims; the refusal is for when none is. */
  readonly firstFree: { readonly claims: readonly KeyedClaim[]; readonly refusal: LedgerRefusal } | null
  readonly preconditions: readonly KeyedPrecondition[]
  readonly exclusive: readonly Exclusive[]
  readonly sideRows: readonly SideRow[]
  readonly idempotency: Extract<SideRow, { row: "idempotency" }> | null
}

/** True for the entries that wait for their window, so that nobody sees when each of them came. */
export const isBallotKind = (kind: EntryKind): kind is "ballot" | "challenged-ballot" =>
  kind === "ballot" || kind === "challenged-ballot"

/**
 * Encodes and hashes a draft.
 * @param facts - of the log's election, its id included when the entry is a ballot; a main log needs none
 * @throws ProtocolError `malformed-entry` for an entry that its own parser refuses
 */
export function prepareDraft(
  { entry, claims = [], preconditions = [], sideRows = [] }: Draft,
  facts: ClaimFacts,
): PreparedDraft {
  const all = [...(entry === null ? [] : impliedClaims(entry, facts)), ...claims]
  if (all.length === 0) throw new RangeError("a draft claims something")
  const required = [
    ...(entry === null ? [] : impliedPreconditions(entry, facts)),
    ...all.flatMap(preconditionsOfClaim),
    ...preconditions,
  ]
  return {
    entry: entry === null ? null : prepareEntry(entry),
    claims: all.map(keyed),
    firstFree: entry?.kind === "challenged-ballot" ? freeChallenge(entry) : null,
    preconditions: required.map(keyedPrecondition),
    exclusive: [...(entry === null ? [] : exclusiveOfBallot(entry)), ...sideRows.flatMap(exclusiveOfRow)],
    sideRows,
    idempotency: sideRows.find((row) => row.row === "idempotency") ?? null,
  }
}

/** Every claim key that a draft asks about. */
export function keysOf(draft: PreparedDraft): readonly KeyedClaim[] {
  const required = draft.preconditions.flatMap((one) =>
    one.require === "sizeIs" ? [] : one.require === "atLeast" ? one.claims : [one.claim],
  )
  return [...draft.claims, ...(draft.firstFree?.claims ?? []), ...required]
}

/** A request is answered or withdrawn, never both: each claim wants the other absent. */
function preconditionsOfClaim(claim: Claim): readonly Precondition[] {
  if (claim[0] === "answered") return [{ require: "absent", claim: ["ended", claim[1]] }]
  if (claim[0] === "ended") return [{ require: "absent", claim: ["answered", claim[1]] }]
  return []
}

/** One ballot of each kind per pseudonym and batch: the next sequence is checked against committed ones. */
function exclusiveOfBallot(entry: Entry): readonly Exclusive[] {
  if (entry.kind !== "ballot" && entry.kind !== "challenged-ballot") return []
  return [{ key: `${entry.kind} ${entry.nullifier}`, refusal: "ballot-in-flight" }]
}

function exclusiveOfRow(row: SideRow): readonly Exclusive[] {
  if (row.row !== "census-leaf") return []
  const parts = [`slot ${row.slot}`, `leaf ${row.leaf}`, `commitment ${row.commitment}`]
  return parts.map((part) => ({ key: `census ${row.censusId} ${part}`, refusal: "leaf-duplicate" }))
}

function freeChallenge(
  entry: Extract<Entry, { kind: "challenged-ballot" }>,
): NonNullable<PreparedDraft["firstFree"]> {
  const nullifier = BigInt(`0x${entry.nullifier}`).toString() as Nullifier // canonical: its parser bounds it
  return { claims: challengeClaims(nullifier).map(keyed), refusal: "challenge-limit" }
}

function prepareEntry(entry: Entry): PreparedEntry {
  const bytes = encodeEntry(entry)
  const isOrdered = !isMainEntry(entry) && !isBallotKind(entry.kind)
  return { kind: entry.kind, bytes, leaf: leafHash(bytes), isOrdered }
}

function keyed(claim: Claim): KeyedClaim {
  const key = claimKey(claim)
  return { claim, key, hex: bytesToHex(key) }
}

function keyedPrecondition(one: Precondition): KeyedPrecondition {
  if (one.require === "sizeIs") return one
  if (one.require === "atLeast") return { ...one, claims: one.claims.map(keyed) }
  return { ...one, claim: keyed(one.claim) }
}
