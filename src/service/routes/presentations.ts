// POST /v1/presentations: parse, verify, admit, receipt.
import { checkRequest, checkSpent } from "../../parties/verifier/check-request.ts"
import { encodeEvidence } from "../../parties/verifier/evidence.ts"
import type { RequestSnapshot } from "../../parties/verifier/request-snapshot.ts"
import type { VerifiedPresentation } from "../../parties/verifier/verify-presentation.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { computePolicy, computeRequestHash } from "../../protocol/credential/presentation-request.ts"
import { answeredClaim, endedClaim } from "../../protocol/log/claim.ts"
import type { Precondition } from "../../protocol/log/claim.ts"
import { presentationCommitment, SALT_BYTES } from "../../protocol/log/commitment.ts"
import { presentationEntry } from "../../protocol/log/entry.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parsePresentation } from "../../protocol/wire/presentation.ts"
import type { Presentation, PresentationOpening } from "../../protocol/wire/presentation.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { PRESENTATION_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { PendingEnrolment } from "../election-store.ts"
import type { RequestRow } from "../store.ts"
import { idempotencyRow } from "./idempotency-row.ts"
import { openReceipt } from "./open-receipt.ts"
import { enrolmentSnapshot, leafRow, promiseOf } from "./enrolments.ts"
import * as contracts from "./contracts/presentations.ts"
import type { RouteDeps } from "./route-deps.ts"
import { readSnapshot } from "./snapshot.ts"

/** Registry epochs may change between check and commit; more often than this within one answer is a fault. */
const MAX_TRIES = 3
const DAY_SECONDS = 24 * 3600

/** The one route through which a holder answers. */
export function presentationRoutes(deps: RouteDeps): readonly Route[] {
  return [
    {
      method: "post",
      path: "/v1/presentations",
      who: "anyone",
      idempotency: "key",
      contract: contracts.postPresentation,
      maxBodyBytes: PRESENTATION_BODY_BYTES,
      handle: (call) => postPresentation(deps, call),
      replay: (ref, call) => receiptAnswer(deps, parsePresentation(call.body).request, ref),
    },
  ]
}

async function postPresentation(deps: RouteDeps, call: Call): Promise<Answer> {
  const presentation = parsePresentation(call.body) // V1, V2
  const answered = await findAnswered(deps, presentation)
  checkRecords(answered) // V3 to V9, V11
  const { request, snapshot, now } = answered
  const verdict = await deps.verification.verify({ presentation, request, snapshot, now }, call) // V3 to V15
  if (!verdict.ok) throw new Problem(verdict.reason)
  return admit(deps, call, answered, verdict.value) // V16, V17
}

/** An answer beside our own copy of what was asked, and what our records say at `now`. */
interface Answered {
  /** The enrolment that this answers, when it answers one. */
  readonly enrolment: PendingEnrolment | null
  readonly presentation: Presentation
  readonly row: RequestRow
  readonly request: PresentationRequest
  readonly snapshot: RequestSnapshot
  readonly now: number
}

async function findAnswered(deps: RouteDeps, presentation: Presentation): Promise<Answered> {
  const row = await deps.store.findRequest(presentation.request)
  if (row === null) throw new Problem("request-unknown") // V3: nothing is taken from a request that the holder brings
  const request = parsePresentationRequest(row.body)
  const now = deps.now()
  const known = await readSnapshot(deps, row, request, presentation)
  const enrolment = await deps.elections.findPendingEnrolment(request.id)
  const snapshot = enrolment === null ? known : enrolmentSnapshot(known, request, now)
  return { presentation, row, request, snapshot, now, enrolment }
}

function checkRecords({ presentation, request, snapshot, now }: Answered): void {
  const known = checkRequest(presentation, request, snapshot, CATALOGUE, now)
  if (!known.ok) throw new Problem(known.reason)
  const unspent = checkSpent(presentation, request, snapshot)
  if (!unspent.ok) throw new Problem(unspent.reason)
}

