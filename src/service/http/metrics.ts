// Metrics of one instance, for its operator alone: served on the admin port, labels out of closed sets, never an id.
import { createServer } from "node:http"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client"
import type { ProblemCode } from "./problem.ts"

/** Seconds: an ordinary read takes a millisecond, a ballot waits for its window of a minute. */
const HTTP_BUCKETS = [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30, 75]
/** Seconds of a verification: from one folded ballot to the time limit. */
const VERIFY_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 10]
/** Every method that a route may have, and one word for all others. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** What is read at the moment when somebody asks. */
interface MetricSources {
  readonly verification: () => {
    readonly queued: number
    readonly running: number
    readonly maxQueued: number
  }
  readonly ledgerSizes: () => { readonly main: number; readonly elections: number }
  readonly isLedgerRunning: () => boolean
  readonly streams: () => number
  /** Seconds since the newest registry epoch began; null while there is none. */
  readonly registryEpochAge: () => number | null
}

/** What is counted as it happens. */
export interface Metrics {
  /** @param route - the template of a route, or `none` */
  readonly countRequest: (route: string, method: string, status: number, seconds: number) => void
  readonly countProblem: (code: ProblemCode) => void
  readonly countReplay: () => void
  readonly countVerdict: (circuit: "presentation" | "ballot", verdict: string, seconds: number) => void
  readonly countRefusedVerification: (reason: string) => void
  /** Begins to read the sources; before it their gauges are absent. */
  readonly watch: (sources: MetricSources) => void
  /** The exposition text and its media type. */
  readonly text: () => Promise<{ readonly text: string; readonly mediaType: string }>
}

/** Opens the metrics of one instance; nothing is shared with another. @param backend - that verifies */
export function openMetrics(backend: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { requests, seconds, problems, replays, verify, verdicts, refused } = makeCounters([registry])
  return {
    countRequest: (route, method, status, time) => {
      requests.inc({ route, method: METHODS.has(method) ? method : "other", status: String(status) })
      seconds.observe({ route }, time)
    },
    countProblem: (code) => {
      problems.inc({ code })
    },
    countReplay: () => {
      replays.inc()
    },
    countVerdict: (circuit, verdict, time) => {
      verify.observe({ circuit, backend }, time)
      verdicts.inc({ circuit, verdict })
    },
    countRefusedVerification: (reason) => {
      refused.inc({ reason })
    },
    watch: (sources) => watch([registry], sources),
    text: async () => ({ text: await registry.metrics(), mediaType: registry.contentType }),
  }
}

function makeCounters(registers: Registry[]) {
  const make = { registers }
  const requests = new Counter({
    ...make,
    name: "sotto_http_requests_total",
    help: "Answered requests",
    labelNames: ["route", "method", "status"],
  })
  const seconds = new Histogram({
    ...make,
    name: "sotto_http_seconds",
    help: "Time to answer",
    labelNames: ["route"],
    buckets: HTTP_BUCKETS,
  })
  const problems = new Counter({
    ...make,
    name: "sotto_problems_total",
    help: "Refusals",
    labelNames: ["code"],
  })
  const replays = new Counter({
    ...make,
    name: "sotto_idempotency_replays_total",
    help: "Answers given again",
  })
  const verify = new Histogram({
    ...make,
    name: "sotto_verify_seconds",
    help: "Time from arrival at the gate to the verdict",
    labelNames: ["circuit", "backend"],
    buckets: VERIFY_BUCKETS,
  })
  const verdicts = new Counter({
    ...make,
    name: "sotto_verify_verdicts_total",
    help: "Verdicts",
    labelNames: ["circuit", "verdict"],
  })
  const refused = new Counter({
    ...make,
    name: "sotto_verify_refused_total",
    help: "Verifications that gave no verdict",
    labelNames: ["reason"],
  })
  return { requests, seconds, problems, replays, verify, verdicts, refused }
}

function watch(registers: Registry[], sources: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number | null): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        const value = read()
        if (value !== null) this.set(value)
      },
    })
  }
  gauge("sotto_verify_queue", "Verifications that wait", () => sources.verification().queued)
  gauge("sotto_verify_running", "Verifications that run", () => sources.verification().running)
  gauge("sotto_ledger_state", "1 while the ledger runs, 0 when it halted", () =>
    Number(sources.isLedgerRunning()),
  )
  gauge("sotto_registry_epoch_age_seconds", "Age of the oldest registry's epoch", sources.registryEpochAge)
  gauge("sotto_sse_streams", "Open streams", sources.streams)
  new Gauge({
    ...{ name: "sotto_ledger_size", help: "Entries, elections summed", registers, labelNames: ["log"] },
    collect() {
      const { main, elections } = sources.ledgerSizes()
      this.set({ log: "main" }, main)
      this.set({ log: "elections" }, elections)
    },
  })
}

/** A listening admin port. */
export interface AdminServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Serves `/metrics` and nothing else. Rejects with the system's error when the address is taken. */
export async function listenAdmin(
  metrics: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AdminServer> {
  const server: Server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end()
      return
    }
    metrics.text().then(
      ({ text, mediaType }) => response.writeHead(200, { "Content-Type": mediaType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
