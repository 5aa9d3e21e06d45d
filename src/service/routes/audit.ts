// For a regulator: who asked what, when, and with which verdict; never about whom. What could name a holder is not left
// out of an answer but never read: neither openings nor evidence, and not the place of an answer in the log, whose entry
// shows a nullifier.
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { RequestRow } from "../store.ts"
import * as contracts from "./contracts/audit.ts"
import { stateOf } from "./presentation-requests.ts"
import type { RouteDeps } from "./route-deps.ts"

/** Requests in one page: each is parsed, and the largest has 256 KiB. */
const PAGE = 50
const REQUEST_ID = /^pr_[A-Za-z0-9_-]{22}$/

/** `/v1/audit/requests`; enrolments are their census's and no verifier's, hence not in it. */
export function auditRoutes(deps: RouteDeps): readonly Route[] {
  return [
    {
      method: "get",
      path: "/v1/audit/requests",
      who: { role: "auditor", scope: "audit:read" },
      idempotency: "read",
      maxBodyBytes: 0,
      query: ["before"],
      contract: contracts.listAskings,
      handle: (call) => listAskings(deps, call),
    },
  ]
}

async function listAskings({ store, now }: RouteDeps, { query }: Call): Promise<Answer> {
  const before = query["before"] ?? null
  if (before !== null && !REQUEST_ID.test(before))
    throw new Problem("malformed-request", { detail: "before is the id of a request" })
  const rows = await store.listRequests(null, PAGE, before)
  const at = now()
  return jsonAnswer({
    requests: rows.map((row) => describe(row, at)),
    before: rows.length < PAGE ? undefined : rows.at(-1)?.id,
  })
}

function describe(row: RequestRow, now: number): Json {
  const { id, createdAt, expiresAt, verifier, purpose, links, items } = parsePresentationRequest(row.body)
  return {
    request: id,
    verifier: { id: verifier.id, name: verifier.name },
    purpose,
    askedAt: createdAt,
    expiresAt,
    links,
    items: items.map(({ alternatives, nullifier }) => ({
      alternatives: alternatives.map(({ registry, statement, parameters }) => {
        return { registry, statement: statement.id, parameters }
      }),
      nullifier,
    })),
    verdict: stateOf(row, now),
  }
}
