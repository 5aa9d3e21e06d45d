// RFC 9457 problem documents: one table from code to status for the whole service.
import { z } from "zod"
import { SottoError } from "../../protocol/primitives/errors.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"

/** Every code the service answers with, each with its one status. */
export const STATUS = {
  "malformed-request": 400,
  "malformed-presentation": 400,
  "malformed-registry": 400,
  "ballot-malformed": 400,
  "field-element-not-canonical": 400,
  "proof-malformed": 400,
  "signals-count": 400,
  "leaf-not-canonical": 400,
  "items-mismatch": 400,
  "idempotency-key-missing": 400,
  "idempotency-key-malformed": 400,
  unauthenticated: 401,
  "scope-missing": 403,
  "signature-refused": 403,
  "pool-not-allowed": 403,
  "registrar-signature-missing": 403,
  "not-found": 404,
  "request-unknown": 404,
  "registry-unknown": 404,
  "election-unknown": 404,
  "census-unknown": 404,
  "method-not-allowed": 405,
  "request-answered": 409,
  "nullifier-spent": 409,
  "circuit-not-current": 409,
  "statement-withdrawn": 409,
  "registry-stale": 409,
  "epoch-rollback": 409,
  "leaf-duplicate": 409,
  "log-closed": 409,
  "phase-refused": 409,
  "election-not-open": 409,
  "election-closed": 409,
  "election-void": 409,
  "randomness-reused": 409,
  "sequence-mismatch": 409,
  "ballot-in-flight": 409,
  "census-closed": 409,
  "census-frozen": 409,
  "idempotency-in-progress": 409,
  "request-expired": 410,
  "evidence-erased": 410,
  "too-large": 413,
  "media-type": 415,
  "idempotency-key-reused": 422,
  "idempotency-key-mismatch": 422,
  "proof-off-curve": 422,
  "proof-invalid": 422,
  "link-mismatch": 422,
  "statement-refused": 422,
  "registry-inconsistent": 422,
  "point-refused": 422,
  "sequence-out-of-range": 422,
  "randomness-zero": 422,
  "opening-refused": 422,
  "challenge-limit": 422,
  "leaf-reserved": 422,
  "enrolment-not-qualified": 422,
  "census-too-large": 422,
  "census-too-small": 422,
  "below-min-anonymity": 422,
  "definition-invalid": 422,
  "ballot-type-unknown": 422,
  "commit-mismatch": 422,
  "share-invalid": 422,
  "tally-mismatch": 422,
  "aggregate-mismatch": 422,
  "rate-limited": 429,
  "client-queue-full": 429,
  internal: 500,
  "queue-full": 503,
  "verification-timeout": 503,
  "storage-failed": 503,
  "commit-outcome-unknown": 503,
  draining: 503,
  "storage-full": 507,
} as const satisfies Readonly<Record<string, number>>

/** A code of the table. */
export type ProblemCode = keyof typeof STATUS

const codes = Object.keys(STATUS) as ProblemCode[]
/** The shape of a problem document. */
export const problemShape = z
  .strictObject({
    type: z.string().regex(/^\/problems\/[a-z0-9-]+$/),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(codes),
    detail: z.string().optional(),
    instance: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
    errors: z.array(z.strictObject({ path: z.string(), code: z.string() })).optional(),
  })
  .meta({ id: "Problem" })

/** What a problem may say beside its code; public values only. */
export interface ProblemDetails {
  readonly detail?: string
  readonly errors?: readonly { readonly path: string; readonly code: string }[]
  readonly retryAfterSeconds?: number
}

/** A refusal on its way to the client: thrown by routes, written by the one error handler. */
export class Problem extends SottoError<ProblemCode> {
  readonly details: ProblemDetails

  constructor(code: ProblemCode, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(code, details.detail ?? code.replaceAll("-", " "), options)
    this.details = details
  }
}

/** True when the text is a code of the table. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(STATUS, code)
}

/** Seconds after which a repetition may succeed; every 429, 503 and 507 carries one. */
const RETRY_SECONDS: Partial<Record<number, number>> = { 429: 1, 503: 1, 507: 60 }

/** Seconds for `Retry-After`, or null when repeating does not help. */
export function retryAfter(problem: Problem): number | null {
  return problem.details.retryAfterSeconds ?? RETRY_SECONDS[STATUS[problem.code]] ?? null
}

/** The problem document. @param instance - a random UUID, so that a report names one occurrence and nothing else */
export function problemDocument(
  problem: Problem,
  instance: string,
): Readonly<Record<string, Json | undefined>> {
  const { detail, errors } = problem.details
  return {
    type: `/problems/${problem.code}`,
    title: problem.code.replaceAll("-", " "),
    status: STATUS[problem.code],
    code: problem.code,
    detail,
    instance: `urn:uuid:${instance}`,
    errors: errors?.map(({ path, code }) => ({ path, code })),
  }
}
