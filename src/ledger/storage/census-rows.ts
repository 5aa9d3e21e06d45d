// Leaves of censuses, written in the transaction of whatever earned them.
import type { ControlledTransaction, Transaction } from "kysely"
import { i32 } from "../../protocol/primitives/big-endian.ts"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CensusLeafRow, SideRow, SideRowRefusal } from "../log/store.ts"
import type { ElectionStore, LeafOutcome } from "../../service/election-store.ts"
import type { Tables } from "./tables.ts"

type Tx = ControlledTransaction<Tables> | Transaction<Tables>

/** Most leaves of a census: twelve four-way levels. */
const MAX_LEAVES = 2 ** 24
/** Most weight of a census: what a result of 2^20 table rows can be searched for. */
const MAX_TOTAL_WEIGHT = 2 ** 40

/**
 * The rows that cannot be written as things stand, each with why. Takes the write lock of their censuses, so that the
 * answer holds until the transaction ends; two rows of one slot, leaf or commitment are the caller's to keep apart.
 */
export async function findRefusedRows(
  tx: Tx,
  rows: readonly SideRow[],
): Promise<ReadonlyMap<SideRow, SideRowRefusal>> {
  const refused = new Map<SideRow, SideRowRefusal>()
  const room = new Map<string, { leaves: number; weight: number }>()
  for (const row of rows) {
    if (row.row === "election-definition") {
      if ((await lockCensus(tx, row.censusId))?.state !== "frozen") refused.set(row, "phase-refused")
    }
    if (row.row !== "census-leaf") continue
    const census = await lockCensus(tx, row.censusId)
    const taken = room.get(row.censusId) ?? { leaves: 0, weight: 0 }
    const reason = census?.state !== "open" ? "census-frozen" : await refusalOf(tx, row, added(census, taken))
    if (reason !== null) refused.set(row, reason)
    else room.set(row.censusId, { leaves: taken.leaves + 1, weight: taken.weight + row.weight })
  }
  return refused
}

/** Writes a leaf that `findRefusedRows` let pass, and forgets the pending enrolment that it answers. */
export async function insertLeaf(tx: Tx, row: CensusLeafRow): Promise<LeafOutcome> {
  const { censusId, requestId } = row
  if (requestId !== null) await tx.deleteFrom("enrolment").where("request_id", "=", requestId).execute()
  const values = leafValues(row)
  const before = await liveLeaf(tx, censusId, values.slot)
  if (before !== undefined && Buffer.compare(before.leaf, values.leaf) === 0) return "existing"
  if (before !== undefined) {
    const query = tx.updateTable("census_leaf").set({ state: "replaced" }).where("census_id", "=", censusId)
    await query.where("leaf", "=", before.leaf).execute()
  }
  await tx.insertInto("census_leaf").values(values).execute()
  await tx
    .updateTable("census")
    .set((e) => ({
      leaves: e("leaves", "+", before === undefined ? 1 : 0),
      total_weight: e("total_weight", "+", row.weight - (before?.weight ?? 0)),
      replacements: e("replacements", "+", before === undefined ? 0 : 1),
    }))
    .where("id", "=", censusId)
    .execute()
  return before === undefined ? "added" : "replaced"
}

/** Takes a leaf that comes without an entry, when it names what it replaces. */
export async function putLeaf(
  tx: Tx,
  row: CensusLeafRow,
  replaces: Fr | null,
): ReturnType<ElectionStore["putLeaf"]> {
  const reason = (await findRefusedRows(tx, [row])).get(row)
  if (reason === "phase-refused") throw new RangeError("a leaf has no phase")
  if (reason !== undefined) return { ok: false, reason }
  if (!(await isNamed(tx, row, replaces))) return { ok: false, reason: "leaf-duplicate" }
  return { ok: true, outcome: await insertLeaf(tx, row) }
}

/** Takes leaves again; false while an election uses the census, or when it is not frozen. */
export async function reopenCensus(tx: Tx, id: string): Promise<boolean> {
  await lockCensus(tx, id) // else a definition that is being written now would not be seen
  const used = tx.selectFrom("election").select("ceremony_id").where("census_id", "=", id)
  const query = tx.updateTable("census").set({ state: "open" }).where("id", "=", id)
  const frozen = query.where("state", "=", "frozen").where((e) => e.not(e.exists(used)))
  return (await frozen.executeTakeFirst()).numUpdatedRows === 1n
}

/** Whether a leaf names what its slot holds now, or is what it holds; the census is locked already. */
async function isNamed(tx: Tx, row: CensusLeafRow, replaces: Fr | null): Promise<boolean> {
  const held = await liveLeaf(tx, row.censusId, hexToBytes(row.slot))
  if (held === undefined) return replaces === null
  const isHeld = (commitment: Fr): boolean => Buffer.compare(held.commitment, i32(BigInt(commitment))) === 0
  return isHeld(row.commitment) || (replaces !== null && isHeld(replaces))
}

/** A write that changes nothing takes the lock of SQLite and that of the row elsewhere, alike. */
async function lockCensus(tx: Tx, id: string): Promise<Tables["census"] | undefined> {
  const query = tx.updateTable("census").set((e) => ({ state: e.ref("state") }))
  return query.where("id", "=", id).returningAll().executeTakeFirst()
}

const added = (
  { leaves, total_weight: weight }: Tables["census"],
  taken: { readonly leaves: number; readonly weight: number },
) => ({ leaves: leaves + taken.leaves, weight: weight + taken.weight })

async function refusalOf(
  tx: Tx,
  row: CensusLeafRow,
  census: { readonly leaves: number; readonly weight: number },
): Promise<SideRowRefusal | null> {
  const { slot, leaf, commitment } = leafValues(row)
  const query = tx.selectFrom("census_leaf").select(["slot", "leaf", "state"])
  const alike = await query
    .where("census_id", "=", row.censusId)
    .where((e) => e.or([e("leaf", "=", leaf), e("commitment", "=", commitment)]))
    .execute()
  const isSame = (other: (typeof alike)[number]): boolean =>
    other.state === "live" && Buffer.compare(other.slot, slot) === 0 && Buffer.compare(other.leaf, leaf) === 0
  if (alike.some((other) => !isSame(other))) return "leaf-duplicate"
  if (alike.length > 0) return null // told again: nothing is added
  const before = await liveLeaf(tx, row.censusId, slot)
  const leaves = census.leaves + (before === undefined ? 1 : 0)
  const weight = census.weight + row.weight - (before?.weight ?? 0)
  return leaves > MAX_LEAVES || weight > MAX_TOTAL_WEIGHT ? "census-too-large" : null
}

function liveLeaf(tx: Tx, censusId: string, slot: Uint8Array) {
  const query = tx
    .selectFrom("census_leaf")
    .select(["leaf", "weight", "commitment"])
    .where("census_id", "=", censusId)
  return query.where("slot", "=", slot).where("state", "=", "live").executeTakeFirst()
}

function leafValues(row: CensusLeafRow): Tables["census_leaf"] {
  return {
    census_id: row.censusId,
    slot: hexToBytes(row.slot),
    leaf: i32(BigInt(row.leaf)),
    commitment: i32(BigInt(row.commitment)),
    weight: row.weight,
    evidence: row.evidence,
    state: "live",
    enrolled_day: row.enrolledDay,
  }
}
