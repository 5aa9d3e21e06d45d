// The verifier's checklist, V3 to V15, cheap checks first. V1 and V2 are `parsePresentation`; V16 is the ledger's.
import { decodeProof } from "../../proofs/groth16/canonical.ts"
import type { Proof } from "../../proofs/groth16/canonical.ts"
import type { PreparedVerificationKey } from "../../proofs/groth16/verification-key.ts"
import { verifyProof } from "../../proofs/groth16/verify.ts"
import { rebuildSignals } from "../../protocol/credential/presentation-signals.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import type { Fr, Nullifier } from "../../protocol/primitives/field.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Presentation, PresentationPart } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { checkRequest, checkSpent, onceNullifiers } from "./check-request.ts"
import type { RequestRefusal } from "./check-request.ts"
import type { RequestSnapshot } from "./request-snapshot.ts"

/** The first check that failed. */
export type PresentationRefusal = RequestRefusal | ProofRefusal

/** What only the mathematics can refuse. */
export type ProofRefusal =
  | "proof-off-curve" // V10
  | "link-mismatch" // V12, V13
  | "proof-invalid" // V15: names nothing, so that nobody learns which part failed

/** What a verifier relies on: its pinned key, its catalogue, its own records. Nothing of it comes from a request. */
export interface VerifierTrust {
  readonly key: PreparedVerificationKey
  readonly sources: StatementSources
  readonly snapshot: RequestSnapshot
}

/** An answer that holds. */
export interface VerifiedPresentation {
  /** One per item, in item order. */
  readonly nullifiers: readonly Nullifier[]
  /** Those of `once` items, each once: what the ledger must spend. */
  readonly spend: readonly Nullifier[]
  /** The signals each proof was verified under: item, part, 125 values. */
  readonly signals: readonly (readonly (readonly Fr[])[])[]
}

/**
 * Verifies an answer; the first failure is the reason. Anything thrown is a fault and never a "no".
 * @param presentation - parsed by `parsePresentation`; otherwise attacker-controlled
 * @param request - the verifier's own stored copy, never one that a holder brings
 * @param now - the verifier's clock, Unix seconds
 */
export async function verifyPresentation(
  presentation: Presentation,
  request: PresentationRequest,
  trust: VerifierTrust,
  now: number,
): Promise<Verdict<VerifiedPresentation, PresentationRefusal>> {
  const { snapshot, sources, key } = trust
  const known = checkRequest(presentation, request, snapshot, sources, now) // V3 to V9
  if (!known.ok) return known
  const proofs = await decodeProofs(presentation) // V10
  if (!proofs.ok) return proofs
  const unspent = checkSpent(presentation, request, snapshot) // V11
  if (!unspent.ok) return unspent
  if (!areLinksKept(presentation, request)) return refuse("link-mismatch") // V12, V13
  return verifyParts(presentation, request, proofs.value, { key, sources }) // V14, V15
}

/** V10: every point of every proof. */
export async function decodeProofs(
  presentation: Presentation,
): Promise<Verdict<readonly (readonly Proof[])[], "proof-off-curve">> {
  const proofs: Proof[][] = []
  for (const { parts } of presentation.items) {
    const item: Proof[] = []
    for (const { proof } of parts) {
      const decoded = await decodeProof(proof)
      if (!decoded.ok) return decoded
      item.push(decoded.value)
    }
    proofs.push(item)
  }
  return accept(proofs)
}

/** V12 and V13: parts of an item show one record of one person; items are joined as the request's links say. */
export function areLinksKept(presentation: Presentation, request: PresentationRequest): boolean {
  const { items } = presentation
  if (!items.every(({ parts }) => parts.every((part) => isSameRecord(part, parts[0])))) return false // V13
  return request.links.every((link) => {
    const parts = link.items.map((item) => items[item]?.parts[0])
    const same = (member: "linkTag" | "credentialTag"): boolean =>
      parts.every((part) => part !== undefined && part[member] === parts[0]?.[member])
    switch (link.kind) {
      case "samePerson":
        return same("linkTag")
      case "sameCredential":
        return same("credentialTag")
      case "differentCredentials":
        return same("linkTag") && new Set(parts.map((part) => part?.nullifier)).size === parts.length
    }
  })
}

/**
 * V14 and V15: signals rebuilt from the request, then every pairing; one failure refuses the whole.
 * @param proofs - decoded, item by item as in the presentation
 */
export async function verifyParts(
  presentation: Presentation,
  request: PresentationRequest,
  proofs: readonly (readonly Proof[])[],
  { key, sources }: Pick<VerifierTrust, "key" | "sources">,
): Promise<Verdict<VerifiedPresentation, "proof-invalid">> {
  const signals: (readonly Fr[])[][] = []
  for (const [item, { alternative, parts }] of presentation.items.entries()) {
    const rebuilt = parts.map((part, i) => rebuildSignals(request, item, alternative, i, part, sources)) // V14
    for (const [i, values] of rebuilt.entries()) {
      const proof = proofs[item]?.[i]
      if (proof === undefined || !(await verifyProof(key, values, proof))) return refuse("proof-invalid") // V15
    }
    signals.push(rebuilt)
  }
  return accept({
    nullifiers: presentation.items.flatMap(({ parts }) =>
      parts.slice(0, 1).map(({ nullifier }) => nullifier),
    ),
    spend: onceNullifiers(presentation, request),
    signals,
  })
}

function isSameRecord(part: PresentationPart, first: PresentationPart | undefined): boolean {
  return (
    part.nullifier === first?.nullifier &&
    part.linkTag === first.linkTag &&
    part.credentialTag === first.credentialTag
  )
}
