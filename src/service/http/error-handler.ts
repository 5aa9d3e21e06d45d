// The one place where an error becomes an answer. Express's own handler prints stacks and echoes the path in HTML.
import { randomUUID } from "node:crypto"
import type { Response } from "express"
import { SottoError } from "../../protocol/primitives/errors.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import { isProblemCode, Problem, problemDocument, retryAfter, STATUS } from "./problem.ts"
import type { ProblemCode } from "./problem.ts"

/** Turns errors of other rooms into problems; null for what it does not know. */
export type Translate = (error: SottoError<string>) => Problem | null

/**
 * The problem that an error stands for. Unknown errors are `internal` and say nothing else.
 * @param error - whatever was thrown
 */
export function problemOf(error: unknown, translate: Translate): Problem {
  if (error instanceof Problem) return error
  if (error instanceof SottoError) {
    const known = error as SottoError<string>
    return translate(known) ?? problemOfCode(known) ?? new Problem("internal", {}, { cause: error })
  }
  return problemOfParser(error) ?? new Problem("internal", {}, { cause: error })
}

/** Writes the problem document; nothing of the request is echoed. */
export function writeProblem(response: Response, problem: Problem): void {
  const seconds = retryAfter(problem)
  if (seconds !== null) response.setHeader("Retry-After", String(seconds))
  if (problem.code === "unauthenticated") response.setHeader("WWW-Authenticate", "Bearer")
  response.setHeader("Cache-Control", "no-store")
  response.setHeader("Content-Type", "application/problem+json")
  response.status(STATUS[problem.code]).end(canonicalBytes(problemDocument(problem, randomUUID())))
}

// Messages of our errors hold public values only, by the rule of their base class.
function problemOfCode(error: SottoError<string>): Problem | null {
  return isProblemCode(error.code) && STATUS[error.code] < 500
    ? new Problem(error.code, { detail: error.message }, { cause: error })
    : null
}

const PARSER_CODES: Partial<Record<number, ProblemCode>> = {
  400: "malformed-request", // a malformed escape in the path, a body that ends early, bad gzip
  413: "too-large",
  415: "media-type",
}

// Router and body parser throw errors with a status; their text may quote the request and is dropped.
function problemOfParser(error: unknown): Problem | null {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return null
  const code = PARSER_CODES[error.status]
  return code === undefined ? null : new Problem(code, {}, { cause: error })
}
