// Control entries of elections: what organizers and trustees signed goes through the door of the log, and comes back as a
// receipt. The signature in the body decides; an API key only limits who may begin something.
import { definitionSha256 } from "../../protocol/election/definition.ts"
import { computeCeremonyId, electionOrigin } from "../../protocol/election/key-ceremony.ts"
import { ElectionLog } from "../../protocol/election/election-log.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import { canonicalBytes, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { MAX_DEFINITION_BYTES, parseDefinition } from "../../protocol/wire/election-definition.ts"
import type { Admission, Draft } from "../../ledger/log/ledger.ts"
import type { SideRow } from "../../ledger/log/store.ts"
import { CONTROL_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import { announceElection } from "./election-anchors.ts"
import { nameOf, parseElectionEntry } from "./election-replays.ts"
import * as contracts from "./contracts/elections.ts"
import type { RouteDeps } from "./route-deps.ts"

const BY_TRUSTEES_AND_ORGANIZER = [
  "trustee-key",
  "dkg-commit",
  "dkg-deal",
  "dkg-confirm",
  "dkg-complaint",
  "ceremony-aborted",
  "definition-signature",
  "drill-share",
  "extension",
  "void",
] as const
type SignedEntry = Extract<ElectionEntry, { signatures: unknown }>

/** Where signed entries of elections are handed in. */
export function electionControlRoutes(deps: RouteDeps): readonly Route[] {
  const organizer = { role: "organizer", scope: "election:write" } as const
  const post = { method: "post", idempotency: "natural" } as const
  const small = { ...post, maxBodyBytes: CONTROL_BODY_BYTES }
  return [
    {
      ...small,
      path: "/v1/key-ceremonies",
      who: organizer,
      contract: contracts.postCeremony,
      handle: (call) => postCeremony(deps, call),
    },
    {
      ...small,
      path: "/v1/election-entries",
      contract: contracts.postEntry,
      who: "anyone",
      handle: (call) => postEntry(deps, call, BY_TRUSTEES_AND_ORGANIZER),
    },
    {
      ...post,
      maxBodyBytes: MAX_DEFINITION_BYTES + CONTROL_BODY_BYTES,
      path: "/v1/elections",
      contract: contracts.postElection,
      who: organizer,
      handle: (call) => postElection(deps, call),
    },
    {
      ...small,
      path: "/v1/decryption-shares",
      contract: contracts.postEntry,
      who: "anyone",
      handle: (call) => postEntry(deps, call, ["decryption-share"]),
    },
    {
      ...small,
      path: "/v1/tallies",
      who: organizer,
      contract: contracts.postEntry,
      handle: (call) => postEntry(deps, call, ["tally"]),
    },
  ]
}

async function postCeremony(deps: RouteDeps, call: Call): Promise<Answer> {
  const entry = readEntry(call.body, ["ceremony"])
  if (entry.kind !== "ceremony") throw new Problem("malformed-request")
  const ceremonyId = computeCeremonyId(entry.body)
  const origin = electionOrigin(deps.ledgerOrigin, ceremonyId)
  const fresh = new ElectionLog({
    ...{ origin, logKey: deps.logKeyOf(origin), mainOrigin: deps.ledgerOrigin },
    ...{ blob: () => null, circuits: deps.ballotCircuits, census: () => null, allowDevelopmentKeys: true },
  })
  const verdict = fresh.check(entry, call.body)
  if (!verdict.ok) throw refusalOf(verdict)
  const admission = await deps.ledger.openElection(entry)
  return placeAnswer(admission, { ceremonyId, origin })
}

async function postEntry(deps: RouteDeps, call: Call, kinds: readonly string[]): Promise<Answer> {
  const entry = readEntry(call.body, kinds)
  return placeAnswer(await admitControl(deps, entry))
}

async function postElection(deps: RouteDeps, call: Call): Promise<Answer> {
  const { entry: value, definition } = readEnvelope(call.body)
  const entry = readEntry(canonicalBytes(value), ["definition", "election-open"])
  if (entry.kind === "election-open") {
    const admission = await admitControl(deps, entry)
    await announceElection(deps, { electionId: entry.body.electionId })
    return placeAnswer(admission, { electionId: entry.body.electionId })
  }
  if (entry.kind !== "definition" || definition === undefined) throw new Problem("malformed-request")
  const document = parseDefinition(canonicalBytes(definition))
  const bytes = canonicalBytes(document)
  const digest = definitionSha256(document)
  const row = await deps.replays.find({ ceremonyId: document.ceremonyId })
  if (row === null) throw new Problem("election-unknown")
  await deps.replays.offerDefinition(row.origin, bytes, digest)
  const sideRows: SideRow[] = [
    { row: "blob", sha256: hexToBytes(digest), mediaType: "application/json", bytes },
    {
      row: "election-definition",
      ceremonyId: document.ceremonyId,
      electionId: entry.body.electionId,
      definitionSha256: hexToBytes(digest),
      censusId: document.census.id,
    },
  ]
  try {
    const admission = await admitAt(deps, row.origin, entry, sideRows)
    return placeAnswer(admission, { electionId: entry.body.electionId })
  } finally {
    deps.replays.withdrawDefinition(row.origin, digest)
  }
}

async function admitControl(deps: RouteDeps, entry: SignedEntry): Promise<Admission> {
  const { body } = entry
  const row = "title" in body ? null : await deps.replays.find(nameOf(body))
  if (row === null) throw new Problem("election-unknown")
  const admission = await admitAt(deps, row.origin, entry, [])
  if (entry.kind === "extension") await announceElection(deps, { origin: row.origin })
  if (entry.kind === "tally") await announceElection(deps, { origin: row.origin })
  return admission
}

/** Checks the entry against the log as it stands and writes it only if the log still stands so. */
async function admitAt(
  deps: RouteDeps,
  origin: string,
  entry: SignedEntry,
  sideRows: readonly SideRow[],
): Promise<Admission> {
  const bytes = canonicalBytes(entry)
  const refusals: Problem[] = []
  const compute = async ({ size }: { readonly size: number }): Promise<Draft | null> => {
    const log = await deps.replays.at(origin, size)
    const verdict = log.check(entry, bytes)
    if (!verdict.ok) refusals.push(refusalOf(verdict))
    return verdict.ok ? { entry, sideRows } : null
  }
  const admission = await deps.ledger.appendAt(origin, compute)
  const answer = admission ?? (await findExisting(deps, origin, bytes))
  if (answer === null) throw refusals.at(-1) ?? new Problem("phase-refused")
  return answer
}

/** The place of an entry that the log holds already, byte for byte: a message that is sent again gets its first receipt. */
async function findExisting(deps: RouteDeps, origin: string, bytes: Uint8Array): Promise<Admission | null> {
  const index = await deps.replays.placeOf(origin, bytes)
  const receipt = index === null ? null : await deps.ledger.receipt(origin, index)
  if (index === null || receipt === null) return null
  const { size } = deps.ledger.head(origin)
  return { ok: true, outcome: "existing", origin, index, size, entryBytes: bytes, receipt }
}

function readEntry(bytes: Uint8Array, kinds: readonly string[]): SignedEntry {
  let entry
  try {
    entry = parseElectionEntry(bytes)
  } catch (error) {
    if (error instanceof RangeError)
      throw new Problem("malformed-request", { detail: "not an entry of an election" })
    if (error instanceof ProtocolError && error.code === "malformed-entry")
      throw new Problem("malformed-request", { detail: error.message }, { cause: error })
    throw error
  }
  if (!isSigned(entry) || !kinds.includes(entry.kind))
    throw new Problem("malformed-request", { detail: "an entry of another kind" })
  return entry
}

const isSigned = (entry: ElectionEntry): entry is SignedEntry => "signatures" in entry

function readEnvelope(bytes: Uint8Array): { readonly entry: Json; readonly definition: Json | undefined } {
  const limits = { maxBytes: MAX_DEFINITION_BYTES + CONTROL_BODY_BYTES, maxDepth: 9 }
  const value = parseStrictJson(bytes, limits)
  if (typeof value !== "object" || Array.isArray(value)) throw new Problem("malformed-request")
  const { entry, definition, ...more } = value as Readonly<Record<string, Json>>
  if (entry === undefined || Object.keys(more).length > 0) throw new Problem("malformed-request")
  return { entry, definition }
}

/** The receipt of an entry, with the names it brought. @throws Problem with the ledger's reason */
export function placeAnswer(admission: Admission, names: Readonly<Record<string, string>> = {}): Answer {
  if (!admission.ok) throw new Problem(admission.reason)
  if (admission.outcome !== "committed" && admission.outcome !== "existing")
    throw new Problem("phase-refused")
  const status = admission.outcome === "committed" ? 201 : 200
  return jsonAnswer({ ...names, receipt: admission.receipt as unknown as Json }, { status })
}

/** The refusal of a check, the member that is wrong beside it. */
export function refusalOf({
  reason,
  at,
}: {
  readonly reason: Problem["code"]
  readonly at?: string
}): Problem {
  return new Problem(reason, at === undefined ? {} : { errors: [{ path: at, code: reason }] })
}
