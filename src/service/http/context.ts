// What is known about a request while it is served; nothing of it outlives the answer.
import { randomUUID } from "node:crypto"
import type { Request } from "express"
import type { Authenticated } from "./clients.ts"
import type { ProblemCode } from "./problem.ts"
import type { Route } from "./route.ts"

/** One request's context. */
export interface Context {
  readonly requestId: string
  readonly startedMs: number
  route: Route | null
  client: Authenticated | null
  code: ProblemCode | null
}

const contexts = new WeakMap<Request, Context>()

/** The context of a request, made at its first use. */
export function contextOf(request: Request): Context {
  const known = contexts.get(request)
  if (known !== undefined) return known
  const context: Context = {
    requestId: randomUUID(),
    startedMs: performance.now(),
    route: null,
    client: null,
    code: null,
  }
  contexts.set(request, context)
  return context
}
