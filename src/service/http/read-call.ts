// From an Express request to a call: what is repeated, undecodable or of a foreign media type ends here.
import type { Request, Response } from "express"
import { Problem } from "./problem.ts"
import type { readIdempotencyKey } from "./idempotency.ts"
import type { Call, Principal, Route } from "./route.ts"

const JSON_UTF8 = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i

/**
 * Refuses a body that is not JSON in UTF-8, plain or gzip, before one byte of it is read.
 * @throws Problem `media-type`
 */
export function refuseForeignBody(request: Request): void {
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity"
  if (!JSON_UTF8.test(request.headers["content-type"] ?? "") || !["identity", "gzip"].includes(encoding)) {
    throw new Problem("media-type", { detail: "expected application/json in UTF-8, plain or gzip" })
  }
}

/**
 * Builds the call of a route.
 * @throws Problem `media-type`, `malformed-request` (query), `idempotency-key-missing`, `idempotency-key-malformed`
 */
export function readCall(
  route: Route,
  request: Request,
  response: Response,
  principal: Principal | null,
  clientKey: string,
  readKey: typeof readIdempotencyKey,
): Call {
  const body = route.maxBodyBytes === 0 ? new Uint8Array(0) : readBody(request)
  const header = request.headers["idempotency-key"]
  const { params, wildcard } = readParams(request)
  return {
    params,
    wildcard,
    rawPath: request.originalUrl.split("?")[0] ?? "",
    query: readQuery(request, route.query ?? []),
    body,
    accept: request.headers.accept ?? "",
    principal,
    idempotency:
      route.idempotency === "key"
        ? readKey(typeof header === "string" ? header : header?.join(), route, principal, body)
        : null,
    idempotencyHeader: typeof header === "string" ? header : null,
    clientKey,
    signal: signalOf(response),
  }
}

// `express.raw` leaves undefined when there was no body at all: never taken for `{}`.
function readBody(request: Request): Uint8Array {
  const body: unknown = request.body
  if (!Buffer.isBuffer(body)) throw new Problem("media-type", { detail: "expected a body" })
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
}

function readParams(request: Request): Pick<Call, "params" | "wildcard"> {
  const params: Record<string, string> = {}
  let wildcard: readonly string[] = []
  // The object has no prototype; a wildcard arrives as an array of decoded segments.
  for (const [name, value] of Object.entries(request.params as Record<string, string | string[]>)) {
    if (Array.isArray(value)) wildcard = value
    else params[name] = value
  }
  return { params, wildcard }
}

function readQuery(request: Request, names: readonly string[]): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.query)) {
    if (!names.includes(name) || typeof value !== "string") {
      throw new Problem("malformed-request", { detail: "an unknown or repeated query parameter" })
    }
    query[name] = value
  }
  return query
}

function signalOf(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once("close", () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
