// What verifiers ask. A holder fetches a request by its id, which is its capability; nobody reports a failure here.
import { parseEvidence } from "../../parties/verifier/evidence.ts"
import { answeredClaim, endedClaim } from "../../protocol/log/claim.ts"
import { computeRequestHash } from "../../protocol/credential/presentation-request.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import {
  parsePresentationRequest,
  parsePresentationRequestDraft,
} from "../../protocol/wire/presentation-request.ts"
import { SMALL_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { documentAnswer, EMPTY_ANSWER, jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { RequestRow } from "../store.ts"
import { composeRequest } from "./compose-request.ts"
import { idempotencyRow } from "./idempotency-row.ts"
import { openReceipt } from "./open-receipt.ts"
import * as contracts from "./contracts/presentations.ts"
import type { RouteDeps } from "./route-deps.ts"
import { verifierOf } from "./verifiers.ts"

const WRITE = { role: "verifier", scope: "request:write" } as const
const READ = { role: "verifier", scope: "request:read" } as const
/** Requests in one page of the list. */
const PAGE = 50

/** `/v1/presentation-requests`. */
export function presentationRequestRoutes(deps: RouteDeps): readonly Route[] {
  const base = "/v1/presentation-requests"
  const read = { method: "get", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    {
      method: "post",
      path: base,
      who: WRITE,
      idempotency: "key",
      contract: contracts.postRequest,
      maxBodyBytes: SMALL_BODY_BYTES,
      handle: (call) => postRequest(deps, call),
      replay: async (ref, call) => createdAnswer(await ownRequest(deps, call, ref)),
    },
    {
      ...read,
      path: base,
      who: READ,
      query: ["before"],
      contract: contracts.listRequests,
      handle: (call) => listRequests(deps, call),
    },
    {
      ...read,
      path: `${base}/:id`,
      who: "anyone",
      contract: contracts.readRequest,
      handle: (call) => readRequest(deps, call),
    },
    {
      method: "delete",
      path: `${base}/:id`,
      who: WRITE,
      idempotency: "natural",
      contract: contracts.withdrawRequest,
      maxBodyBytes: 0,
      handle: (call) => withdrawRequest(deps, call),
    },
    {
      ...read,
      path: `${base}/:id/verdict`,
      who: READ,
      contract: contracts.readVerdict,
      handle: (call) => readVerdict(deps, call),
    },
  ]
}

async function postRequest(deps: RouteDeps, call: Call): Promise<Answer> {
  const draft = parsePresentationRequestDraft(call.body)
  const record = await deps.store.findVerifier(subjectOf(call))
  const verifier = record?.state === "active" ? verifierOf(record) : null
  if (verifier?.key !== encodeVerifierKey(deps.requestKey)) {
    throw new Problem("scope-missing", {
      detail: "the verifier has no directory record under this service's key",
    })
  }
  const request = await composeRequest(deps, draft, verifier)
  const row: RequestRow = {
    id: request.id,
    verifierId: verifier.id,
    body: canonicalBytes({ ...request }),
    state: "open",
    createdAtUnixSeconds: request.createdAt,
    expiresAtUnixSeconds: request.expiresAt,
  }
  await deps.store.insertRequest(row, idempotencyRow(deps, call.idempotency, 201, row.id))
  return createdAnswer(row)
}

function createdAnswer({ id, body }: RequestRow): Answer {
  const location = `/v1/presentation-requests/${id}`
  return { status: 201, body, mediaType: "application/json", freshness: "no-store", location }
}

async function listRequests(deps: RouteDeps, call: Call): Promise<Answer> {
  const rows = await deps.store.listRequests(subjectOf(call), PAGE, call.query["before"] ?? null)
  const requests = rows.map((row) => ({
    id: row.id,
    state: stateOf(row, deps.now()),
    createdAt: row.createdAtUnixSeconds,
    expiresAt: row.expiresAtUnixSeconds,
  }))
  return jsonAnswer({ requests, before: rows.length < PAGE ? undefined : rows.at(-1)?.id })
}

async function readRequest(deps: RouteDeps, { params }: Call): Promise<Answer> {
  const row = await deps.store.findRequest(params["id"] ?? "")
  if (row === null) throw new Problem("request-unknown")
  const state = stateOf(row, deps.now())
  if (state === "satisfied") throw new Problem("request-answered")
  if (state === "expired") throw new Problem("request-expired")
  return documentAnswer(row.body, "no-store")
}

async function withdrawRequest(deps: RouteDeps, call: Call): Promise<Answer> {
  const row = await ownRequest(deps, call)
  if (row.state === "satisfied") throw new Problem("request-answered")
  const requestHash = encodeFr(computeRequestHash(parsePresentationRequest(row.body)))
  const admission = await deps.ledger.admit(deps.ledgerOrigin, {
    entry: null,
    claims: [endedClaim(requestHash)],
    preconditions: [{ require: "absent", claim: answeredClaim(requestHash) }],
    sideRows: [{ row: "request-state", requestId: row.id, state: "expired" }],
  })
  if (!admission.ok) throw new Problem(admission.reason)
  return EMPTY_ANSWER
}

async function readVerdict(deps: RouteDeps, call: Call): Promise<Answer> {
  const row = await ownRequest(deps, call)
  const state = stateOf(row, deps.now())
  if (state !== "satisfied") return jsonAnswer({ request: row.id, state })
  const kept = await deps.store.findPresentation(row.id)
  if (kept?.evidence == null) throw new Problem("evidence-erased")
  const receipt = await openReceipt(deps, row.id, kept.entryIndex)
  const { nullifiers, acceptedAt } = receipt.opening?.body ?? missing()
  const verdict = {
    type: "sotto/verdict/1",
    request: row.id,
    satisfied: true,
    nullifiers,
    acceptedAt,
    receipt: receipt as unknown as Json,
    evidence: parseEvidence(kept.evidence) as unknown as Json,
  }
  return jsonAnswer({ request: row.id, state, verdict })
}

/** The caller's own request; a foreign one is answered like one that does not exist. */
export async function ownRequest(
  deps: RouteDeps,
  call: Call,
  id = call.params["id"] ?? "",
): Promise<RequestRow> {
  const row = await deps.store.findRequest(id)
  if (row?.verifierId !== subjectOf(call)) throw new Problem("not-found")
  return row
}

function subjectOf({ principal }: Call): string {
  if (principal === null) throw new Problem("unauthenticated")
  return principal.subject
}

/** The state as of now: what nobody answered in time is expired. */
export function stateOf(row: RequestRow, now: number): RequestRow["state"] {
  return row.state === "open" && now > row.expiresAtUnixSeconds ? "expired" : row.state
}

function missing(): never {
  throw new Problem("evidence-erased")
}
