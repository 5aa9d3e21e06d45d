// Censuses: plans, leaves of named ones, the freeze. Before it nothing of a census is shown but a count per day.
import { computeCensusId } from "../../protocol/election/census.ts"
import {
  checkFreeze,
  checkLeaf,
  checkPlan,
  SIGNERS_OF_WEIGHT,
} from "../../protocol/election/census-documents.ts"
import { isGateEpoch } from "../../protocol/election/enrolment.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { decodeBase64, equalBytes } from "../../protocol/primitives/bytes.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseCensus, parseCensusLeaf, parseCensusPlan } from "../../protocol/wire/census.ts"
import type { CensusDocument, CensusPlan } from "../../protocol/wire/census.ts"
import type { CensusRow } from "../election-store.ts"
import { PLAN_BODY_BYTES, SMALL_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import { frozenNow } from "./census-freeze.ts"
import { refusalOf } from "./election-control.ts"
import { openCensus, promiseFor } from "./enrolments.ts"
import * as contracts from "./contracts/censuses.ts"
import type { RouteDeps } from "./route-deps.ts"
import { isCatalogueCurrent } from "./snapshot.ts"
import { verifierOf } from "./verifiers.ts"

const DAY_SECONDS = 86_400

/** `/v1/censuses`, without the downloads of a frozen one. */
export function censusRoutes(deps: RouteDeps): readonly Route[] {
  const natural = { idempotency: "natural", maxBodyBytes: SMALL_BODY_BYTES } as const
  const base = "/v1/censuses"
  return [
    {
      ...natural,
      method: "post",
      path: base,
      contract: contracts.postPlan,
      who: { role: "organizer", scope: "election:write" },
      maxBodyBytes: PLAN_BODY_BYTES,
      handle: (call) => postPlan(deps, call),
    },
    {
      method: "get",
      path: `${base}/:census`,
      contract: contracts.readCensus,
      who: "anyone",
      idempotency: "read",
      maxBodyBytes: 0,
      handle: (call) => readCensus(deps, call),
    },
    {
      ...natural,
      method: "put",
      path: `${base}/:census/leaves/:roll`,
      contract: contracts.putLeaf,
      who: "anyone",
      handle: (call) => putLeaf(deps, call),
    },
    {
      ...natural,
      method: "post",
      path: `${base}/:census/freeze`,
      contract: contracts.postFreeze,
      who: "anyone",
      handle: (call) => postFreeze(deps, call),
    },
  ]
}

async function postPlan(deps: RouteDeps, call: Call): Promise<Answer> {
  const document = parseCensusPlan(call.body)
  const { body: plan } = document
  const verdict = checkPlan(document, CATALOGUE)
  if (!verdict.ok) throw refusalOf(verdict)
  await requireOwnVerifier(deps, plan)
  if (plan.gate !== undefined) await requireGate(deps, plan)
  const id = computeCensusId(plan)
  const isNew = await deps.elections.insertCensus({ id, plan: canonicalBytes(document as unknown as Json) })
  return jsonAnswer({ censusId: id }, { status: isNew ? 201 : 200 })
}

/** The plan names this service by the record that the ledger anchors: its key signs requests and promises. */
async function requireOwnVerifier(deps: RouteDeps, { verifier }: CensusPlan): Promise<void> {
  const row = await deps.store.findVerifier(verifier.id)
  const record = row?.state === "active" ? verifierOf(row) : null
  const isOwn =
    record !== null &&
    verifier.key === encodeVerifierKey(deps.requestKey) &&
    record.key === verifier.key &&
    record.name === verifier.name &&
    record.origin === verifier.origin
  if (!isOwn) throw invalid("verifier")
}

/** The gate's epochs are anchored and were current at its asOf; its key and its catalogue are ours. */
async function requireGate(deps: RouteDeps, { gate }: CensusPlan): Promise<void> {
  if (gate === undefined) return
  if (gate.circuit.vkey !== deps.circuit.vkey) throw new Problem("circuit-not-current")
  const items = [
    { alternatives: gate.alternatives, nullifier: { mode: gate.nullifierMode, use: "request" } as const },
  ]
  if (!(await isCatalogueCurrent(deps, { items, valueSets: gate.valueSets })))
    throw new Problem("statement-withdrawn")
  for (const [registry, { epoch }] of Object.entries(gate.registryEpochs)) {
    const row = (await deps.store.listRegistryEpochs(registry, epoch)).find(({ number }) => number === epoch)
    const receipt = row === undefined ? null : await deps.ledger.receipt(deps.ledgerOrigin, row.entryIndex)
    const bytes = receipt === null ? null : decodeBase64(receipt.canonicalizedBody)
    const entry = bytes === null ? null : parseEntry(bytes)
    if (entry?.kind !== "registry-epoch" || !isGateEpoch(entry.body, gate))
      throw new Problem("registry-stale")
  }
}

async function readCensus(deps: RouteDeps, { params }: Call): Promise<Answer> {
  const row = await findCensus(deps, params["census"])
  const days = await deps.elections.countLeavesPerDay(row.id)
  const plan = parseCensusPlan(row.plan)
  const enrolled = days.map(({ day, leaves }) => ({ date: dateOf(day), leaves }))
  const facts = { censusId: row.id, plan: plan as unknown as Json, state: row.state, enrolled }
  if (row.state === "open" || row.document === null || row.frozenAtUnixSeconds === null) {
    const isOver = deps.now() > plan.body.enrolmentClosesAt
    return jsonAnswer(isOver ? { ...facts, ...(await dueFreeze(deps, row)) } : facts)
  }
  const objectionsUntil = row.frozenAtUnixSeconds + plan.body.objectionSeconds
  const census = parseCensus(row.document) as unknown as Json
  return jsonAnswer({ ...facts, census, frozenAt: row.frozenAtUnixSeconds, objectionsUntil })
}

/** What registrars are to sign, which says nothing of any one leaf; or why this set cannot be frozen. */
async function dueFreeze(deps: RouteDeps, row: CensusRow): Promise<Readonly<Record<string, Json>>> {
  const due = await frozenNow(deps, row)
  return due.ok ? { freeze: due.value.body } : { freezeRefused: due.reason }
}

async function putLeaf(deps: RouteDeps, call: Call): Promise<Answer> {
  const document = parseCensusLeaf(call.body)
  const census = await findCensus(deps, call.params["census"])
  const plan = parseCensusPlan(census.plan).body
  const isLate = deps.now() > plan.enrolmentClosesAt
  if (!isLate) await openCensus(deps, census.id, "named")
  const verdict = checkLeaf(document, plan)
  if (!verdict.ok) throw refusalOf(verdict)
  if (isLate) requireObjection(deps, census, document)
  const { slot, leaf, commitment, weight } = verdict.value
  if (slot !== call.params["roll"])
    throw new Problem("leaf-not-canonical", { detail: "another roll commitment" })
  const { censusId, replaces } = document.body
  const evidence = canonicalBytes(document as unknown as Json)
  const enrolledDay = Math.floor(deps.now() / DAY_SECONDS)
  const row = { slot, leaf, commitment, weight, evidence, enrolledDay }
  // A replacement names what it replaces, under two signatures; an unnamed one would let one registrar move a vote.
  const taken = await deps.elections.putLeaf(censusId, row, replaces ?? null, isLate)
  if (!taken.ok) throw new Problem(taken.reason)
  return jsonAnswer({ promise: promiseFor(deps, { censusId, slot, leaf }) as unknown as Json })
}

/**
 * After the end of enrolment a leaf is an objection that two registrars uphold in time. It opens a frozen census again:
 * the registrars sign the new set, and a new period of objections begins.
 * @throws Problem `census-closed`, `census-frozen`
 */
function requireObjection(
  deps: RouteDeps,
  { state, plan, frozenAtUnixSeconds }: CensusRow,
  { signatures }: CensusDocument<"census-leaf">,
): void {
  if (signatures.length < SIGNERS_OF_WEIGHT) throw new Problem("census-closed")
  if (state === "open") return
  const { objectionSeconds } = parseCensusPlan(plan).body
  if (deps.now() > (frozenAtUnixSeconds ?? 0) + objectionSeconds)
    throw new Problem("census-frozen", { detail: "the time of objections is over" })
}

async function postFreeze(deps: RouteDeps, call: Call): Promise<Answer> {
  const document = parseCensus(call.body)
  const row = await findCensus(deps, call.params["census"])
  const plan = parseCensusPlan(row.plan).body
  if (deps.now() <= plan.enrolmentClosesAt)
    throw new Problem("phase-refused", { detail: "enrolment is open" })
  const bytes = canonicalBytes(document as unknown as Json)
  const due = await frozenNow(deps, row)
  if (!due.ok) throw refusalOf(due)
  const verdict = checkFreeze(document, plan, due.value.body)
  if (!verdict.ok) throw refusalOf(verdict)
  if (row.state === "open") await freeze(deps, row, bytes)
  return jsonAnswer({ censusId: row.id, state: "frozen" })
}

/** An enrolment that was let in before the end may commit until now: what was signed is then not the set any more. */
async function freeze(deps: RouteDeps, { id, revision }: CensusRow, document: Uint8Array): Promise<void> {
  if (await deps.elections.freezeCensus(id, document, deps.now(), revision)) return
  const isFrozenSo = (await findCensus(deps, id)).document
  if (isFrozenSo === null || !equalBytes(isFrozenSo, document))
    throw new Problem("phase-refused", { detail: "a leaf came meanwhile: sign the census as it is now" })
}

/** The census of an id. @throws Problem `census-unknown` */
async function findCensus(deps: Pick<RouteDeps, "elections">, id: string | undefined): Promise<CensusRow> {
  const row = await deps.elections.findCensus(id ?? "")
  if (row === null) throw new Problem("census-unknown")
  return row
}

const dateOf = (day: number): string => new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)

function invalid(path: string): Problem {
  return new Problem("definition-invalid", { errors: [{ path, code: "definition-invalid" }] })
}
