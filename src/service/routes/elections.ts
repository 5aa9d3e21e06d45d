// Elections as anybody may see them: what their logs say, and never a part of a result.
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { ElectionRow } from "../election-store.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { ElectionName } from "./election-replays.ts"
import * as contracts from "./contracts/elections.ts"
import type { RouteDeps } from "./route-deps.ts"

/** Elections in one page of the list. */
const PAGE = 50

/** `GET /v1/elections` and one of them, by its id or by its ceremony's. */
export function electionRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    {
      ...read,
      path: "/v1/elections",
      query: ["after"],
      contract: contracts.listElections,
      handle: (call) => listElections(deps, call),
    },
    {
      ...read,
      path: "/v1/elections/:election",
      contract: contracts.readElection,
      handle: (call) => readElection(deps, call),
    },
  ]
}

async function listElections(deps: RouteDeps, { query }: Call): Promise<Answer> {
  const after = query["after"] ?? null
  if (after !== null && !/^[0-9a-f]{64}$/.test(after)) throw new Problem("malformed-request")
  const rows = await deps.elections.listElections(after, PAGE)
  return jsonAnswer({ elections: rows.map(describeRow) })
}

async function readElection(deps: RouteDeps, { params }: Call): Promise<Answer> {
  const row = await deps.replays.find(nameIn(params["election"] ?? ""))
  if (row === null) throw new Problem("election-unknown")
  const log = await deps.replays.upToDate(row.origin)
  return jsonAnswer({ ...describeRow(row), key: deps.logKeyOf(row.origin), ...describeLog(log) })
}

/** A decimal electionId, or the 64 hexadecimal digits of a ceremony's id. */
export function nameIn(text: string): ElectionName {
  if (/^[0-9a-f]{64}$/.test(text)) return { ceremonyId: text }
  try {
    return { electionId: parseFr(text) }
  } catch (error) {
    if (error instanceof ProtocolError) throw new Problem("election-unknown", {}, { cause: error })
    throw error
  }
}

function describeRow({
  ceremonyId,
  origin,
  electionId,
  censusId,
}: ElectionRow): Readonly<Record<string, Json>> {
  return {
    ceremonyId,
    origin,
    ...(electionId === null ? {} : { electionId }),
    ...(censusId === null ? {} : { censusId }),
  }
}

function describeLog(log: ElectionLog): Readonly<Record<string, Json>> {
  const facts = { phase: log.phase, size: log.size, ceremony: log.ceremony as unknown as Json }
  const isDefined = log.phase !== "ceremony" && log.phase !== "aborted"
  if (!isDefined) return facts
  const { definition, closesAt } = log
  const isRunning = log.phase === "defined" || log.phase === "open"
  return {
    ...facts,
    definition: definition,
    closesAtUnixSeconds: closesAt,
    // While a survey is open its turnout is not told here; who counts entries sees it all the same.
    ...(definition.kind === "survey" && isRunning ? {} : { counts: { ...log.counts } }),
    ...(log.tally === null ? {} : { tally: log.tally }),
  }
}
