// Who of a batch is written, under the lock: a plain look at the claims decides, draft by draft in random order.
import { bytesToHex, equalBytes } from "../../protocol/primitives/bytes.ts"
import type { KeyedClaim, KeyedPrecondition, PreparedDraft } from "./draft.ts"
import type { LedgerRefusal } from "./ledger.ts"
import { LATE_CLAIMS, REFUSAL_OF_CLAIM, refusalOfPrecondition } from "./refusals.ts"
import type { ClaimRow, IdempotencyRecord, LogRow, SideRow, SideRowRefusal } from "./store.ts"

/** What the transaction has read. */
export interface Seen {
  readonly log: LogRow
  readonly claims: readonly ClaimRow[]
  readonly idempotency: readonly IdempotencyRecord[]
  /** Side rows that cannot be written as things stand. */
  readonly refusedRows: ReadonlyMap<SideRow, SideRowRefusal>
}

/** The verdict on one draft. `with` names the winner of the same batch that it repeats. */
export type Decision<D> =
  /** `took` is the free claim it was given besides its own. */
  | { readonly verdict: "winner"; readonly took: KeyedClaim | null }
  | {
      readonly verdict: "refused"
      readonly reason: LedgerRefusal
      readonly index: number | null
      readonly headMoved?: true
    }
  | { readonly verdict: "existing"; readonly index: number | null }
  | { readonly verdict: "existing-with" | "replay-with"; readonly with: D }
  | { readonly verdict: "replay"; readonly record: IdempotencyRecord }

/** Decides a batch. The order decides between drafts that claim the same, so the caller shuffles it. */
export function decideBatch<D extends { readonly draft: PreparedDraft }>(
  batch: readonly D[],
  seen: Seen,
): ReadonlyMap<D, Decision<D>> {
  const round = new Round<D>(seen)
  return new Map(batch.map((item) => [item, round.decide(item)]))
}

/** One batch being decided: what is committed, and what the winners so far add to it. */
class Round<D extends { readonly draft: PreparedDraft }> {
  readonly #seen: Seen
  readonly #committed: ReadonlyMap<string, number | null>
  readonly #records: ReadonlyMap<string, IdempotencyRecord>
  readonly #won = new Map<string, D>()
  readonly #keys = new Map<string, D>()
  readonly #exclusive = new Set<string>()
  #size: number

  constructor(seen: Seen) {
    this.#seen = seen
    this.#committed = new Map(seen.claims.map((row) => [bytesToHex(row.key), row.entryIndex]))
    this.#records = new Map(seen.idempotency.map((record) => [bytesToHex(record.key), record]))
    this.#size = seen.log.size
  }

  decide(item: D): Decision<D> {
    const decision = this.#decisionOn(item.draft)
    if (decision.verdict === "winner") this.#remember(item, decision.took)
    return decision
  }

  #decisionOn(draft: PreparedDraft): Decision<D> {
    const { log, refusedRows } = this.#seen
    const [early, late] = [draft.claims.filter(isEarly), draft.claims.filter((claim) => !isEarly(claim))]
    const first = this.#replayOf(draft) ?? (log.kind === "main" ? closedOf(log) : null)
    const decided = first ?? this.#conflictOf(draft, early) ?? this.#rivalOf(draft) ?? this.#unmetOf(draft)
    if (decided !== null) return decided
    const conflict = this.#conflictOf(draft, late)
    if (conflict !== null) return conflict
    const took = draft.firstFree?.claims.find(({ hex }) => !this.#isClaimed(hex)) ?? null
    if (draft.firstFree !== null && took === null) return refused(draft.firstFree.refusal)
    const bad = draft.sideRows.flatMap((row) => refusedRows.get(row) ?? [])
    if (bad[0] !== undefined) return refused(bad[0])
    return closedOf(log) ?? { verdict: "winner", took }
  }

