// What a balancer and a supervisor ask. Names of failing checks, never values.
import { jsonAnswer } from "../http/route.ts"
import type { Route } from "../http/route.ts"
import * as contracts from "./contracts/logs.ts"
import type { RouteDeps } from "./route-deps.ts"

/** `/healthz` answers while the event loop turns; `/readyz` while calls can succeed. */
export function healthRoutes({ failingChecks }: Pick<RouteDeps, "failingChecks">): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    { ...read, path: "/healthz", contract: contracts.health, handle: () => Promise.resolve(jsonAnswer({})) },
    {
      ...read,
      path: "/readyz",
      contract: contracts.readiness,
      handle: () => {
        const failing = failingChecks()
        return Promise.resolve(jsonAnswer({ failing }, { status: failing.length === 0 ? 200 : 503 }))
      },
    },
  ]
}
