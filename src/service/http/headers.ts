// Headers of every answer, and cross-origin access without a package: three headers and one OPTIONS handler.
import helmet from "helmet"
import type { RequestHandler, Response } from "express"
import type { Freshness, Route } from "./route.ts"

/** Security headers of API and ledger; pages have their own policy. @param isHttps - of the public URL */
export function securityHeaders(isHttps: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: isHttps,
    crossOriginResourcePolicy: { policy: "cross-origin" }, // a wallet page may live on another host
  })
}

/** Policy of the pages that describe the interface: our own files and nothing else, no inline code, no frame. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(";")

/** Says on every answer that anybody could have forged the proofs behind it. */
export const INSECURE_HEADER = ["Sotto-Insecure", "dev-keys"] as const

const CACHE_CONTROL: Readonly<Record<Freshness, string>> = {
  "no-store": "no-store",
  second: "max-age=1",
  minute: "max-age=60",
  immutable: "max-age=31536000, immutable",
}

/** The Cache-Control value. */
export const cacheControl = (freshness: Freshness): string => CACHE_CONTROL[freshness]

/**
 * Lets pages of other origins read the answer: everybody on routes for anyone (nothing ambient exists to steal), an
 * exact list on keyed ones. Credentials are never allowed.
 */
export function allowOrigin(
  response: Response,
  who: Route["who"],
  origin: string | undefined,
  allowed: readonly string[],
): void {
  if (who === "anyone") {
    response.setHeader("Access-Control-Allow-Origin", "*")
    return
  }
  response.vary("Origin")
  if (origin !== undefined && allowed.includes(origin))
    response.setHeader("Access-Control-Allow-Origin", origin)
}

/** Answers a preflight. @param methods - of the routes on the path, upper case */
export function answerPreflight(response: Response, methods: readonly string[], isKeyed: boolean): void {
  response.setHeader("Access-Control-Allow-Methods", methods.join(", "))
  response.setHeader(
    "Access-Control-Allow-Headers",
    `Content-Type, Idempotency-Key${isKeyed ? ", Authorization" : ""}`,
  )
  response.setHeader("Access-Control-Max-Age", "600")
  response.status(204).end()
}
