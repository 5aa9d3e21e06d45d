// A test election whose log is a running service's: every entry handed in over HTTP, ballots forged under the shipped
// development key.
import type { Ballot } from "../../src/protocol/wire/ballot.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import type { BallotWindow, Ledger } from "../../src/ledger/log/ledger.ts"
import { KEYS, VERIFIER } from "./running-service.ts"
import type { Reply, TestService } from "./running-service.ts"
import { openSimulator } from "./simulated-proof.ts"
import { OPENS_AT, SmallElection } from "./small-election.ts"
import type { ElectionOptions, Stage } from "./small-election.ts"

export interface ServedElection {
  readonly election: SmallElection
  /** Hands in a control entry. */
  readonly post: (entry: ElectionEntry) => Promise<Reply>
  readonly cast: (ballot: Ballot) => Promise<Reply>
  /** The log's path under the service. */
  readonly path: string
}

/** An election in memory that this service could run; nothing of it is handed in. */
async function draftElection(service: TestService, options: ElectionOptions = {}): Promise<SmallElection> {
  const circuit = options.circuit ?? "ballot8"
  const forge = await openSimulator(circuit)
  return new SmallElection({
    circuit,
    n: 3,
    t: 2,
    voters: 12,
    mainOrigin: service.parts.config.ledgerOrigin,
    logSeed: KEYS.log.seed,
    service: { id: VERIFIER, name: VERIFIER, origin: service.parts.config.publicUrl, key: KEYS.request },
    digests: service.parts.circuit.ballotCircuits[circuit],
    prove: ({ expected }) => forge(expected),
    ...options,
  })
}

/**
 * Runs an election on the service up to a stage; the census first, unless it is frozen there already.
 * @param before - called with each entry before it is handed in
 */
export async function serveElection(
  service: TestService,
  options: ElectionOptions = {},
  upTo: Stage = "open",
  before: (entry: ElectionEntry, election: SmallElection) => Promise<void> = () => Promise.resolve(),
): Promise<ServedElection> {
  const election = await draftElection(service, { ...options, upTo })
  service.clock.now = OPENS_AT - 100
  await handInCensus(service, election)
  service.clock.now = OPENS_AT
  const post = (entry: ElectionEntry): Promise<Reply> => handIn(service, election, entry)
  for (const { entry } of election.entries) {
    if (entry.kind === "ballot" || entry.kind === "challenged-ballot" || entry.kind === "election-close")
      continue
    await before(entry, election)
    const reply = await post(entry)
    if (reply.status !== 201) throw new Error(`${entry.kind}: ${reply.status} ${reply.text}`)
  }
  const cast = (ballot: Ballot): Promise<Reply> =>
    service.call("POST", "/v1/ballots", { body: ballot, idempotencyKey: null })
  return { election, post, cast, path: `/elections/${election.facts.ceremonyId.slice(0, 32)}` }
}

/** The entries of the election's log on the service, as anybody reads them; of one kind, or of all. */
export async function loggedEntries(
  service: TestService,
  { path }: Pick<ServedElection, "path">,
  kind?: ElectionEntry["kind"],
): Promise<readonly { readonly index: number; readonly bytes: Buffer }[]> {
  const query = kind === undefined ? "" : `?kind=${kind}`
  const { json } = await service.call("GET", `/v1/logs/${path.split("/").at(-1)!}/entries${query}`)
  const entries = json.entries as readonly { index: number; bytes: string }[]
  return entries.map(({ index, bytes }) => ({ index, bytes: Buffer.from(bytes, "base64") }))
}

/**
 * Gives an election a ballot window that the service's own duties leave alone. The ledger's is on the wall clock and test
 * elections are in 1970, so that their ballots are written at once unless a test says otherwise.
 * @returns sets it anew
 */
export async function pinBallotWindow(
  service: TestService,
  origin: string,
  window: BallotWindow,
): Promise<Ledger["setBallotWindow"]> {
  const ledger = service.parts.ledger
  const { setBallotWindow } = ledger
  ledger.setBallotWindow = () => Promise.resolve()
  await setBallotWindow(origin, window)
  return setBallotWindow
}

async function handInCensus(service: TestService, { census, facts }: SmallElection): Promise<void> {
  const { plan, leaves, document } = census
  const must = async (reply: Promise<Reply>, what: string): Promise<Reply> => {
    const answer = await reply
    if (answer.status >= 300)
      throw new Error(`${what} of ${facts.ceremonyId}: ${answer.status} ${answer.text}`)
    return answer
  }
  const key = service.apiKeys.organizer
  const { json } = await must(service.call("POST", "/v1/censuses", { key, raw: text(plan) }), "plan")
  const base = `/v1/censuses/${json.censusId as string}`
  if ((await service.call("GET", base)).json.state === "frozen") return
  for (const leaf of leaves) {
    await must(service.call("PUT", `${base}/leaves/${leaf.body.rollCommitment}`, { raw: text(leaf) }), "leaf")
  }
  service.clock.now = OPENS_AT
  await must(service.call("POST", `${base}/freeze`, { raw: text(document) }), "freeze")
}

const ROUTES: Partial<Record<ElectionEntry["kind"], string>> = {
  ceremony: "/v1/key-ceremonies",
  definition: "/v1/elections",
  "election-open": "/v1/elections",
  "decryption-share": "/v1/decryption-shares",
  tally: "/v1/tallies",
}

/** Hands in a control entry where its kind belongs. */
export function handIn(service: TestService, election: SmallElection, entry: ElectionEntry): Promise<Reply> {
  const path = ROUTES[entry.kind] ?? "/v1/election-entries"
  const definition = entry.kind === "definition" ? { definition: election.definition as unknown as Json } : {}
  const isWrapped = path === "/v1/elections"
  const raw = isWrapped ? canonicalText({ entry: entry as unknown as Json, ...definition }) : text(entry)
  return service.call("POST", path, { key: service.apiKeys.organizer, raw, idempotencyKey: null })
}

const text = (value: unknown): string => canonicalText(value as Json)
