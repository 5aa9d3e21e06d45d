// Checking an accepted answer afterwards and offline: receipt, request and, where it is kept, the evidence itself.
import type { PreparedVerificationKey } from "../../proofs/groth16/verification-key.ts"
import {
  assertConsistent,
  computePolicy,
  computeRequestHash,
  isRequestSigned,
} from "../../protocol/credential/presentation-request.ts"
import { StatementError } from "../../protocol/credential/credential-error.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { verifyReceipt } from "../../protocol/log/verify-receipt.ts"
import type { ReceiptRefusal } from "../../protocol/log/verify-receipt.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationOpening } from "../../protocol/wire/presentation.ts"
import type { Evidence } from "./evidence.ts"
import { areLinksKept, decodeProofs, verifyParts } from "./verify-presentation.ts"
import type { ProofRefusal } from "./verify-presentation.ts"

/** Why a receipt is not one of an answer to the request it carries. */
export type AnswerRefusal =
  | ReceiptRefusal
  | "opening-missing" // a public receipt proves inclusion only
  | "request-mismatch" // the opening names another request, policy, circuit, registry or moment
  | "request-signature-refused" // nobody asked this
  | "request-inconsistent" // no service of ours asks this: a foreign epoch, a pool that is not the verifier's

/** An answered request, as its receipt shows it. */
export interface AnsweredRequest {
  readonly request: PresentationRequest
  readonly opening: PresentationOpening
  readonly index: number
}

/**
 * Verifies that the log of the reader's own policy holds an accepted answer to exactly the request in the receipt.
 * Whose key signed the request is the reader's to compare with the directory.
 * @throws ProtocolError for a receipt or request that does not parse
 */
export function verifyAnswer(receipt: Receipt, policy: Policy): Verdict<AnsweredRequest, AnswerRefusal> {
  const verified = verifyReceipt(receipt, policy)
  if (!verified.ok) return verified
  const { opening, index } = verified.value
  if (opening === null || receipt.request === undefined) return refuse("opening-missing")
  const request = parsePresentationRequest(canonicalBytes(receipt.request))
  if (!isRequestSigned(request)) return refuse("request-signature-refused")
  if (!isConsistent(request)) return refuse("request-inconsistent")
  return isOpeningOf(opening, request) ? accept({ request, opening, index }) : refuse("request-mismatch")
}

function isConsistent(request: PresentationRequest): boolean {
  try {
    assertConsistent(request)
    return true
  } catch (error) {
    if (error instanceof StatementError) return false
    throw error
  }
}

/** Why evidence does not show what its receipt says was accepted. */
export type EvidenceRefusal = AnswerRefusal | ProofRefusal | "items-mismatch" | "circuit-not-current"

/** What a reader of evidence relies on. */
export interface EvidenceTrust {
  readonly policy: Policy
  readonly key: PreparedVerificationKey
  readonly sources: StatementSources
}

/**
 * Verifies an accepted answer again from the beginning: nothing of the service's word is needed.
 * @throws as verifyAnswer
 */
export async function verifyEvidence(
  receipt: Receipt,
  evidence: Evidence,
  trust: EvidenceTrust,
): Promise<Verdict<AnsweredRequest, EvidenceRefusal>> {
  const answer = verifyAnswer(receipt, trust.policy)
  if (!answer.ok) return answer
  const { request, opening } = answer.value
  const { presentation } = evidence
  if (request.circuit.vkey !== `sha256:${trust.key.key.sha256}`) return refuse("circuit-not-current")
  if (presentation.request !== request.id) return refuse("request-mismatch")
  const proofs = await decodeProofs(presentation)
  if (!proofs.ok) return proofs
  if (!areLinksKept(presentation, request)) return refuse("link-mismatch")
  try {
    const parts = await verifyParts(presentation, request, proofs.value, trust)
    if (!parts.ok) return parts
    const isSame = JSON.stringify([parts.value.nullifiers, parts.value.signals])
    return isSame === JSON.stringify([opening.nullifiers, evidence.signals])
      ? answer
      : refuse("items-mismatch")
  } catch (error) {
    // An item, alternative or part that the request does not have; a statement this catalogue does not know.
    if (error instanceof RangeError || error instanceof StatementError) return refuse("items-mismatch")
    throw error
  }
}

function isOpeningOf(opening: PresentationOpening, request: PresentationRequest): boolean {
  const registries = Object.entries(request.registries).map(([id, { epoch }]) => [id, epoch] as const)
  const ascending = registries.sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    opening.requestHash === encodeFr(computeRequestHash(request)) &&
    opening.policy === encodeFr(computePolicy(request)) &&
    opening.circuit === request.circuit.vkey &&
    JSON.stringify(opening.registries) === JSON.stringify(ascending) &&
    opening.acceptedAt >= request.createdAt &&
    opening.acceptedAt <= request.expiresAt
  )
}
