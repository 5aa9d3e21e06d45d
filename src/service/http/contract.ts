// What a route promises to those who call it. `openapi.ts` writes it down, and tests hold every answer against it.
import type { z } from "zod"
import type { ProblemCode } from "./problem.ts"
import type { Route } from "./route.ts"

/** Bytes that have no JSON form, by media type. */
interface Bytes {
  readonly mediaType: string
}

/** What one status of success carries: JSON of a shape, bytes, or nothing. */
export type AnswerContract = z.ZodType | Bytes | null

/** The promise of one route. */
export interface Contract {
  /** One line, as a heading says it. */
  readonly summary: string
  /** The shape that the body is parsed with; wherever the route takes one. */
  readonly body?: z.ZodType
  /** By status of success. A media type of its own beside JSON stands in `alternatives`. */
  readonly answers: Readonly<Record<number, AnswerContract>>
  /** What the same success is in another media type, by `Accept`. */
  readonly alternatives?: readonly Bytes[]
  /** Codes of its own refusals; those that every route of its kind may answer are added. */
  readonly refusals: readonly ProblemCode[]
}

/** What may come of anything: a wrong query or escape, too many calls, a fault, the end of the process. */
const ANY = ["malformed-request", "not-found", "rate-limited", "internal", "draining"] as const
const KEYED = ["unauthenticated", "scope-missing"] as const
const WITH_BODY = ["media-type", "too-large"] as const
const WITH_IDEMPOTENCY_KEY = [
  "idempotency-key-missing",
  "idempotency-key-malformed",
  "idempotency-in-progress",
  "idempotency-key-reused",
] as const
/** What storage and ledger may answer to any route: reads meet the first, writes all. */
const READS = ["storage-failed"] as const
const WRITES = [
  "queue-full",
  "storage-failed",
  "commit-outcome-unknown",
  "storage-full",
  "log-closed",
] as const

/** Every code that a route may answer, each once. */
export function codesOf(
  route: Pick<Route, "who" | "idempotency" | "maxBodyBytes" | "contract">,
): readonly ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...ANY,
      ...(route.who === "anyone" ? [] : KEYED),
      ...(route.maxBodyBytes === 0 ? [] : WITH_BODY),
      ...(route.idempotency === "key" ? WITH_IDEMPOTENCY_KEY : []),
      ...(route.idempotency === "read" ? READS : WRITES),
      ...route.contract.refusals,
    ]),
  ]
}
