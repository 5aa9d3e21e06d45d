import { z } from "zod"
import { promiseShape } from "../../../protocol/wire/census.ts"
import { draftShape } from "../../../protocol/wire/presentation-request.ts"
import { presentationShape } from "../../../protocol/wire/presentation.ts"
import { nullifier, requestId } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { evidence, openedReceipt, request, seconds } from "./shapes.ts"

const state = z.enum(["open", "satisfied", "expired"])
const listed = z.strictObject({ id: requestId, state, createdAt: seconds, expiresAt: seconds })
const verdict = z
  .strictObject({
    type: z.literal("sotto/verdict/1"),
    request: requestId,
    satisfied: z.literal(true),
    nullifiers: z.array(nullifier).max(8),
    acceptedAt: seconds,
    receipt: openedReceipt,
    evidence,
  })
  .meta({ id: "Verdict" })

export const postRequest: Contract = {
  summary: "Ask: the draft comes back complete and signed",
  body: draftShape,
  answers: { 201: request },
  refusals: [
    "statement-refused",
    "statement-withdrawn",
    "pool-not-allowed",
    "registry-unknown",
    "registry-stale",
    "not-found",
  ],
}
export const listRequests: Contract = {
  summary: "The caller's own requests, newest first, without anything about holders",
  answers: { 200: z.strictObject({ requests: z.array(listed).max(50), before: requestId.optional() }) },
  refusals: [],
}
export const readRequest: Contract = {
  summary: "The signed request; its id is the capability",
  answers: { 200: request },
  refusals: ["request-unknown", "request-expired", "request-answered"],
}
export const withdrawRequest: Contract = {
  summary: "End an open request now",
  answers: { 204: null },
  refusals: ["request-answered"],
}
export const readVerdict: Contract = {
  summary:
    "What came of the caller's own request: its state, and once satisfied verdict, receipt and evidence",
  answers: { 200: z.strictObject({ request: requestId, state, verdict: verdict.optional() }) },
  refusals: ["evidence-erased"],
}
export const postPresentation: Contract = {
  summary: "Answer a request with proofs; the receipt opens the entry",
  body: presentationShape,
  answers: {
    201: z.union([openedReceipt, z.strictObject({ receipt: openedReceipt, promise: promiseShape })]),
  },
  refusals: [
    "malformed-presentation",
    "proof-malformed",
    "field-element-not-canonical",
    "signals-count",
    "items-mismatch",
    "request-unknown",
    "request-answered",
    "request-expired",
    "circuit-not-current",
    "statement-withdrawn",
    "registry-stale",
    "nullifier-spent",
    "proof-off-curve",
    "link-mismatch",
    "proof-invalid",
    "leaf-duplicate",
    "census-closed",
    "census-frozen",
    "census-too-large",
    "evidence-erased",
    "client-queue-full",
    "verification-timeout",
  ],
}
