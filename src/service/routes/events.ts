// What may be watched instead of asked again and again: a request's end, an election's phases, the head of a log.
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import { Problem } from "../http/problem.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { Reading, Topic } from "../http/streams.ts"
import * as contracts from "./contracts/events.ts"
import { nameIn } from "./elections.ts"
import { logOf } from "./logs.ts"
import { ownRequest, stateOf } from "./presentation-requests.ts"
import type { RouteDeps } from "./route-deps.ts"

/** The three streams. */
export function eventRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    {
      ...read,
      path: "/v1/presentation-requests/:id/events",
      who: { role: "verifier", scope: "request:read" },
      contract: contracts.requestEvents,
      handle: async (call) => stream(await requestTopic(deps, call)),
    },
    {
      ...read,
      path: "/v1/elections/:election/events",
      who: "anyone",
      contract: contracts.electionEvents,
      handle: async (call) => stream(await electionTopic(deps, call)),
    },
    {
      ...read,
      path: "/v1/logs/:log/events",
      who: "anyone",
      contract: contracts.logEvents,
      handle: (call) => Promise.resolve(stream(logTopic(deps, call))),
    },
  ]
}

const stream = (topic: Topic): Answer => ({
  ...{ status: 200, mediaType: "text/event-stream", freshness: "no-store", body: { topic } },
})

/** `satisfied` or `expired`, once; how often somebody tried is not told. */
async function requestTopic(deps: RouteDeps, call: Call): Promise<Topic> {
  const { id } = await ownRequest(deps, call)
  return {
    name: `request ${id}`,
    read: async () => {
      const row = await deps.store.findRequest(id)
      if (row === null) return null // erased when its time was over
      const state = stateOf(row, deps.now())
      const isLast = state !== "open"
      return { id: isLast ? 1 : 0, phase: state, onPhase: { event: state, data: {} }, onStep: null, isLast }
    },
  }
}

async function electionTopic(deps: RouteDeps, { params }: Call): Promise<Topic> {
  const row = await deps.replays.find(nameIn(params["election"] ?? ""))
  if (row === null) throw new Problem("election-unknown")
  return {
    name: `election ${row.ceremonyId}`,
    read: async () => electionReading(await deps.replays.upToDate(row.origin)),
  }
}

/** `phase`, and between phases `accepted`; not while a survey is open, whose turnout is not told. */
function electionReading(log: ElectionLog): Reading {
  const { phase, size } = log
  const isDefined = phase !== "ceremony" && phase !== "aborted"
  const isQuiet = isDefined && log.definition.kind === "survey" && (phase === "defined" || phase === "open")
  const isCounted = isDefined && !isQuiet && phase === "open"
  return {
    id: size,
    phase,
    onPhase: { event: "phase", data: { phase } },
    onStep: isCounted ? { event: "accepted", data: { accepted: log.counts.accepted } } : null,
    isLast: phase === "tallied" || phase === "void" || phase === "aborted",
  }
}

function logTopic(deps: RouteDeps, call: Call): Topic {
  const origin = logOf(deps, call)
  return {
    name: `log ${origin}`,
    read: () => {
      const { size } = deps.ledger.head(origin)
      const head = { event: "head", data: { size } }
      return Promise.resolve({ id: size, phase: "", onPhase: head, onStep: head, isLast: false })
    },
  }
}
