// A draft made ready outside the lock: bytes, leaf hash and claim keys are computed before the transaction begins.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { claimKey } from "../../protocol/log/claim.ts"
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import type { ElectionFacts } from "../../protocol/log/election-claim.ts"
import { encodeEntry } from "../../protocol/log/entry.ts"
import type { EntryKind } from "../../protocol/log/entry.ts"
import { leafHash } from "../../protocol/log/tree.ts"
import { impliedClaims, impliedPreconditions } from "./implied-claims.ts"
import type { Draft } from "./ledger.ts"
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
}

/** A draft ready for the transaction. */
export interface PreparedDraft {
  readonly entry: PreparedEntry | null
  readonly claims: readonly KeyedClaim[]
  readonly preconditions: readonly KeyedPrecondition[]
  readonly sideRows: readonly SideRow[]
  readonly idempotency: Extract<SideRow, { row: "idempotency" }> | null
}

/**
 * Encodes and hashes a draft.
 * @param facts - of the log's election; a main log needs none
 * @throws ProtocolError `malformed-entry` for an entry that its own parser refuses
 */
export function prepareDraft(
  { entry, claims = [], preconditions = [], sideRows = [] }: Draft,
  facts: ElectionFacts,
): PreparedDraft {
  const all = [...(entry === null ? [] : impliedClaims(entry, facts)), ...claims]
  if (all.length === 0) throw new RangeError("a draft claims something")
  const required = [
    ...(entry === null ? [] : impliedPreconditions(entry, facts)),
    ...all.flatMap(preconditionsOfClaim),
    ...preconditions,
  ]
  return {
    entry: entry === null ? null : prepareEntry(entry.kind, encodeEntry(entry)),
    claims: all.map(keyed),
    preconditions: required.map(keyedPrecondition),
    sideRows,
    idempotency: sideRows.find((row) => row.row === "idempotency") ?? null,
  }
}

/** Every claim key that a draft asks about. */
export function keysOf(draft: PreparedDraft): readonly KeyedClaim[] {
  const required = draft.preconditions.flatMap((one) =>
    one.require === "sizeIs" ? [] : one.require === "atLeast" ? one.claims : [one.claim],
  )
  return [...draft.claims, ...required]
}

/** A request is answered or withdrawn, never both: each claim wants the other absent. */
function preconditionsOfClaim(claim: Claim): readonly Precondition[] {
  if (claim[0] === "answered") return [{ require: "absent", claim: ["ended", claim[1]] }]
  if (claim[0] === "ended") return [{ require: "absent", claim: ["answered", claim[1]] }]
  return []
}

function prepareEntry(kind: EntryKind, bytes: Uint8Array): PreparedEntry {
  return { kind, bytes, leaf: leafHash(bytes) }
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
