// Censuses and elections over kysely: what the service keeps of them beside their logs.
import { i32 } from "../../protocol/primitives/big-endian.ts"
import { bytesToBigint, bytesToHex } from "../../protocol/primitives/bytes.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { PENDING_ENROLMENT_SECONDS } from "../../service/election-store.ts"
import type { CensusLeaf, CensusRow, ElectionRow, ElectionStore } from "../../service/election-store.ts"
import { putLeaf, reopenCensus } from "./census-rows.ts"
import { guarded, plain, plainOrNull } from "./database.ts"
import type { Database } from "./database.ts"
import { requestRowOf } from "./service-store.ts"
import { idempotencyRowOf } from "./side-rows.ts"
import type { Tables } from "./tables.ts"

/** The store of an open database; closing the database is its opener's. */
export function createElectionStore(database: Database): ElectionStore {
  return {
    ...censuses(database),
    ...leaves(database),
    ...enrolments(database),
    ...elections(database),
  }
}

function censuses(database: Database) {
  const { db } = database
  return {
    insertCensus: async ({ id, plan }) => {
      const counts = { leaves: 0, total_weight: 0, replacements: 0 }
      const values = { id, plan, state: "open", document: null, frozen_at: null, ...counts }
      const query = db.insertInto("census").values(values)
      const result = await guarded(database, () =>
        query.onConflict((conflict) => conflict.column("id").doNothing()).executeTakeFirst(),
      )
      return result.numInsertedOrUpdatedRows === 1n
    },
    findCensus: async (id) => {
      const row = await guarded(database, () =>
        db.selectFrom("census").selectAll().where("id", "=", id).executeTakeFirst(),
      )
      return row === undefined ? null : censusOf(row)
    },
    freezeCensus: async (id, document, frozenAt, revision) => {
      const query = db
        .updateTable("census")
        .set({ state: "frozen", document, frozen_at: frozenAt })
        .where("id", "=", id)
        .where("state", "=", "open")
        .where((e) => e(e("leaves", "+", e.ref("replacements")), "=", revision))
      return (await guarded(database, () => query.executeTakeFirst())).numUpdatedRows === 1n
    },
  } satisfies Partial<ElectionStore>
}

function leaves(database: Database) {
  const { db } = database
  const live = (censusId: string) =>
    db.selectFrom("census_leaf").where("census_id", "=", censusId).where("state", "=", "live")
  return {
    listCensusLeaves: async (censusId, after, limit) => {
      let query = live(censusId).selectAll()
      if (after !== null) query = query.where("leaf", ">", i32(BigInt(after)))
      return (await guarded(database, () => query.orderBy("leaf").limit(limit).execute())).map(leafOf)
    },
    putLeaf: (censusId, leaf, replaces, reopens = false) =>
      guarded(database, () =>
        db.transaction().execute(async (tx) => {
          const isReopened = reopens && (await reopenCensus(tx, censusId))
          const row = { row: "census-leaf", censusId, requestId: null, ...leaf } as const
          const taken = await putLeaf(tx, row, replaces)
          // What changes nothing leaves the freeze as it is: a leaf that was published may be sent by anybody.
          if (isReopened && !(taken.ok && taken.outcome !== "existing"))
            await tx.updateTable("census").set({ state: "frozen" }).where("id", "=", censusId).execute()
          return taken
        }),
      ),
    countLeavesPerDay: async (censusId) => {
      const query = live(censusId).select((e) => ["enrolled_day", e.fn.countAll<number>().as("leaves")])
      const rows = await guarded(database, () =>
        query.groupBy("enrolled_day").orderBy("enrolled_day").execute(),
      )
      return rows.map((row) => ({ day: row.enrolled_day, leaves: row.leaves }))
    },
  } satisfies Partial<ElectionStore>
}

function enrolments(database: Database) {
  const { db } = database
  return {
    insertEnrolment: async (request, { censusId, commitment }, idempotency) => {
      const pending = {
        request_id: request.id,
        census_id: censusId,
        commitment: i32(BigInt(commitment)),
        created_at: request.createdAtUnixSeconds,
      }
      await guarded(database, () =>
        db.transaction().execute(async (tx) => {
          await tx.insertInto("presentation_request").values(requestRowOf(request)).execute()
          await tx.insertInto("enrolment").values(pending).execute()
          await tx.insertInto("idempotency").values(idempotencyRowOf(idempotency)).execute()
        }),
      )
    },
    findPendingEnrolment: async (requestId) => {
      const query = db.selectFrom("enrolment").selectAll().where("request_id", "=", requestId)
      const row = await guarded(database, () => query.executeTakeFirst())
      if (row === undefined) return null
      const { census_id: censusId, created_at: createdAtUnixSeconds } = row
      return { requestId, censusId, commitment: frOf(row.commitment), createdAtUnixSeconds }
    },
    forgetPendingEnrolments: async (now) => {
      const until = now - PENDING_ENROLMENT_SECONDS
      const forgotten = await guarded(database, () =>
        db.transaction().execute(async (tx) => {
          const old = tx.selectFrom("enrolment").select("request_id").where("created_at", "<=", until)
          const requests = tx.deleteFrom("presentation_request").where("id", "in", old)
          await requests.where("state", "=", "open").execute()
          return tx.deleteFrom("enrolment").where("created_at", "<=", until).executeTakeFirst()
        }),
      )
      return Number(forgotten.numDeletedRows)
    },
  } satisfies Partial<ElectionStore>
}

function elections(database: Database) {
  const { db } = database
  return {
    findElection: async (by) => {
      const query = db.selectFrom("election").selectAll()
      const one =
        "electionId" in by
          ? query.where("election_id", "=", by.electionId)
          : "ceremonyId" in by
            ? query.where("ceremony_id", "=", by.ceremonyId)
            : query.where("origin", "=", by.origin)
      const row = await guarded(database, () => one.executeTakeFirst())
      return row === undefined ? null : electionOf(row)
    },
    listElections: async (after, limit) => {
      let query = db.selectFrom("election").selectAll()
      if (after !== null) query = query.where("ceremony_id", ">", after)
      return (await guarded(database, () => query.orderBy("ceremony_id").limit(limit).execute())).map(
        electionOf,
      )
    },
  } satisfies Partial<ElectionStore>
}

function censusOf(row: Tables["census"]): CensusRow {
  return {
    id: row.id,
    plan: plain(row.plan),
    state: row.state === "frozen" ? "frozen" : "open",
    document: plainOrNull(row.document),
    frozenAtUnixSeconds: row.frozen_at,
    revision: row.leaves + row.replacements, // a leaf is added or replaced, and neither is undone
  }
}

function leafOf(row: Tables["census_leaf"]): CensusLeaf {
  return {
    slot: bytesToHex(row.slot),
    leaf: frOf(row.leaf),
    commitment: frOf(row.commitment),
    weight: row.weight,
    evidence: plain(row.evidence),
    enrolledDay: row.enrolled_day,
  }
}

function electionOf(row: Tables["election"]): ElectionRow {
  return {
    ceremonyId: row.ceremony_id,
    origin: row.origin,
    electionId: row.election_id as Fr | null, // as it was parsed at the door
    definitionSha256: plainOrNull(row.definition_sha256),
    censusId: row.census_id,
  }
}

const frOf = (bytes: Uint8Array): Fr => encodeFr(bytesToBigint(bytes))
