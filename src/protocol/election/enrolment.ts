// Gated enrolment: one request for everybody but for id, challenge and leaf. So its evidence can be published, and says
// neither when somebody came nor anything else that tells people apart.
import { bytesToHex } from "../primitives/bytes.ts"
import { i32 } from "../primitives/big-endian.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import { accept } from "../primitives/verdict.ts"
import { deriveCensusLeaf } from "../primitives/voter.ts"
import { compileAlternative } from "../credential/compile-request.ts"
import type { CompiledRequest } from "../credential/compile-request.ts"
import { computeRequestHash } from "../credential/presentation-request.ts"
import type { UnsignedRequest } from "../credential/presentation-request.ts"
import { encodeSignals, publicInputsOf } from "../credential/presentation-signals.ts"
import type { StatementSources } from "../credential/sources.ts"
import type { RegistryEpochBody } from "../log/entry.ts"
import { canonicalText } from "../wire/canonical-json.ts"
import type { CensusGate, CensusPlan, EnrolmentEvidence } from "../wire/census.ts"
import type { Presentation } from "../wire/presentation.ts"
import type { PresentationRequest } from "../wire/presentation-request.ts"
import type { RequestId } from "../wire/scalars.ts"
import { computeCensusId } from "./census.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** What differs from one enrolment request to the next. */
export interface EnrolmentDraw {
  readonly id: RequestId
  /** 31 bytes, base64url. */
  readonly challenge: string
  /** P(2003, commitment, 1). */
  readonly leaf: Fr
}

/** A draw for what no draw shows in: the compiled statement, the scope, the epochs. */
export const NOBODY: EnrolmentDraw = {
  id: "pr_AAAAAAAAAAAAAAAAAAAAAA" as RequestId,
  challenge: "A".repeat(42), // 31 zero bytes
  leaf: "0" as Fr,
}

/** Longest life of a registry epoch: E5 of credentials.md. */
const EPOCH_LIFE_SECONDS = 25 * 3600

/** The gate of a gated plan. @throws RangeError for a named census */
export function gateOf({ gate }: CensusPlan): CensusGate {
  if (gate === undefined) throw new RangeError("a named census has no gate")
  return gate
}

/**
 * The request that a holder answers to enrol; equal for all but what was drawn.
 * @param plan - gated, accepted by `checkPlan`
 */
export function enrolmentRequest(plan: CensusPlan, { id, challenge, leaf }: EnrolmentDraw): UnsignedRequest {
  const { alternatives, nullifierMode, asOf, registryEpochs, valueSets, circuit } = gateOf(plan)
  const { id: verifierId, name, origin, key } = plan.verifier
  return {
    type: "sotto/presentation-request/1",
    id,
    createdAt: asOf,
    asOf,
    expiresAt: plan.enrolmentClosesAt,
    zone: "Z",
    challenge,
    boundData: leaf,
    verifier: { id: verifierId, name, origin, key },
    purpose: { code: enrolmentPurpose(plan), text: { en: plan.title }, retainDays: 0 },
    circuit,
    registries: registryEpochs,
    valueSets,
    links: [],
    items: [{ alternatives, nullifier: { mode: nullifierMode, use: "pseudonym", epoch: "always" } }],
  }
}

/** `enrol-` and the first 32 digits of the census's id: the scope of enrolment nullifiers is the census's own. */
const enrolmentPurpose = (plan: CensusPlan): string => `enrol-${computeCensusId(plan).slice(0, 32)}`

/** The slot of an enrolment: i32 of its nullifier, 64 hexadecimal digits. */
export const enrolmentSlot = (nullifier: Nullifier): string => bytesToHex(i32(BigInt(nullifier)))

/**
 * True when the request is the one that everybody gets, for this leaf. It takes the place of every comparison with the
 * moment of asking (createdAt, asOf, expiresAt, epochs, bound data): a request that marked its receiver would differ.
 * @param request - attacker-controlled, as from `parsePresentationRequest`; its signature is another question
 * @param leaf - what this wallet asked to have bound
 */
