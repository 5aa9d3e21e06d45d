// Registries: issuers, their status lists, epochs, and the verifier directory.
import type {
  IssuerRow,
  RegistryEpochRow,
  ServiceStore,
  StatusListRow,
  VerifierRow,
} from "../../service/store.ts"
import { StoreError } from "../log/store.ts"
import { guarded, plain } from "./database.ts"
import type { Database } from "./database.ts"
import { idempotencyRowOf } from "./side-rows.ts"
import type { Tables } from "./tables.ts"

/** New lists of one registry that may race for one leaf: each try sees at least one of the others through. */
const LEAF_TRIES = 32

/** The registry part of the service's store. */
export function createRegistryStore(database: Database) {
  return { ...issuers(database), ...statusLists(database), ...epochs(database), ...verifiers(database) }
}

function issuers(database: Database) {
  const { db } = database
  return {
    insertIssuer: (row, idempotency) =>
      guarded(database, () =>
        db.transaction().execute(async (tx) => {
          const { registry, id, keyX, body, state } = row
          const insert = tx.insertInto("issuer").values({ registry, id, key_x: keyX, body, state })
          const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
          if (result.numInsertedOrUpdatedRows !== 1n) return false
          await tx.insertInto("idempotency").values(idempotencyRowOf(idempotency)).execute()
          return true
        }),
      ),
    listIssuers: async (registry) => {
      const query = db.selectFrom("issuer").selectAll().where("registry", "=", registry)
      return (await guarded(database, () => query.orderBy("id").execute())).map(issuerOf)
    },
    endIssuer: async (registry, id) => {
      const query = db.updateTable("issuer").set({ state: "ended" }).where("registry", "=", registry)
      const result = await guarded(database, () => query.where("id", "=", id).executeTakeFirst())
      return result.numUpdatedRows === 1n
    },
  } satisfies Partial<ServiceStore>
}

function statusLists(database: Database) {
  return {
    putStatusList: async (row) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await guarded(database, () => putStatusList(database, row))
        } catch (error) {
          // Another new list took the free leaf at the same moment: there is another one.
          const isTaken = error instanceof StoreError && error.code === "store-conflict"
          if (!isTaken || attempt === LEAF_TRIES) throw error
        }
      }
    },
    listStatusLists: async (registry) => {
      const query = database.db.selectFrom("status_list").selectAll().where("registry", "=", registry)
      return (await guarded(database, () => query.orderBy("leaf_index").execute())).map(statusListOf)
    },
  } satisfies Partial<ServiceStore>
}

function putStatusList({ db }: Database, row: Omit<StatusListRow, "leafIndex">): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const inRegistry = tx.selectFrom("status_list").selectAll().where("registry", "=", row.registry)
    const rows = await inRegistry.orderBy("leaf_index").execute()
    const own = rows.find((other) => other.issuer_id === row.issuerId && other.schema_id === row.schemaId)
    const gap = rows.findIndex((other, i) => other.leaf_index !== i)
    const list = {
      number: row.number,
      signed_at: row.signedAtUnixSeconds,
      urgent: row.urgent ? 1 : 0,
      body: row.body,
    }
    const place = { registry: row.registry, issuer_id: row.issuerId, schema_id: row.schemaId }
    const leaf_index = own?.leaf_index ?? (gap === -1 ? rows.length : gap)
    const upsert = tx
      .insertInto("status_list")
      .values({ ...place, leaf_index, ...list })
      .onConflict(
        (conflict) =>
          conflict
            .columns(["registry", "issuer_id", "schema_id"])
            .doUpdateSet(list) // never the leaf
            .where("status_list.number", "<", row.number), // decided where it is written: instances may race
      )
    return (await upsert.executeTakeFirst()).numInsertedOrUpdatedRows === 1n
  })
}

function epochs(database: Database) {
  const { db } = database
  return {
    listRegistryEpochs: async (registry, fromNumber) => {
      const query = db.selectFrom("registry_epoch").selectAll().where("registry", "=", registry)
      const rows = await guarded(database, () =>
        query.where("number", ">=", fromNumber).orderBy("number").execute(),
      )
      return rows.map(epochOf)
    },
    newestRegistryEpoch: async (registry) => {
      const query = db.selectFrom("registry_epoch").selectAll().where("registry", "=", registry)
      const row = await guarded(database, () => query.orderBy("number", "desc").limit(1).executeTakeFirst())
      return row === undefined ? null : epochOf(row)
    },
  } satisfies Partial<ServiceStore>
}

function verifiers(database: Database) {
  const { db } = database
  return {
    findVerifier: async (id) => {
      const query = db.selectFrom("verifier").selectAll().where("id", "=", id)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : verifierOf(row)
    },
    listVerifiers: async () => {
      const rows = await guarded(database, () =>
        db.selectFrom("verifier").selectAll().orderBy("id").execute(),
      )
      return rows.map(verifierOf)
    },
  } satisfies Partial<ServiceStore>
}

function issuerOf(row: Tables["issuer"]): IssuerRow {
  const state = row.state as IssuerRow["state"]
  return { registry: row.registry, id: row.id, keyX: row.key_x, body: plain(row.body), state }
}

function statusListOf(row: Tables["status_list"]): StatusListRow {
  return {
    registry: row.registry,
    issuerId: row.issuer_id,
    schemaId: row.schema_id,
    leafIndex: row.leaf_index,
    number: row.number,
    signedAtUnixSeconds: row.signed_at,
    urgent: row.urgent === 1,
    body: plain(row.body),
  }
}

function epochOf(row: Tables["registry_epoch"]): RegistryEpochRow {
  return {
    registry: row.registry,
    number: row.number,
    root: row.root,
    bundleSha256: plain(row.bundle_sha256),
    entryIndex: row.entry_index,
    notBeforeUnixSeconds: row.not_before,
    urgent: row.urgent === 1,
  }
}

function verifierOf(row: Tables["verifier"]): VerifierRow {
  return {
    id: row.id,
    body: plain(row.body),
    entryIndex: row.entry_index,
    state: row.state as VerifierRow["state"],
  }
}
