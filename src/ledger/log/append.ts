// The one transaction by which a log grows, told once. Everything else in this room prepares it or reports it.
import { equalBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { verifyBytes } from "../../protocol/primitives/note-key.ts"
import { checkpointText, encodeCheckpoint } from "../../protocol/log/checkpoint.ts"
import { EMPTY_ROOT } from "../../protocol/log/tree.ts"
import type { HashReader } from "../../protocol/log/tree.ts"
import { rightEdge } from "../../protocol/log/tile.ts"
import { decideBatch, uniqueClaims } from "./decide.ts"
import type { Decision } from "./decide.ts"
import { keysOf } from "./draft.ts"
import type { PreparedDraft, PreparedEntry } from "./draft.ts"
import { LedgerError } from "./errors.ts"
import type { SignedHead } from "./ledger.ts"
import type { CheckpointSigner } from "./signer.ts"
import type { ClaimRow, LedgerReads, LedgerStore, LogRow, PlacedSideRows } from "./store.ts"
import { EMPTY_EDGE, edgeFromTiles, growTree } from "./tree-growth.ts"
import type { Edge } from "./tree-growth.ts"

/** A draft that waits for its batch. */
export interface Item {
  readonly draft: PreparedDraft
}

/** What one log's appends share. */
export interface AppendContext {
  readonly logId: number
  readonly origin: string
  readonly store: LedgerStore
  readonly signer: CheckpointSigner
  /** The right edge after the last append of this process; checked against the head row each time. */
  readonly edge: Edge
  /** Puts the batch in an order nobody can foresee. */
  readonly shuffle: <T>(items: readonly T[]) => readonly T[]
}

/** What a transaction did. */
export interface Appended<D> {
  readonly decisions: ReadonlyMap<D, Decision<D>>
  /** The head it found: ahead of this process's edge when another instance wrote. */
  readonly found: LogRow
  /** Null when no leaf was added. */
  readonly growth: {
    readonly edge: Edge
    readonly head: SignedHead
    readonly read: HashReader
    readonly indices: ReadonlyMap<D, number>
    readonly state: LogRow["state"]
  } | null
}

/** Thrown inside the transaction to roll it back when there is nothing to write. */
class NothingToWrite<D> extends Error {
  readonly done: Appended<D>
  constructor(done: Appended<D>) {
    super("nothing to write")
    this.done = done
  }
}

/** Entries after which nothing is ever appended to a log. */
const LAST_KINDS: ReadonlySet<string> = new Set(["log-close", "ceremony-aborted", "tally", "void"])

/**
 * T1 to T9: appends the winners of a batch; durable when it resolves. The caller owns T10 and T11: nothing signed here
 * may leave the process before the guard has recorded it.
 * @throws StoreError, LedgerError `head-inconsistent`
 */
export async function appendBatch<D extends Item>(
  log: AppendContext,
  batch: readonly D[],
): Promise<Appended<D>> {
  const asked = uniqueClaims(batch.flatMap((item) => keysOf(item.draft))).map((claim) => claim.key)
  const keys = batch.flatMap((item) => (item.draft.idempotency === null ? [] : [item.draft.idempotency.key]))
  const sideRows = batch.flatMap((item) => item.draft.sideRows)
  const body: Parameters<typeof log.store.transaction<Appended<D>>>[0] = async (tx) => {
    // T1: the first statement takes the write lock of the log.
    const row = await tx.lockHead(log.logId)
    if (row === null || row.size < log.edge.size) throw inconsistent("the head row went backwards")
    // T2: plain reads decide, since every write to these rows happens under this lock.
    const claims = await tx.findClaims(log.logId, asked)
    const idempotency = await tx.findIdempotency(keys)
    const refusedRows = await tx.findRefusedRows(sideRows)
    // T3: verdicts in random order, which winners keep where one may depend on another, else that of their hashes.
    const decisions = decideBatch(log.shuffle(batch), { log: row, claims, idempotency, refusedRows })
    const winners = [...decisions.keys()].filter((item) => decisions.get(item)?.verdict === "winner")
    if (winners.length === 0) throw new NothingToWrite<D>({ decisions, found: row, growth: null })
    const leaves = orderLeaves(
      winners.flatMap((item) => (item.draft.entry === null ? [] : [{ item, entry: item.draft.entry }])),
    )
    const indices = new Map(leaves.map(({ item }, i) => [item, row.size + i]))
    const size = row.size + leaves.length
    // T4: the edge to build on is the one we signed, or the batch stops here.
    const edge = isAt(log.edge, row) ? log.edge : await loadEdge(tx, log, row)
    // T5: entries, claims and side rows.
    await tx.insertEntries(
      log.logId,
      leaves.map(({ entry }, i) => ({ index: row.size + i, kind: entry.kind, body: entry.bytes })),
    )
    await tx.insertClaims(
      log.logId,
      winners.flatMap((item) => claimRows(item, decisions.get(item), indices.get(item) ?? null)),
    )
    await tx.insertSideRows(winners.map((item) => placed(item, indices.get(item) ?? null, size)))
    if (leaves.length === 0) return { decisions, found: row, growth: null }
    // T6: only the tiles this batch touched.
    const grown = growTree(
      edge,
      leaves.map(({ entry }) => entry.leaf),
    )
    await tx.putTiles(log.logId, grown.touched)
    // T7: the primary key (log, size) makes a second root of one size impossible to store.
    const head = { origin: log.origin, size, root: grown.edge.root }
    const signature = log.signer.sign(checkpointText(head))
    await tx.insertCheckpoint(log.logId, { size, root: head.root, signature })
    // T8: compare and swap.
    const state = leaves.some(({ entry }) => LAST_KINDS.has(entry.kind)) ? "closed" : "open"
    const moved = await tx.moveHead(log.logId, row, head, state)
    if (moved !== 1) throw inconsistent("the head row moved under its lock")
    const note = encodeCheckpoint(head, log.signer.key, signature)
    const growth = { edge: grown.edge, head: { ...head, note }, read: grown.read, indices, state } as const
    return { decisions, found: row, growth }
  } // T9: COMMIT
  try {
    return await log.store.transaction(body)
  } catch (error) {
    if (error instanceof NothingToWrite) return (error as NothingToWrite<D>).done
    throw error
  }
}

/**
 * The stored right edge of a log's head, believed only if it hashes to a root that carries our own signature.
 * @throws LedgerError `head-inconsistent`
 */
export async function loadEdge(
  reads: LedgerReads,
  log: { readonly logId: number; readonly origin: string; readonly signer: Pick<CheckpointSigner, "key"> },
  row: LogRow,
): Promise<Edge> {
  if (row.size === 0 && equalBytes(row.root, EMPTY_ROOT)) return EMPTY_EDGE
  const checkpoint = await reads.findCheckpoint(log.logId, row.size)
  if (checkpoint === null || !equalBytes(checkpoint.root, row.root)) {
    throw inconsistent(`the head of size ${row.size} has no checkpoint of its root`)
  }
  const text = utf8ToBytes(checkpointText({ origin: log.origin, size: row.size, root: row.root }))
  if (!verifyBytes(log.signer.key, text, checkpoint.signature)) {
    throw inconsistent(`the checkpoint of size ${row.size} is not signed by this log's key`)
  }
  const edge = edgeFromTiles(row.size, await reads.readTiles(log.logId, rightEdge(row.size)))
  if (edge === null || !equalBytes(edge.root, row.root)) {
    throw inconsistent(`the stored tiles do not hash to the root of size ${row.size}`)
  }
  return edge
}

function isAt(edge: Edge, row: LogRow): boolean {
  return edge.size === row.size && equalBytes(edge.root, row.root)
}

/**
 * The order of a batch's leaves in the log. Entries that came at once are sorted by hash, so that nothing of their
 * arrival is left. Control entries of an election keep the order in which they were decided: one may forbid another
 * (a complaint the definition), and a reader must find them in an order in which each was allowed.
 */
function orderLeaves<T extends { readonly entry: PreparedEntry }>(decided: readonly T[]): readonly T[] {
  const isOrdered = decided.some(({ entry }) => entry.isOrdered)
  return isOrdered ? decided : [...decided].sort((a, b) => compareEntries(a.entry, b.entry))
}

/** By leaf hash; the entry that closes a log comes last, whatever its hash. */
function compareEntries(a: PreparedEntry, b: PreparedEntry): number {
  const last = Number(a.kind === "log-close") - Number(b.kind === "log-close")
  return last === 0 ? compareBytes(a.leaf, b.leaf) : last
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const difference = a.findIndex((byte, i) => byte !== b[i])
  return difference === -1 ? 0 : (a[difference] ?? 0) - (b[difference] ?? 0)
}

function claimRows<D extends Item>(
  { draft }: D,
  decision: Decision<D> | undefined,
  index: number | null,
): readonly ClaimRow[] {
  const took = decision?.verdict === "winner" && decision.took !== null ? [decision.took] : []
  return [...draft.claims, ...took].map(({ key }) => ({ key, entryIndex: index }))
}

function placed(item: Item, index: number | null, size: number): PlacedSideRows {
  return { index, size, rows: item.draft.sideRows }
}

function inconsistent(message: string): LedgerError {
  return new LedgerError("head-inconsistent", message)
}