export function isEnrolmentRequest(request: PresentationRequest, plan: CensusPlan, leaf: Fr): boolean {
  const { signature: _, ...unsigned } = request
  const expected = enrolmentRequest(plan, { id: request.id, challenge: request.challenge, leaf })
  return canonicalText(unsigned) === canonicalText(expected)
}

/** Whether enrolment is open, by the plan: V5, where the request says nothing of its own moment. */
export function checkEnrolmentTime(
  { enrolmentOpensAt, enrolmentClosesAt }: CensusPlan,
  nowUnixSeconds: number,
): ElectionVerdict<true, "census-closed"> {
  if (nowUnixSeconds < enrolmentOpensAt) return refuseAt("census-closed", "enrolmentOpensAt")
  return nowUnixSeconds > enrolmentClosesAt ? refuseAt("census-closed", "enrolmentClosesAt") : accept(true)
}

/**
 * True when a registry's epoch is the one of the plan and was current at its asOf: V9, E4 and E5 for enrolments. Newer
 * epochs may exist: eligibility is fixed at one moment.
 * @param epoch - signed by its registry and anchored
 */
export function isGateEpoch(
  { number, root, registry, notBefore }: RegistryEpochBody,
  { registryEpochs, asOf }: CensusGate,
): boolean {
  const wanted = Object.hasOwn(registryEpochs, registry) ? registryEpochs[registry] : undefined
  const isNamed = wanted?.epoch === number && wanted.root === root
  return isNamed && notBefore <= asOf && asOf < notBefore + EPOCH_LIFE_SECONDS
}

/**
 * The parts of each alternative, as `compileRequest` gives them for other requests; the life of an enrolment request is
 * the plan's, so it is not bounded as theirs is.
 * @throws StatementError of the first fault
 */
export function compileEnrolment(plan: CensusPlan, sources: StatementSources): CompiledRequest {
  const request = enrolmentRequest(plan, NOBODY)
  return [gateOf(plan).alternatives.map((_, i) => compileAlternative(request, 0, i, sources))]
}

/** What is kept of an accepted answer until the freeze, and then published. */
export function enrolmentEvidence(
  commitment: Fr,
  { challenge }: PresentationRequest,
  { request, items }: Presentation,
): EnrolmentEvidence {
  const [part] = items[0]?.parts ?? []
  if (items.length !== 1 || part === undefined) throw new RangeError("an accepted enrolment has one part")
  const { nullifier, linkTag, credentialTag, proof } = part
  const alternative = items[0]?.alternative ?? 0
  return { commitment, id: request, challenge, alternative, nullifier, linkTag, credentialTag, proof }
}

/** Rebuilds what enrolment proofs are verified under. */
export interface EnrolmentSignals {
  /** The 125 signals of one line of evidence, or `enrolment-not-qualified` for an alternative that the gate has not. */
  readonly of: (evidence: EnrolmentEvidence) => ElectionVerdict<readonly Fr[], "enrolment-not-qualified">
}

/**
 * Compiles the gate once, for any number of enrolments.
 * @param plan - accepted by `checkPlan`
 * @param sources - an anchored catalogue
 */
export function openEnrolmentSignals(plan: CensusPlan, sources: StatementSources): EnrolmentSignals {
  const compiled = gateOf(plan).alternatives.map((_, i) =>
    publicInputsOf(enrolmentRequest(plan, NOBODY), 0, i, 0, sources),
  )
  return {
    of: ({ commitment, id, challenge, alternative, nullifier, linkTag, credentialTag }) => {
      const inputs = compiled[alternative]
      if (inputs === undefined) return refuseAt("enrolment-not-qualified", "alternative")
      const request = enrolmentRequest(plan, { id, challenge, leaf: deriveCensusLeaf(commitment, 1) })
      const outputs = { nullifier, linkTag, credentialTag }
      return accept(encodeSignals({ ...inputs, requestHash: computeRequestHash(request), outputs }))
    },
  }
}
