// Gated enrolment: a commitment gets the request that everybody gets, and the answer to it a leaf and a promise.
import { computeCensusId } from "../../protocol/election/census.ts"
import { deriveCensusLeaf } from "../../protocol/primitives/voter.ts"
import {
  checkEnrolmentTime,
  enrolmentEvidence,
  enrolmentRequest,
  enrolmentSlot,
} from "../../protocol/election/enrolment.ts"
import { makePromise } from "../../protocol/election/promise.ts"
import { encodeChallenge, signRequest } from "../../protocol/credential/presentation-request.ts"
import { bytesToBigint, encodeBase64Url } from "../../protocol/primitives/bytes.ts"
import type { RequestSnapshot } from "../../parties/verifier/request-snapshot.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseCensusPlan, parseEnrolment } from "../../protocol/wire/census.ts"
import type { CensusPlan, CensusPromise } from "../../protocol/wire/census.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { RequestId } from "../../protocol/wire/scalars.ts"
import type { CensusLeafRow } from "../../ledger/log/store.ts"
import type { PendingEnrolment } from "../election-store.ts"
import type { RequestRow } from "../store.ts"
import { SMALL_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import { refusalOf } from "./election-control.ts"
import { idempotencyRow } from "./idempotency-row.ts"
import * as contracts from "./contracts/censuses.ts"
import type { RouteDeps } from "./route-deps.ts"

const DAY_SECONDS = 86_400
/** In place of a verifier's id, which has no space: what follows is the census's. */
const CENSUS = "census "

/** Where a wallet asks to be enrolled. */
export function enrolmentRoutes(deps: RouteDeps): readonly Route[] {
  return [
    {
      method: "post",
      path: "/v1/censuses/:census/enrolments",
      contract: contracts.postEnrolment,
      who: "anyone",
      idempotency: "key",
      maxBodyBytes: SMALL_BODY_BYTES,
      handle: (call) => postEnrolment(deps, call),
      replay: async (ref) => requestAnswer(await storedRequest(deps, ref)),
    },
  ]
}

async function postEnrolment(deps: RouteDeps, call: Call): Promise<Answer> {
  const { commitment } = parseEnrolment(call.body)
  const { plan } = await openCensus(deps, call.params["census"] ?? "", "gated")
  const leaf = deriveCensusLeaf(commitment, 1)
  const draw = {
    id: `pr_${encodeBase64Url(deps.randomBytes(16))}` as RequestId,
    challenge: encodeChallenge(bytesToBigint(deps.randomBytes(31)) || 1n), // never 0, which a wallet refuses
    leaf,
  }
  const request = signRequest(enrolmentRequest(plan, draw), deps.requestKey)
  const censusId = computeCensusId(plan)
  const row: RequestRow = {
    id: request.id,
    // No verifier lists, reads or ends it: the organizer would learn the second of every enrolment.
    verifierId: `${CENSUS}${censusId}`,
    body: canonicalBytes({ ...request }),
    state: "open",
    createdAtUnixSeconds: deps.now(),
    expiresAtUnixSeconds: request.expiresAt,
  }
  const record = idempotencyRow(deps, call.idempotency, 201, row.id)
  await deps.elections.insertEnrolment(row, { censusId, commitment }, record)
  return requestAnswer(row)
}

/**
 * A census that takes enrolments of this mode now.
 * @throws Problem `census-unknown`, `census-frozen`, `census-closed`, `leaf-not-canonical` for the other mode
 */
export async function openCensus(
  deps: Pick<RouteDeps, "elections" | "now">,
  id: string,
  mode: CensusPlan["mode"],
): Promise<{ readonly plan: CensusPlan }> {
  const row = await deps.elections.findCensus(id)
  if (row === null) throw new Problem("census-unknown")
  if (row.state === "frozen") throw new Problem("census-frozen")
  const plan = parseCensusPlan(row.plan).body
  if (plan.mode !== mode) throw new Problem("leaf-not-canonical", { detail: `the census is ${plan.mode}` })
  const time = checkEnrolmentTime(plan, deps.now())
  if (!time.ok) throw refusalOf(time)
  return { plan }
}

/**
 * What our records say of an enrolment request: its epochs are the plan's, which were current at the plan's asOf; what was
 * published since then does not matter, so that nobody's evidence tells when they came.
 */
export function enrolmentSnapshot(
  snapshot: RequestSnapshot,
  request: PresentationRequest,
  now: number,
): RequestSnapshot {
  const registries = Object.entries(request.registries).map(([id, { epoch, root }]) => [
    id,
    [{ number: epoch, root, notBeforeUnixSeconds: now, urgent: false }],
  ])
  return { ...snapshot, registries: Object.fromEntries(registries) as RequestSnapshot["registries"] }
}

/** The leaf that an accepted answer earns, to commit with it. */
export function leafRow(
  { censusId, commitment }: PendingEnrolment,
  request: PresentationRequest,
  presentation: Presentation,
  now: number,
): CensusLeafRow {
  const evidence = enrolmentEvidence(commitment, request, presentation)
  return {
    row: "census-leaf",
    censusId,
    slot: enrolmentSlot(evidence.nullifier),
    leaf: deriveCensusLeaf(commitment, 1),
    commitment,
    weight: 1,
    evidence: canonicalBytes(evidence as unknown as Json),
    enrolledDay: Math.floor(now / DAY_SECONDS),
    requestId: request.id,
  }
}

/** The promise for a leaf row: made by the key that signs requests, which the plan names. */
export const promiseFor = (
  deps: Pick<RouteDeps, "requestKey">,
  { censusId, slot, leaf }: Pick<CensusLeafRow, "censusId" | "slot" | "leaf">,
): CensusPromise => makePromise({ censusId, slot, leaf }, deps.requestKey)

/** The promise for an answered enrolment, rebuilt from what was asked and what was accepted; null for any other answer. */
export async function promiseOf(
  deps: Pick<RouteDeps, "requestKey" | "store">,
  requestId: string,
  { opening }: Receipt,
): Promise<CensusPromise | null> {
  const row = await deps.store.findRequest(requestId)
  const [nullifier] = opening?.body.nullifiers ?? []
  if (row?.verifierId.startsWith(CENSUS) !== true || nullifier === undefined) return null
  const leaf = parsePresentationRequest(row.body).boundData
  return promiseFor(deps, {
    censusId: row.verifierId.slice(CENSUS.length),
    slot: enrolmentSlot(nullifier),
    leaf,
  })
}

async function storedRequest(deps: RouteDeps, id: string): Promise<RequestRow> {
  const row = await deps.store.findRequest(id)
  if (row === null) throw new Problem("request-expired")
  return row
}

function requestAnswer({ id, body }: RequestRow): Answer {
  const location = `/v1/presentation-requests/${id}`
  return { status: 201, body, mediaType: "application/json", freshness: "no-store", location }
}