async function admit(
  deps: RouteDeps,
  call: Call,
  first: Answered,
  verified: VerifiedPresentation,
): Promise<Answer> {
  let answered = first
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const admission = await deps.ledger.admit(deps.ledgerOrigin, draftOf(deps, call, answered, verified))
    if (admission.ok) {
      if (admission.outcome === "replayed") {
        const answer = await receiptAnswer(deps, answered.request.id, admission.record.ref)
        return { ...answer, replayed: true }
      }
      if (admission.outcome !== "committed") throw new Problem("request-answered")
      return receiptAnswer(deps, answered.request.id, `${admission.index}/${admission.size}`)
    }
    if (admission.reason !== "phase-refused") throw new Problem(admission.reason)
    // A registry epoch was published since our check: V5, V6, V9 and V11 again, by fresh reads.
    answered = await findAnswered(deps, answered.presentation)
    checkRecords(answered)
  }
  throw new Problem("registry-stale")
}

function draftOf(deps: RouteDeps, call: Call, answered: Answered, verified: VerifiedPresentation) {
  const { presentation, request, snapshot, enrolment } = answered
  const acceptedAt = deps.now()
  if (acceptedAt > request.expiresAt) throw new Problem("request-expired") // V5 again: the queue took time
  const salt = deps.randomBytes(SALT_BYTES)
  const opening = openingOf(request, verified, acceptedAt)
  const requestHash = opening.requestHash
  // V9 under the lock: the newest epochs are still the newest.
  const registries = enrolment === null ? Object.entries(snapshot.registries) : []
  const newest = registries.map(([registry, [epoch]]): Precondition => ({
    require: "absent",
    claim: ["epoch", registry, String((epoch?.number ?? 0) + 1)],
  }))
  const { ref: _ref, ...record } = idempotencyRow(deps, call.idempotency, 201, "")
  return {
    entry: presentationEntry(presentationCommitment(salt, opening), verified.spend),
    claims: [answeredClaim(requestHash)],
    preconditions: [{ require: "absent", claim: endedClaim(requestHash) } as const, ...newest],
    sideRows: [
      {
        row: "presentation",
        requestId: request.id,
        salt,
        opening: canonicalBytes(opening),
        evidence: encodeEvidence({ type: "sotto/evidence/1", presentation, signals: verified.signals }),
        retainUntilUnixSeconds: acceptedAt + deps.retentionDays * DAY_SECONDS,
      },
      { row: "request-state", requestId: request.id, state: "satisfied" },
      { row: "idempotency", ...record },
      ...(enrolment === null ? [] : [leafRow(enrolment, request, presentation, acceptedAt)]),
    ],
  } as const
}

function openingOf(
  request: PresentationRequest,
  { nullifiers }: VerifiedPresentation,
  acceptedAt: number,
): PresentationOpening {
  const registries = Object.entries(request.registries).map(([id, { epoch }]): [string, number] => [
    id,
    epoch,
  ])
  return {
    type: "sotto/entry/presentation/1",
    requestHash: encodeFr(computeRequestHash(request)),
    policy: encodeFr(computePolicy(request)),
    circuit: request.circuit.vkey,
    registries: registries.sort(([a], [b]) => (a < b ? -1 : 1)),
    nullifiers: [...nullifiers],
    acceptedAt,
  }
}

/** The receipt with its opening, the same bytes for the same place. @param ref - `<index>/<size>` */
async function receiptAnswer(deps: RouteDeps, requestId: string, ref: string): Promise<Answer> {
  const [index = 0, size] = ref.split("/").map(Number)
  const receipt = await openReceipt(deps, requestId, index, size)
  const promise = await promiseOf(deps, requestId, receipt)
  const answer = promise === null ? receipt : { receipt, promise }
  return jsonAnswer(answer as unknown as Json, { status: 201 })
}
