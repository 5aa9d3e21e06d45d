// From route values to an Express application: every check that all routes share stands here, once, in order.
import express from "express"
import type { Express, NextFunction, Request, RequestHandler, Response } from "express"
import { writeAnswer } from "./answer.ts"
import { authenticate, authorize } from "./clients.ts"
import type { KnownClient } from "./clients.ts"
import { contextOf } from "./context.ts"
import type { Drain } from "./drain.ts"
import { problemOf, writeProblem } from "./error-handler.ts"
import type { Translate } from "./error-handler.ts"
import { allowOrigin, answerPreflight, INSECURE_HEADER, securityHeaders } from "./headers.ts"
import { IdempotentWrites, readIdempotencyKey } from "./idempotency.ts"
import type { RememberedAnswer } from "./idempotency.ts"
import { openRateLimiter } from "./limits.ts"
import type { RateLimiter, RateLimits } from "./limits.ts"
import type { Metrics } from "./metrics.ts"
import { Problem } from "./problem.ts"
import { readCall, refuseForeignBody } from "./read-call.ts"
import type { Log } from "./request-log.ts"
import type { Answer, Route } from "./route.ts"
import type { Streams } from "./streams.ts"

/** What the shared checks need. */
export interface MountDeps {
  readonly routes: readonly Route[]
  readonly findClient: (keyId: string) => Promise<KnownClient | null>
  readonly findIdempotency: (key: Uint8Array) => Promise<RememberedAnswer | null>
  readonly now: () => number // Unix seconds
  readonly translate: Translate
  readonly log: Log
  readonly drain: Drain
  readonly metrics: Pick<Metrics, "countRequest" | "countProblem" | "countReplay">
  readonly streams: Streams
  readonly isHttps: boolean
  readonly hasDevelopmentKeys: boolean
  readonly trustProxyHops: number
  readonly corsOrigins: readonly string[]
  readonly rateLimits: RateLimits
}

/** Paths that answer while the service drains: the balancer must be able to see it. */
const HEALTH = new Set(["/healthz", "/readyz"])

/** The application over these routes; it does not listen. */
export function mountRoutes(deps: MountDeps): Express {
  const app = express()
  app.disable("x-powered-by")
  app.set("etag", false) // public bytes get strong validators in answer.ts, private ones none
  app.set("query parser", "simple")
  app.set("trust proxy", deps.trustProxyHops) // the exact number of hops: `true` would let clients forge addresses
  app.use(openRequest(deps), securityHeaders(deps.isHttps), markInsecure(deps.hasDevelopmentKeys))

  const limiter = openRateLimiter(deps.rateLimits, (request) => {
    const { client } = contextOf(request)
    return {
      principalId: client?.keyId ?? null,
      isWrite: !["GET", "HEAD", "OPTIONS"].includes(request.method),
    }
  })
  const writes = new IdempotentWrites(deps.findIdempotency, deps.now)
  for (const route of deps.routes)
    app[route.method](route.path, ...routeHandlers(route, deps, limiter, writes))
  for (const path of new Set(deps.routes.map((route) => route.path))) mountRest(app, path, deps)
  app.use(limiter.handler, () => {
    throw new Problem("not-found")
  })
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    answerError(error, deps, request, response, next)
  })
  return app
}

