// Named bounds of the HTTP side, and how often one caller may call.
import { createHmac, randomBytes } from "node:crypto"
import { BlockList, isIP } from "node:net"
import { ipKeyGenerator, rateLimit } from "express-rate-limit"
import type { Request, RequestHandler } from "express"
import { Problem } from "./problem.ts"

/** Default body: the largest ordinary message is a request draft. */
export const SMALL_BODY_BYTES = 16 * 1024
/** A presentation of eight parts, with room. */
export const PRESENTATION_BODY_BYTES = 64 * 1024
/** A control entry of an election: the largest deal has about 36 kB. */
export const CONTROL_BODY_BYTES = 64 * 1024
/** The plan of a census: four alternatives with their statements in full. */
export const PLAN_BODY_BYTES = 256 * 1024
/** A whole status list: 169,302 characters, and room for the largest one a registry may take. */
export const STATUS_LIST_BODY_BYTES = 1024 * 1024
/** Header lines in all: ours need less than 1 KiB. */
export const MAX_HEADER_BYTES = 8 * 1024

/** Calls per minute; networks in `shared` get 20 times as many (a hospital behind one address). */
export interface RateLimits {
  readonly anonymousWrites: number
  readonly anonymousReads: number
  readonly principalWrites: number
  readonly shared: readonly string[] // CIDR
}

/** Writes that one address may have open at a time. */
const ANONYMOUS_WRITES_IN_FLIGHT = 32
const SHARED_FACTOR = 20
const WINDOW_MS = 60_000

/** What the limiter needs to know of a call. */
export interface RateSubject {
  readonly principalId: string | null
  readonly isWrite: boolean
}

/** Names callers and counts them. */
export interface RateLimiter {
  /** The name of a caller within this process: the principal, else a hash of the address under a key in memory only. */
  readonly clientKey: (request: Request, principalId: string | null) => string
  /** Express middleware; passes on Problem `rate-limited`. */
  readonly handler: RequestHandler
  /** Counts an open anonymous write in; null when the address has too many. */
  readonly enterWrite: (request: Request, clientKey: string) => (() => void) | null
}

/** Opens the limiter. @param subjectOf - of a request whose key was read already */
export function openRateLimiter(
  limits: RateLimits,
  subjectOf: (request: Request) => RateSubject,
): RateLimiter {
  const addressKey = randomBytes(32)
  const shared = readNetworks(limits.shared)
  const factorOf = (request: Request): number => (isShared(shared, request.ip) ? SHARED_FACTOR : 1)
  const clientKey = (request: Request, principalId: string | null): string =>
    principalId ??
    createHmac("sha256", addressKey)
      .update(ipKeyGenerator(request.ip ?? "", 56)) // one household or company holds a /56
      .digest("base64url")
  const open = new Map<string, number>()
  return {
    clientKey,
    handler: rateLimit({
      windowMs: WINDOW_MS,
      standardHeaders: "draft-8",
      legacyHeaders: false,
      validate: false, // its warnings print addresses
      keyGenerator: (request) => {
        const { principalId, isWrite } = subjectOf(request)
        return `${isWrite ? "w" : "r"}:${clientKey(request, principalId)}`
      },
      limit: (request) => {
        const { principalId, isWrite } = subjectOf(request)
        const anonymous = isWrite ? limits.anonymousWrites : limits.anonymousReads
        return factorOf(request) * (principalId === null ? anonymous : limits.principalWrites)
      },
      handler: (_request, response, next) => {
        const seconds = Number(response.getHeader("Retry-After"))
        next(new Problem("rate-limited", { retryAfterSeconds: Number.isFinite(seconds) ? seconds : 60 }))
      },
    }),
    enterWrite: (request, key) => {
      const count = open.get(key) ?? 0
      if (count >= ANONYMOUS_WRITES_IN_FLIGHT * factorOf(request)) return null
      open.set(key, count + 1)
      return () => {
        const left = (open.get(key) ?? 1) - 1
        if (left === 0) open.delete(key)
        else open.set(key, left)
      }
    },
  }
}

/** Parses networks. @throws RangeError for what is not a CIDR network */
export function readNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = "", bits = ""] = network.split("/")
    const family = isIP(address)
    if (family === 0 || !/^\d{1,3}$/.test(bits)) throw new RangeError(`not a network: ${network}`)
    list.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6")
  }
  return list
}

function isShared(networks: BlockList, address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/, "") ?? "" // IPv4 as a dual-stack socket shows it
  const family = isIP(plain)
  return family !== 0 && networks.check(plain, family === 4 ? "ipv4" : "ipv6")
}
