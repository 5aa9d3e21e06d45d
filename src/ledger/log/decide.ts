// Who of a batch is written, under the lock: a plain look at the claims decides, draft by draft in random order.
import { bytesToHex, equalBytes } from "../../protocol/primitives/bytes.ts"
import type { Claim } from "../../protocol/log/claim.ts"
import type { KeyedClaim, KeyedPrecondition, PreparedDraft } from "./draft.ts"
import type { LedgerRefusal } from "./ledger.ts"
import type { ClaimRow, IdempotencyRecord, LogRow } from "./store.ts"

/** What the transaction has read. */
export interface Seen {
  readonly log: LogRow
  readonly claims: readonly ClaimRow[]
  readonly idempotency: readonly IdempotencyRecord[]
}

/** The verdict on one draft. `with` names the winner of the same batch that it repeats. */
export type Decision<D> =
  | { readonly verdict: "winner" }
  | { readonly verdict: "refused"; readonly reason: LedgerRefusal; readonly index: number | null }
  | { readonly verdict: "existing"; readonly index: number | null }
  | { readonly verdict: "existing-with" | "replay-with"; readonly with: D }
  | { readonly verdict: "replay"; readonly record: IdempotencyRecord }

/** Decides a batch. The order decides between drafts that claim the same, so the caller shuffles it. */
export function decideBatch<D extends { readonly draft: PreparedDraft }>(
  batch: readonly D[],
  seen: Seen,
): ReadonlyMap<D, Decision<D>> {
  const committed = new Map(seen.claims.map((row) => [bytesToHex(row.key), row.entryIndex]))
  const records = new Map(seen.idempotency.map((record) => [bytesToHex(record.key), record]))
  const won = new Map<string, D>()
  const keys = new Map<string, D>()
  const decideOne = (item: D): Decision<D> => {
    const { draft } = item
    const replay = draft.idempotency === null ? null : replayOf(draft.idempotency, records, keys)
    if (replay !== null) return replay
    if (seen.log.state === "closed") return { verdict: "refused", reason: "log-closed", index: null }
    for (const { claim, hex } of draft.claims) {
      const rival = won.get(hex)
      if (!committed.has(hex) && rival === undefined) continue
      const index = committed.get(hex) ?? null
      const reason = REFUSAL_OF_CLAIM[claim[0]]
      if (reason !== "existing") return { verdict: "refused", reason, index }
      return rival === undefined ? { verdict: "existing", index } : { verdict: "existing-with", with: rival }
    }
    const failed = draft.preconditions.find((one) => !holds(one, seen.log.size, committed, won))
    return failed === undefined
      ? { verdict: "winner" }
      : { verdict: "refused", reason: refusalOf(failed), index: indexOf(failed, committed) }
  }
  const decisions = new Map<D, Decision<D>>()
  for (const item of batch) {
    const decision = decideOne(item)
    decisions.set(item, decision)
    if (decision.verdict !== "winner") continue
    for (const { hex } of item.draft.claims) won.set(hex, item)
    if (item.draft.idempotency !== null) keys.set(bytesToHex(item.draft.idempotency.key), item)
  }
  return decisions
}

/** What it means that a claim is there already; `existing` facts may be told twice, the log keeps the first. */
const REFUSAL_OF_CLAIM = {
  spent: "nullifier-spent",
  answered: "request-answered",
  ended: "existing",
  epoch: "epoch-rollback",
  circuit: "existing",
  item: "existing",
  withdrawn: "existing",
  verifier: "existing",
  anchor: "phase-refused",
  genesis: "phase-refused",
  closed: "log-closed",
  ceremony: "phase-refused",
  "trustee-key": "phase-refused",
  "dkg-commit": "phase-refused",
  "dkg-deal": "phase-refused",
  "dkg-confirm": "phase-refused",
  "dkg-complaint": "phase-refused",
  aborted: "phase-refused",
  definition: "phase-refused",
  signature: "phase-refused",
  drill: "phase-refused",
  open: "phase-refused",
  ballot: "existing",
  "challenged-ballot": "existing",
  r: "randomness-reused",
  seq: "sequence-mismatch",
  challenge: "challenge-limit",
  extension: "phase-refused",
  close: "phase-refused",
  share: "phase-refused",
  tally: "phase-refused",
  void: "phase-refused",
} as const satisfies Record<Claim[0], LedgerRefusal | "existing">

function replayOf<D extends { readonly draft: PreparedDraft }>(
  asked: NonNullable<PreparedDraft["idempotency"]>,
  records: ReadonlyMap<string, IdempotencyRecord>,
  keys: ReadonlyMap<string, D>,
): Decision<D> | null {
  const hex = bytesToHex(asked.key)
  const record = records.get(hex)
  const winner = keys.get(hex)
  const first = record?.bodySha256 ?? winner?.draft.idempotency?.bodySha256
  if (first === undefined) return null
  if (!equalBytes(first, asked.bodySha256)) {
    return { verdict: "refused", reason: "idempotency-key-reused", index: null }
  }
  if (record !== undefined) return { verdict: "replay", record }
  return winner === undefined ? null : { verdict: "replay-with", with: winner }
}

/**
 * Presence counts committed claims only: entries of one batch are ordered by hash, so a fact of the same batch may
 * come later in the log than what needs it. Absence counts both.
 */
function holds(
  one: KeyedPrecondition,
  size: number,
  committed: ReadonlyMap<string, number | null>,
  won: ReadonlyMap<string, unknown>,
): boolean {
  if (one.require === "sizeIs") return size === one.size
  if (one.require === "atLeast")
    return one.claims.filter((claim) => committed.has(claim.hex)).length >= one.count
  if (one.require === "exists") return committed.has(one.claim.hex)
  return !committed.has(one.claim.hex) && !won.has(one.claim.hex)
}

function refusalOf(one: KeyedPrecondition): LedgerRefusal {
  const word = one.require === "exists" || one.require === "absent" ? one.claim.claim[0] : null
  if (one.require === "absent" && word === "ended") return "request-expired"
  if (one.require === "absent" && word === "answered") return "request-answered"
  return one.require === "exists" && word === "epoch" ? "epoch-rollback" : "phase-refused"
}

function indexOf(one: KeyedPrecondition, committed: ReadonlyMap<string, number | null>): number | null {
  return one.require === "absent" ? (committed.get(one.claim.hex) ?? null) : null
}

/** Every claim of a batch, each once. */
export function uniqueClaims(claims: readonly KeyedClaim[]): readonly KeyedClaim[] {
  return [...new Map(claims.map((claim) => [claim.hex, claim])).values()]
}
