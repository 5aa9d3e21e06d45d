// The service's store over kysely. Documents go in and out as the bytes that were verified at the door.
import type {
  ClientRow,
  IdempotencyRow,
  PresentationRow,
  RequestRow,
  ServiceStore,
} from "../../service/store.ts"
import { guarded, plain, plainOrNull } from "./database.ts"
import type { Database } from "./database.ts"
import { createRegistryStore } from "./registry-store.ts"
import { idempotencyRowOf } from "./side-rows.ts"
import type { Tables } from "./tables.ts"

/** How long an unanswered request outlives its expiry, so that its verifier can still see that it expired. */
const EXPIRED_REQUEST_SECONDS = 7 * 86_400

/** The store of an open database; closing the database is its opener's. */
export function createServiceStore(database: Database): ServiceStore {
  return {
    ...clients(database),
    ...requests(database),
    ...createRegistryStore(database),
    putBlob: async (sha256, mediaType, bytes) => {
      const query = database.db.insertInto("blob").values({ sha256, media_type: mediaType, bytes })
      await guarded(database, () =>
        query.onConflict((conflict) => conflict.column("sha256").doNothing()).execute(),
      )
    },
    findBlob: async (sha256) => {
      const query = database.db.selectFrom("blob").select("bytes").where("sha256", "=", sha256)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : plain(row.bytes)
    },
    eraseExpired: (now) => eraseExpired(database, now),
  }
}

function clients(database: Database) {
  const { db } = database
  return {
    insertClient: async (row) => {
      const values = {
        key_id: row.keyId,
        secret_sha256: row.secretSha256,
        role: row.role,
        subject: row.subject,
        scopes: JSON.stringify(row.scopes),
        created_at: row.createdAtUnixSeconds,
        revoked_at: row.revokedAtUnixSeconds,
      }
      await guarded(database, () => db.insertInto("client").values(values).execute())
    },
    findClient: async (keyId) => {
      const query = db.selectFrom("client").selectAll().where("key_id", "=", keyId)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : clientOf(row)
    },
    listClients: async () => {
      const rows = await guarded(database, () =>
        db.selectFrom("client").selectAll().orderBy("key_id").execute(),
      )
      return rows.map(clientOf)
    },
    revokeClient: async (keyId, at) => {
      // A second revocation keeps the first moment: that is when the key stopped working.
      const query = db
        .updateTable("client")
        .set((e) => ({ revoked_at: e.fn.coalesce("revoked_at", e.val(at)) }))
      const result = await guarded(database, () => query.where("key_id", "=", keyId).executeTakeFirst())
      return result.numUpdatedRows === 1n
    },
  } satisfies Partial<ServiceStore>
}

function requests(database: Database) {
  const { db } = database
  return {
    insertRequest: async (row, idempotency) => {
      await guarded(database, () =>
        db.transaction().execute(async (tx) => {
          await tx.insertInto("presentation_request").values(requestRowOf(row)).execute()
          await tx.insertInto("idempotency").values(idempotencyRowOf(idempotency)).execute()
        }),
      )
    },
    findRequest: async (id) => {
      const query = db.selectFrom("presentation_request").selectAll().where("id", "=", id)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : requestOf(row)
    },
    listRequests: async (verifierId, limit, beforeId) => {
      // Enrolments have their census in place of a verifier, with a space that no verifier's id has.
      const whose = db.selectFrom("presentation_request").selectAll()
      let query =
        verifierId === null
          ? whose.where("verifier_id", "not like", "% %")
          : whose.where("verifier_id", "=", verifierId)
      if (beforeId !== null) {
        const before = db.selectFrom("presentation_request").where("id", "=", beforeId)
        const own = verifierId === null ? before : before.where("verifier_id", "=", verifierId)
        const created = own.select("created_at")
        query = query.where((e) =>
          e.or([
            e("created_at", "<", created),
            e.and([e("created_at", "=", created), e("id", "<", beforeId)]),
          ]),
        )
      }
      const newest = query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit)
      return (await guarded(database, () => newest.execute())).map(requestOf)
    },
    findPresentation: async (requestId) => {
      const query = db.selectFrom("presentation").selectAll().where("request_id", "=", requestId)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : presentationOf(row)
    },
    findIdempotency: async (key) => {
      const query = db.selectFrom("idempotency").selectAll().where("key", "=", key)
      const row = await guarded(database, () => query.executeTakeFirst())
      return row === undefined ? null : idempotencyOf(row)
    },
  } satisfies Partial<ServiceStore>
}

async function eraseExpired(database: Database, now: number): Promise<number> {
  const touched = await guarded(database, () =>
    database.db.transaction().execute(async (tx) => {
      const erased = { salt: null, opening: null, evidence: null }
      const kept = tx.updateTable("presentation").set(erased).where("retain_until", "<=", now)
      const presentations = await kept.where("opening", "is not", null).executeTakeFirst()
      const idempotency = await tx.deleteFrom("idempotency").where("expires_at", "<=", now).executeTakeFirst()
      const blobs = await tx.deleteFrom("blob").where("erase_after", "<=", now).executeTakeFirst()
      const old = tx
        .deleteFrom("presentation_request")
        .where("expires_at", "<=", now - EXPIRED_REQUEST_SECONDS)
      const unanswered = await old.where("state", "<>", "satisfied").executeTakeFirst()
      const deleted = idempotency.numDeletedRows + blobs.numDeletedRows + unanswered.numDeletedRows
      return Number(presentations.numUpdatedRows + deleted)
    }),
  )
  if (touched > 0) database.engine.forgetErased()
  return touched
}

function clientOf(row: Tables["client"]): ClientRow {
  return {
    keyId: row.key_id,
    secretSha256: plain(row.secret_sha256),
    role: row.role as ClientRow["role"],
    subject: row.subject,
    scopes: JSON.parse(row.scopes) as string[],
    createdAtUnixSeconds: row.created_at,
    revokedAtUnixSeconds: row.revoked_at,
  }
}

/** The stored form of a request. */
export function requestRowOf(row: RequestRow): Tables["presentation_request"] {
  const times = { created_at: row.createdAtUnixSeconds, expires_at: row.expiresAtUnixSeconds }
  return { id: row.id, verifier_id: row.verifierId, body: row.body, state: row.state, ...times }
}

function requestOf(row: Tables["presentation_request"]): RequestRow {
  const times = { createdAtUnixSeconds: row.created_at, expiresAtUnixSeconds: row.expires_at }
  const state = row.state as RequestRow["state"]
  return { id: row.id, verifierId: row.verifier_id, body: plain(row.body), state, ...times }
}

function presentationOf(row: Tables["presentation"]): PresentationRow {
  return {
    requestId: row.request_id,
    entryIndex: row.entry_index,
    salt: plainOrNull(row.salt),
    opening: plainOrNull(row.opening),
    evidence: plainOrNull(row.evidence),
    retainUntilUnixSeconds: row.retain_until,
  }
}

function idempotencyOf(row: Tables["idempotency"]): IdempotencyRow {
  const { status, ref, expires_at: expiresAtUnixSeconds } = row
  return { key: plain(row.key), bodySha256: plain(row.body_sha256), status, ref, expiresAtUnixSeconds }
}
