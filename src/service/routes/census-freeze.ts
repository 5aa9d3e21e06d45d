// What a census is once nobody enrols any more, rebuilt from its rows: the same for the freeze and for every download.
import { encodeCommitments } from "../../protocol/election/census.ts"
import { freezeCensus, parseEvidenceFile } from "../../protocol/election/census-freeze.ts"
import type { CensusEvidence, CensusFreeze } from "../../protocol/election/census-freeze.ts"
import { encodeLeavesFile } from "../../protocol/election/leaves-file.ts"
import { concatBytes } from "../../protocol/primitives/bytes.ts"
import { parseCensusPlan } from "../../protocol/wire/census.ts"
import type { CensusRow } from "../election-store.ts"
import { Problem } from "../http/problem.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import { refusalOf } from "./election-control.ts"
import * as contracts from "./contracts/censuses.ts"
import type { RouteDeps } from "./route-deps.ts"

/** Leaves of one read. */
const PAGE = 4096
const LF = Uint8Array.of(0x0a)
/** Frozen censuses kept built in memory: those of the elections that are being prepared. */
const MAX_KEPT = 4

type Freeze = ReturnType<typeof freezeCensus>

/**
 * Sets of leaves that were built, each once: the last of every census, so that nobody makes the service build a tree
 * again by asking again.
 */
const kept = new WeakMap<
  object,
  Map<string, { readonly revision: number; readonly freeze: Promise<Freeze> }>
>()

/** Everything that a census publishes at its freeze: never one leaf's path, so that no request tells who asks. */
export function censusDownloadRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  const file = (
    name: string,
    part: (freeze: CensusFreeze) => Uint8Array,
    mediaType = "application/octet-stream",
  ): Route => ({
    ...read,
    path: `/v1/censuses/:census/${name}`,
    contract: contracts.censusFile(name, mediaType),
    handle: async (call) => download(part(await frozenOf(deps, call)), mediaType),
  })
  return [
    file("leaves", ({ built }) => encodeLeavesFile(built.tree)),
    file("commitments", ({ built }) => encodeCommitments(built.records)),
    file("evidence", ({ evidence }) => evidence, "application/jsonl"),
  ]
}

async function frozenOf(deps: RouteDeps, { params }: Call): Promise<CensusFreeze> {
  const row = await deps.elections.findCensus(params["census"] ?? "")
  if (row === null) throw new Problem("census-unknown")
  if (row.state !== "frozen") throw new Problem("phase-refused", { detail: "the census is not frozen" })
  const freeze = await frozenNow(deps, row)
  if (!freeze.ok) throw refusalOf(freeze)
  return freeze.value
}

/** The freeze of a census as its rows give it, or what the set itself refuses: `census-too-small` and others. */
export function frozenNow(deps: Pick<RouteDeps, "elections">, row: CensusRow): Promise<Freeze> {
  const cache = kept.get(deps.elections) ?? new Map<string, { revision: number; freeze: Promise<Freeze> }>()
  kept.set(deps.elections, cache)
  const known = cache.get(row.id)
  if (known?.revision === row.revision) return known.freeze
  const freeze = build(deps, row)
  cache.delete(row.id)
  cache.set(row.id, { revision: row.revision, freeze })
  freeze.catch(() => cache.delete(row.id))
  const [oldest] = cache.keys()
  if (cache.size > MAX_KEPT && oldest !== undefined) cache.delete(oldest)
  return freeze
}

async function build(deps: Pick<RouteDeps, "elections">, row: CensusRow): Promise<Freeze> {
  const plan = parseCensusPlan(row.plan).body
  const evidence: CensusEvidence[] = []
  for (let after: Parameters<typeof deps.elections.listCensusLeaves>[1] = null; ;) {
    const leaves = await deps.elections.listCensusLeaves(row.id, after, PAGE)
    if (leaves.length === 0) break
    evidence.push(...parseEvidenceFile(concatBytes(...leaves.flatMap((leaf) => [leaf.evidence, LF])), plan))
    after = leaves.at(-1)?.leaf ?? null
  }
  return freezeCensus(plan, evidence)
}

const download = (body: Uint8Array, mediaType: string): Answer => ({
  status: 200,
  body,
  mediaType,
  freshness: "minute",
  compressible: mediaType !== "application/octet-stream",
})
