// The service as one function of what it depends on; it does not listen.
import type { RequestListener } from "node:http"
import type { ServiceConfig } from "./config.ts"
import { docsRoutes } from "./http/docs.ts"
import type { Drain } from "./http/drain.ts"
import { mountRoutes } from "./http/mount.ts"
import type { Metrics } from "./http/metrics.ts"
import type { Log } from "./http/request-log.ts"
import type { Route } from "./http/route.ts"
import type { Streams } from "./http/streams.ts"
import { auditRoutes } from "./routes/audit.ts"
import { ballotRoutes } from "./routes/ballots.ts"
import { catalogueRoutes } from "./routes/catalogue.ts"
import { censusDownloadRoutes } from "./routes/census-freeze.ts"
import { censusRoutes } from "./routes/censuses.ts"
import { electionControlRoutes } from "./routes/election-control.ts"
import { electionRoutes } from "./routes/elections.ts"
import { enrolmentRoutes } from "./routes/enrolments.ts"
import { eventRoutes } from "./routes/events.ts"
import { healthRoutes } from "./routes/health.ts"
import { logRoutes } from "./routes/logs.ts"
import { presentationRequestRoutes } from "./routes/presentation-requests.ts"
import { presentationRoutes } from "./routes/presentations.ts"
import { registryRoutes } from "./routes/registry.ts"
import type { RouteDeps } from "./routes/route-deps.ts"
import { verifierRoutes } from "./routes/verifiers.ts"
import { wellKnownRoutes } from "./routes/well-known.ts"
import { translate } from "./translate.ts"

/** What the application is made of. */
export interface AppDeps extends RouteDeps {
  readonly config: Pick<ServiceConfig, "trustProxyHops" | "corsOrigins" | "rateLimits">
  readonly log: Log
  readonly drain: Drain
  readonly metrics: Metrics
  readonly streams: Streams
}

/** Every route of the service: what is not in this list does not exist. */
export function allRoutes(deps: RouteDeps): readonly Route[] {
  const routes: Route[] = [
    ...catalogueRoutes(deps),
    ...verifierRoutes(deps),
    ...registryRoutes(deps),
    ...presentationRequestRoutes(deps),
    ...presentationRoutes(deps),
    ...electionControlRoutes(deps),
    ...electionRoutes(deps),
    ...ballotRoutes(deps),
    ...censusRoutes(deps),
    ...censusDownloadRoutes(deps),
    ...enrolmentRoutes(deps),
    ...eventRoutes(deps),
    ...auditRoutes(deps),
    ...logRoutes(deps),
    ...wellKnownRoutes(deps),
    ...healthRoutes(deps),
    ...docsRoutes(() => routes),
  ]
  return routes
}

/** The application; nothing outside `deps` is read and nothing is started. */
export function createApp(deps: AppDeps): RequestListener {
  return mountRoutes({
    routes: allRoutes(deps),
    findClient: (keyId) => deps.store.findClient(keyId),
    findIdempotency: (key) => deps.store.findIdempotency(key),
    now: deps.now,
    translate,
    log: deps.log,
    drain: deps.drain,
    metrics: deps.metrics,
    streams: deps.streams,
    isHttps: deps.publicUrl.startsWith("https:"),
    hasDevelopmentKeys: deps.circuit.ceremony === "dev",
    ...deps.config,
  })
}
