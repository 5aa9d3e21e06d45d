// What the service keeps of censuses and elections beside their logs. Documents are the canonical bytes that were
// verified at the door. Rows that belong to an entry commit with it as side rows of `Ledger.admit`: `census-leaf` with an
// enrolment's presentation, `election` with entry 0, `election-definition` with the definition.
import type { Fr } from "../protocol/primitives/field.ts"
import type { IdempotencyRow, RequestRow } from "./store.ts"

/** How long an unanswered enrolment request is kept, seconds: anonymous requests must not fill the store. */
export const PENDING_ENROLMENT_SECONDS = 900

/** A census; frozen when its `census` document stands and no leaf is taken any more. */
export interface CensusRow {
  /** 64 hexadecimal digits: the hash of the plan. */
  readonly id: string
  /** The signed plan. */
  readonly plan: Uint8Array
  readonly state: "open" | "frozen"
  /** The signed freeze; null before it. */
  readonly document: Uint8Array | null
  readonly frozenAtUnixSeconds: number | null
  /** How often its set of leaves has changed: one number, one set. */
  readonly revision: number
}

/** One leaf that counts. */
export interface CensusLeaf {
  /** Enrolment nullifier (i32) or roll commitment, 64 hexadecimal digits. */
  readonly slot: string
  readonly leaf: Fr
  readonly commitment: Fr
  readonly weight: number
  /** In the form that is published. */
  readonly evidence: Uint8Array
  /** Days since 1970-01-01 UTC. */
  readonly enrolledDay: number
}

/** Why a leaf was not taken. */
type LeafRefusal = "leaf-duplicate" | "census-frozen" | "census-too-large"

/** A leaf that was taken. Told again, the same leaf in the same slot is `existing`. */
export type LeafOutcome = "added" | "replaced" | "existing"

/** How full a census is, while nothing else of it is shown. */
interface DayCount {
  readonly day: number
  /** Leaves that count now, by the day they came. */
  readonly leaves: number
}

/** An enrolment that was asked for and not answered yet. */
export interface PendingEnrolment {
  readonly requestId: string
  readonly censusId: string
  readonly commitment: Fr
  readonly createdAtUnixSeconds: number
}

/** An election and where its log is; the definition's part is null until the log holds it. */
export interface ElectionRow {
  readonly ceremonyId: string
  readonly origin: string
  readonly electionId: Fr | null
  readonly definitionSha256: Uint8Array | null
  readonly censusId: string | null
}

/** Everything resolves only when durable; a lookup that finds nothing answers null. */
export interface ElectionStore {
  /** False when a census of this id is there already. */
  insertCensus: (row: Pick<CensusRow, "id" | "plan">) => Promise<boolean>
  findCensus: (id: string) => Promise<CensusRow | null>
  /** Leaves that count, ascending as integers, those above `after` (null: from the first), at most `limit`. */
  listCensusLeaves: (censusId: string, after: Fr | null, limit: number) => Promise<readonly CensusLeaf[]>
  /**
   * Takes a leaf that comes without a presentation. A replaced leaf stays as a row and never returns.
   * @param replaces - the commitment that the leaf names as replaced; any other one that its slot holds is
   *   `leaf-duplicate`, and so is a name for what the slot does not hold
   * @param reopens - opens a frozen census for this leaf, unless an election uses it or the leaf changes nothing
   */
  putLeaf: (
    censusId: string,
    leaf: CensusLeaf,
    replaces: Fr | null,
    reopens?: boolean,
  ) => Promise<
    | { readonly ok: true; readonly outcome: LeafOutcome }
    | { readonly ok: false; readonly reason: LeafRefusal }
  >
  countLeavesPerDay: (censusId: string) => Promise<readonly DayCount[]>
  /**
   * Ends the enrolment with the document of one set of leaves.
   * @param revision - the one that the document was computed at
   * @returns false when the census is not open or its leaves have changed since
   */
  freezeCensus: (
    id: string,
    document: Uint8Array,
    frozenAtUnixSeconds: number,
    revision: number,
  ) => Promise<boolean>

  /** Stores the request, its pending enrolment and the idempotency record in one transaction. */
  insertEnrolment: (
    request: RequestRow,
    pending: Omit<PendingEnrolment, "requestId" | "createdAtUnixSeconds">,
    idempotency: IdempotencyRow,
  ) => Promise<void>
  findPendingEnrolment: (requestId: string) => Promise<PendingEnrolment | null>
  /** Forgets what was not answered for 900 s, request and all; returns how many. */
  forgetPendingEnrolments: (nowUnixSeconds: number) => Promise<number>

  findElection: (
    by: { readonly electionId: Fr } | { readonly ceremonyId: string } | { readonly origin: string },
  ) => Promise<ElectionRow | null>
  /** Ascending by ceremony id, those after `afterCeremonyId` (null: from the first), at most `limit`. */
  listElections: (afterCeremonyId: string | null, limit: number) => Promise<readonly ElectionRow[]>
}
