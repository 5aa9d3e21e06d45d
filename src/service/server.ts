// The listening side: sockets with time limits, and the order in which they are given up.
import { readFileSync } from "node:fs"
import { createServer as createHttpServer } from "node:http"
import type { RequestListener, Server } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { ServiceConfig } from "./config.ts"
import type { Drain } from "./http/drain.ts"
import { MAX_HEADER_BYTES } from "./http/limits.ts"

/** A header block that takes longer is an attack on sockets, milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000
/** A whole request, body included, milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000
/** How often the two limits are looked at, milliseconds. */
const TIMEOUT_CHECK_MS = 1000
const MAX_REQUESTS_PER_SOCKET = 1000
const MAX_CONNECTIONS = 10_000

/** A server that listens. */
export interface ListeningServer {
  /** Scheme, address and actual port. */
  readonly url: string
  readonly port: number
  /**
   * Stops taking connections, lets open calls finish, closes what is left at the deadline.
   * Resolves to false when calls had to be cut off.
   */
  readonly stop: (deadlineMs: number) => Promise<boolean>
}

/** Listens; port 0 takes a free one. Rejects with the system's error when the address is taken. */
export async function listen(
  app: RequestListener,
  config: Pick<ServiceConfig, "listen" | "tls" | "keepAliveSeconds">,
  drain: Drain,
): Promise<ListeningServer> {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: config.keepAliveSeconds * 1000,
  }
  const server: Server =
    config.tls === null
      ? createHttpServer(options, app)
      : createHttpsServer(
          { ...options, cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) },
          app,
        )
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.maxConnections = MAX_CONNECTIONS
  const { host, port } = config.listen
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  const actual = (server.address() as AddressInfo).port
  const name = host.includes(":") ? `[${host}]` : host
  return {
    url: `${config.tls === null ? "http" : "https"}://${name}:${actual}`,
    port: actual,
    stop: (deadlineMs) => stop(server, drain, deadlineMs),
  }
}

async function stop(server: Server, drain: Drain, deadlineMs: number): Promise<boolean> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections() // close() alone waits for idle keep-alive sockets
  const isClean = await inTime(drain.idle(), deadlineMs)
  server.closeAllConnections()
  await closed
  return isClean
}

/** True when the promise settles in time. */
export async function inTime(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  const result = await Promise.race([promise.then(() => true as const), late])
  clearTimeout(timer)
  return result
}