  #remember(item: D, took: KeyedClaim | null): void {
    const { claims, exclusive, idempotency, entry } = item.draft
    for (const { hex } of took === null ? claims : [...claims, took]) this.#won.set(hex, item)
    for (const { key } of exclusive) this.#exclusive.add(key)
    if (idempotency !== null) this.#keys.set(bytesToHex(idempotency.key), item)
    if (entry !== null) this.#size++
  }

  #replayOf({ idempotency: asked }: PreparedDraft): Decision<D> | null {
    if (asked === null) return null
    const hex = bytesToHex(asked.key)
    const record = this.#records.get(hex)
    const winner = this.#keys.get(hex)
    const first = record?.bodySha256 ?? winner?.draft.idempotency?.bodySha256
    if (first === undefined) return null
    if (!equalBytes(first, asked.bodySha256)) return refused("idempotency-key-reused")
    if (record !== undefined) return { verdict: "replay", record }
    return winner === undefined ? null : { verdict: "replay-with", with: winner }
  }

  /** The first of the draft's claims that is there already, committed or won in this batch. */
  #conflictOf(draft: PreparedDraft, claims: readonly KeyedClaim[]): Decision<D> | null {
    const claim = claims.find(({ hex }) => this.#isClaimed(hex))
    if (claim === undefined) return null
    const rival = this.#won.get(claim.hex)
    const index = this.#committed.get(claim.hex) ?? null
    const reason = REFUSAL_OF_CLAIM[claim.claim[0]]
    if (rival !== undefined && (reason === "existing" || isTwin(draft, rival.draft)))
      return { verdict: "existing-with", with: rival }
    return reason === "existing" ? { verdict: "existing", index } : refused(reason, index)
  }

  #rivalOf({ exclusive }: PreparedDraft): Decision<D> | null {
    const taken = exclusive.find(({ key }) => this.#exclusive.has(key))
    return taken === undefined ? null : refused(taken.refusal)
  }

  #unmetOf(draft: PreparedDraft): Decision<D> | null {
    const unmet = draft.preconditions.find((one) => !this.#holds(one))
    if (unmet === undefined) return null
    const reason = refusalOfPrecondition(unmet, draft)
    if (unmet.require === "sizeIs") return { ...refused(reason), headMoved: true }
    return refused(reason, unmet.require === "absent" ? (this.#committed.get(unmet.claim.hex) ?? null) : null)
  }

  /**
   * Presence counts committed claims only: entries of one batch may be ordered by hash, so a fact of the same batch may
   * come later in the log than what needs it. Absence counts both, and a size what this batch has added.
   */
  #holds(one: KeyedPrecondition): boolean {
    if (one.require === "sizeIs") return this.#size === one.size
    if (one.require === "atLeast")
      return one.claims.filter((claim) => this.#committed.has(claim.hex)).length >= one.count
    if (one.require === "exists") return this.#committed.has(one.claim.hex)
    return !this.#isClaimed(one.claim.hex)
  }

  #isClaimed(hex: string): boolean {
    return this.#committed.has(hex) || this.#won.has(hex)
  }
}

/** True for one control entry of an election sent twice at once. */
const isTwin = ({ entry }: PreparedDraft, { entry: other }: PreparedDraft): boolean =>
  entry?.isOrdered === true && other !== null && equalBytes(entry.bytes, other.bytes)
const isEarly = ({ claim }: KeyedClaim): boolean => !LATE_CLAIMS.has(claim[0])

function refused(
  reason: LedgerRefusal,
  index: number | null = null,
): { readonly verdict: "refused"; readonly reason: LedgerRefusal; readonly index: number | null } {
  return { verdict: "refused", reason, index }
}

const closedOf = (log: LogRow) => (log.state === "closed" ? refused("log-closed") : null)

/** Every claim of a batch, each once. */
export function uniqueClaims(claims: readonly KeyedClaim[]): readonly KeyedClaim[] {
  return [...new Map(claims.map((claim) => [claim.hex, claim])).values()]
}
