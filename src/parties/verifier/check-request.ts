// V3 to V9 and V11: what a verifier can refuse without a pairing, from its own records.
import { StatementError } from "../../protocol/credential/credential-error.ts"
import { compileAlternative } from "../../protocol/credential/compile-request.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import type { Nullifier } from "../../protocol/primitives/field.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { isEpochAccepted } from "./request-snapshot.ts"
import type { RequestSnapshot } from "./request-snapshot.ts"

/** The first of V3 to V9 and V11 that failed. */
export type RequestRefusal =
  | "request-unknown" // V3
  | "circuit-not-current" // V4
  | "request-expired" // V5, V6
  | "request-answered" // V6
  | "items-mismatch" // V7
  | "statement-withdrawn" // V8
  | "registry-stale" // V9
  | "nullifier-spent" // V11

/**
 * V3 to V9 in order.
 * @param presentation - parsed; otherwise attacker-controlled
 * @param request - the verifier's own copy
 * @param sources - the anchored catalogue
 * @param now - the verifier's clock, Unix seconds
 */
export function checkRequest(
  presentation: Presentation,
  request: PresentationRequest,
  snapshot: RequestSnapshot,
  sources: StatementSources,
  now: number,
): Verdict<null, RequestRefusal> {
  if (presentation.request !== request.id) return refuse("request-unknown") // V3
  if (request.circuit.vkey !== snapshot.circuitVkey) return refuse("circuit-not-current") // V4
  if (now < request.createdAt || now > request.expiresAt) return refuse("request-expired") // V5
  if (snapshot.state === "expired") return refuse("request-expired") // V6
  if (snapshot.state === "satisfied") return refuse("request-answered") // V6
  const answered = answersEveryItem(presentation, request, sources) // V7
  if (answered === false) return refuse("items-mismatch")
  if (answered === null || !snapshot.isCatalogueCurrent) return refuse("statement-withdrawn") // V8
  const isFresh = Object.entries(request.registries).every(([id, wanted]) =>
    isEpochAccepted(
      wanted,
      Object.hasOwn(snapshot.registries, id) ? (snapshot.registries[id] ?? []) : [],
      now,
    ),
  )
  return isFresh ? accept(null) : refuse("registry-stale") // V9
}

/** V11: no `once` nullifier of the answer is spent. */
export function checkSpent(
  presentation: Presentation,
  request: PresentationRequest,
  { spent }: Pick<RequestSnapshot, "spent">,
): Verdict<null, RequestRefusal> {
  const isSpent = onceNullifiers(presentation, request).some((nullifier) => spent.includes(nullifier))
  return isSpent ? refuse("nullifier-spent") : accept(null)
}

/** The nullifiers of `once` items, each once: equal ones inside one presentation count once. */
export function onceNullifiers(
  presentation: Presentation,
  request: PresentationRequest,
): readonly Nullifier[] {
  const once = presentation.items.flatMap(({ parts }, i) =>
    request.items[i]?.nullifier.use === "once" ? parts.map(({ nullifier }) => nullifier) : [],
  )
  return [...new Set(once)]
}

/** Null when the catalogue no longer knows what the request asks. */
function answersEveryItem(
  presentation: Presentation,
  request: PresentationRequest,
  sources: StatementSources,
): boolean | null {
  if (presentation.items.length !== request.items.length) return false
  try {
    return presentation.items.every(({ alternative, parts }, item) => {
      if (request.items[item]?.alternatives[alternative] === undefined) return false
      return compileAlternative(request, item, alternative, sources).length === parts.length
    })
  } catch (error) {
    if (error instanceof StatementError) return null
    throw error
  }
}
