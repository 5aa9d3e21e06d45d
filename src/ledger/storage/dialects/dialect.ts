// What differs between engines; everything else is one query text.
import type { Dialect } from "kysely"
import type { StoreErrorCode } from "../../log/store.ts"

/** A trigger that keeps a table as it must be, whatever program writes to it. */
export interface Trigger {
  /** The number of the migration that makes its table. */
  readonly migration: number
  readonly name: string
  readonly create: string
}

/** One engine, opened. */
export interface EngineDialect {
  readonly dialect: Dialect
  /** True when several processes may serve one database. */
  readonly isShared: boolean
  readonly text: string
  readonly bytes: string
  readonly integer: string
  readonly triggers: readonly Trigger[]
  /** A query for the names of the triggers that stand guard now, one column `name`. */
  readonly standingTriggers: string
  /** Keeps other processes from migrating at the same time, until the transaction ends; null when the file lock does. */
  readonly migrationLock: string | null
  /** The code of a driver's error before COMMIT was sent; null when the error is not the driver's. */
  readonly classify: (error: unknown) => StoreErrorCode | null
  /** The code of a COMMIT that surely wrote nothing; null when nobody knows what it did. */
  readonly refusedCommit: (error: unknown) => StoreErrorCode | null
  /** True when ROLLBACK failed because there is nothing left to roll back. */
  readonly isRolledBack: (error: unknown) => boolean
  /** The value of one of the engine's settings on a connection. */
  readonly readSetting: (name: string) => Promise<unknown>
  /** The engine's own check of its file; no line when it is whole. */
  readonly checkIntegrity: () => readonly string[]
  /** Gives erased pages back, so that no copy of them survives in a log file. */
  readonly forgetErased: () => void
}

/** What no program may do to a table of the ledger, in the terms of either engine. */
export interface Refusal {
  readonly table: string
  readonly event: "UPDATE" | "DELETE"
  /** SQL over `old` and `new`; null for always. `starts(a, b)`: the bytes of a begin with those of b. */
  readonly when: ((starts: (whole: string, start: string) => string) => string) | null
  readonly why: string
  readonly migration: number
}

/** Append-only by the engine's own hand, for every program that opens the database. */
export const REFUSALS: readonly Refusal[] = [
  ...["entry", "checkpoint", "claim"].flatMap((table) =>
    (["UPDATE", "DELETE"] as const).map((event) => refusal(table, event, `${table} is append-only`)),
  ),
  refusal("log", "DELETE", "a log is never deleted"),
  refusal(
    "log",
    "UPDATE",
    "a log never shrinks and never changes its origin",
    () => "new.size < old.size OR new.origin <> old.origin OR new.id <> old.id",
  ),
  refusal("tile", "DELETE", "a tile is never deleted"),
  refusal(
    "tile",
    "UPDATE",
    "a tile only grows",
    (starts) => `NOT (${starts("new.hashes", "old.hashes")}) OR new.level <> old.level OR new.n <> old.n`,
  ),
  refusal("census_leaf", "DELETE", "a leaf of a census is never deleted", null, 2),
  refusal(
    "census_leaf",
    "UPDATE",
    "a leaf of a census is replaced once and never returns",
    () =>
      "old.state <> 'live' OR new.state <> 'replaced' OR new.census_id <> old.census_id OR new.slot <> old.slot " +
      "OR new.leaf <> old.leaf OR new.commitment <> old.commitment OR new.weight <> old.weight",
    2,
  ),
]

function refusal(
  table: string,
  event: Refusal["event"],
  why: string,
  when: Refusal["when"] = null,
  migration = 1,
): Refusal {
  return { table, event, when, why, migration }
}

/** The name of a refusal's trigger. */
export const triggerName = ({ table, event }: Pick<Refusal, "table" | "event">): string =>
  `${table}_${event.toLowerCase()}_refused`
