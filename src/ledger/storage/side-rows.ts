// The rows that commit with a leaf.
import type { ControlledTransaction } from "kysely"
import type { IdempotencyRecord, PlacedSideRows, SideRow } from "../log/store.ts"
import { StoreError } from "../log/store.ts"
import { insertLeaf } from "./census-rows.ts"
import type { Tables } from "./tables.ts"

/** Writes side rows in the given transaction. @throws StoreError `store-conflict` for a row that needs an entry and has none */
export async function insertSideRows(
  tx: ControlledTransaction<Tables>,
  placed: readonly PlacedSideRows[],
): Promise<void> {
  for (const { index, size, rows } of placed) {
    for (const row of rows) await insertSideRow(tx, row, index, size)
  }
}

async function insertSideRow(
  tx: ControlledTransaction<Tables>,
  row: SideRow,
  index: number | null,
  size: number,
): Promise<void> {
  switch (row.row) {
    case "presentation":
      await tx
        .insertInto("presentation")
        .values(presentationOf(row, entryOf(index)))
        .execute()
      return
    case "idempotency":
      await tx
        .insertInto("idempotency")
        .values(idempotencyOf(row, index, size))
        .execute()
      return
    case "request-state":
      await tx
        .updateTable("presentation_request")
        .set({ state: row.state })
        .where("id", "=", row.requestId)
        .execute()
      return
    case "registry-epoch":
      await tx
        .insertInto("registry_epoch")
        .values(registryEpochOf(row, entryOf(index)))
        .execute()
      return
    case "verifier": {
      const values = { id: row.id, body: row.body, state: row.state, entry_index: entryOf(index) }
      const upsert = tx.insertInto("verifier").values(values)
      await upsert.onConflict((conflict) => conflict.column("id").doUpdateSet(values)).execute()
      return
    }
    case "blob": {
      const values = { sha256: row.sha256, media_type: row.mediaType, bytes: row.bytes }
      await tx
        .insertInto("blob")
        .values(values)
        .onConflict((conflict) => conflict.column("sha256").doNothing())
        .execute()
      return
    }
    case "census-leaf":
      await insertLeaf(tx, row)
      return
    case "election":
    case "election-definition":
      await insertElectionRow(tx, row)
  }
}

async function insertElectionRow(
  tx: ControlledTransaction<Tables>,
  row: Row<"election" | "election-definition">,
): Promise<void> {
  if (row.row === "election") {
    const values = { ceremony_id: row.ceremonyId, origin: row.origin }
    await tx.insertInto("election").values(values).execute()
    return
  }
  const { electionId, definitionSha256, censusId } = row
  const values = { election_id: electionId, definition_sha256: definitionSha256, census_id: censusId }
  await tx.updateTable("election").set(values).where("ceremony_id", "=", row.ceremonyId).execute()
}

type Row<Name extends SideRow["row"]> = Extract<SideRow, { row: Name }>

function entryOf(index: number | null): number {
  if (index === null) throw new StoreError("store-conflict", "this row needs an entry")
  return index
}

function presentationOf(row: Row<"presentation">, index: number) {
  const { requestId, salt, opening, evidence, retainUntilUnixSeconds } = row
  return {
    entry_index: index,
    request_id: requestId,
    salt,
    opening,
    evidence,
    retain_until: retainUntilUnixSeconds,
  }
}

function idempotencyOf(row: Row<"idempotency">, index: number | null, size: number): Tables["idempotency"] {
  return idempotencyRowOf({ ...row, ref: row.ref ?? `${index ?? ""}/${size}` })
}

/** The stored form of a remembered answer. */
export function idempotencyRowOf(row: IdempotencyRecord): Tables["idempotency"] {
  const { key, bodySha256, status, ref, expiresAtUnixSeconds } = row
  return { key, body_sha256: bodySha256, status, ref, expires_at: expiresAtUnixSeconds }
}

function registryEpochOf(row: Row<"registry-epoch">, index: number) {
  const { registry, number, root, bundleSha256, notBeforeUnixSeconds, urgent } = row
  const times = { not_before: notBeforeUnixSeconds, urgent: urgent ? 1 : 0 }
  return { registry, number, root, bundle_sha256: bundleSha256, entry_index: index, ...times }
}