function routeHandlers(
  route: Route,
  deps: MountDeps,
  limiter: RateLimiter,
  writes: IdempotentWrites,
): RequestHandler[] {
  const failures = new WeakMap<Request, Problem>()
  const identify: RequestHandler = async (request, response, next) => {
    const context = contextOf(request)
    context.route = route
    allowOrigin(response, route.who, request.headers.origin, deps.corsOrigins)
    if (route.who === "anyone") {
      next()
      return
    }
    try {
      context.client = await authenticate(request.headers.authorization, deps.findClient)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      failures.set(request, error) // reported after the rate limiter has counted the attempt
    }
    next()
  }
  const admit: RequestHandler = (request, _response, next) => {
    const problem = failures.get(request)
    if (problem !== undefined) throw problem
    authorize(route, contextOf(request).client)
    if (route.maxBodyBytes > 0) refuseForeignBody(request)
    next()
  }
  const run: RequestHandler = async (request, response) => {
    const answer = await answerCall(route, request, response, limiter, writes)
    if (answer.replayed === true) deps.metrics.countReplay()
    if (!(answer.body instanceof Uint8Array) && "topic" in answer.body) {
      const clientKey = limiter.clientKey(request, contextOf(request).client?.keyId ?? null)
      deps.streams.open(request, response, clientKey, answer.body.topic)
      return
    }
    await writeAnswer(request, response, answer)
  }
  const body =
    route.maxBodyBytes === 0
      ? []
      : [express.raw({ type: () => true, limit: route.maxBodyBytes, inflate: true })]
  return [identify, limiter.handler, admit, ...body, run]
}

async function answerCall(
  route: Route,
  request: Request,
  response: Response,
  limiter: RateLimiter,
  writes: IdempotentWrites,
): Promise<Answer> {
  const principal = authorize(route, contextOf(request).client)
  const clientKey = limiter.clientKey(request, principal?.keyId ?? null)
  const call = readCall(route, request, response, principal, clientKey, readIdempotencyKey)
  if (route.idempotency === "read" || principal !== null) return writes.run(route, call)
  const leave = limiter.enterWrite(request, clientKey)
  if (leave === null) throw new Problem("rate-limited", { retryAfterSeconds: 1 })
  try {
    return await writes.run(route, call)
  } finally {
    leave()
  }
}

function mountRest(app: Express, path: string, deps: MountDeps): void {
  const routes = deps.routes.filter((route) => route.path === path)
  const methods = routes.map(({ method }) => method.toUpperCase())
  if (methods.includes("GET")) methods.push("HEAD")
  const keyed = routes.find(({ who }) => who !== "anyone")
  app.options(path, (request, response) => {
    allowOrigin(response, keyed?.who ?? "anyone", request.headers.origin, deps.corsOrigins)
    answerPreflight(response, methods, keyed !== undefined)
  })
  app.all(path, (_request, response) => {
    response.setHeader("Allow", [...methods, "OPTIONS"].join(", "))
    throw new Problem("method-not-allowed")
  })
}

function openRequest({ drain, log, metrics }: MountDeps): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request)
    const leave = drain.enter()
    response.once("close", () => {
      leave()
      const ms = performance.now() - context.startedMs
      metrics.countRequest(context.route?.path ?? "none", request.method, response.statusCode, ms / 1000)
      log.write("info", "request", {
        requestId: context.requestId,
        route: context.route?.path ?? "none",
        method: request.method,
        status: response.statusCode,
        ms: Math.round(ms),
        ...(context.code === null ? {} : { code: context.code }),
        ...(context.client === null ? {} : { principalId: context.client.keyId }),
      })
    })
    if (drain.isDraining) {
      response.setHeader("Connection", "close")
      if (!HEALTH.has(request.path)) throw new Problem("draining")
    }
    next()
  }
}

function markInsecure(isInsecure: boolean): RequestHandler {
  return (_request, response, next) => {
    if (isInsecure) response.setHeader(...INSECURE_HEADER)
    next()
  }
}

function answerError(
  error: unknown,
  { log, translate, metrics }: MountDeps,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const problem = problemOf(error, translate)
  const context = contextOf(request)
  context.code = problem.code
  metrics.countProblem(problem.code)
  if (problem.code === "internal") {
    const code = (problem.cause as { code?: unknown } | undefined)?.code
    log.write("error", "request-failed", {
      requestId: context.requestId,
      route: context.route?.path ?? "none",
      ...(typeof code === "string" ? { "err.code": code } : {}),
    })
  }
  if (response.headersSent) {
    next(error) // the answer had begun: Express closes the socket
    return
  }
  writeProblem(response, problem)
}
