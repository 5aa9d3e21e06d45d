// V4: everyone in the census is there by evidence, nobody twice, and nobody who holds a promise was left out.
import { CATALOGUE } from "../../../protocol/catalogue/released.ts"
import { isPromisePath, PRESENTATION_VKEY_PATH } from "../../../protocol/election/audit-bundle.ts"
import { checkFreeze, checkLeaf, checkPlan } from "../../../protocol/election/census-documents.ts"
import { freezeCensus, parseEvidenceFile, recordOf } from "../../../protocol/election/census-freeze.ts"
import type { CensusEvidence, CensusFreeze } from "../../../protocol/election/census-freeze.ts"
import { encodeCommitments, frozenCensus } from "../../../protocol/election/census.ts"
import { checkElectionCensus } from "../../../protocol/election/definition.ts"
import { isPromiseBroken, isPromiseOf } from "../../../protocol/election/promise.ts"
import { equalBytes } from "../../../protocol/primitives/bytes.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { canonicalBytes } from "../../../protocol/wire/canonical-json.ts"
import type { Json } from "../../../protocol/wire/canonical-json.ts"
import { parseCensus, parseCensusPlan, parseCensusPromise } from "../../../protocol/wire/census.ts"
import type { CensusPlan, EnrolmentEvidence } from "../../../protocol/wire/census.ts"
import type { ElectionDefinition } from "../../../protocol/wire/election-definition.ts"
import { checkEnrolments } from "./enrolment-proofs.ts"
import { orNull } from "./notes.ts"
import { found, stop } from "./outcome.ts"
import type { Finding, Outcome, StepProgress } from "./outcome.ts"
import type { ProofJudge } from "./proof-judge.ts"
import type { Bundle } from "./v01-container.ts"
import type { AuditedLog } from "./v02-log.ts"

/** What the census is judged with. */
export interface CensusRules {
  readonly judge: ProofJudge
  readonly allowDevelopmentKeys: boolean
}

/** What the report says of a census. */
export interface AuditedCensus {
  readonly size: number
  readonly totalWeight: number
  /** Enrolments rest on a key that anyone can forge under. */
  readonly hasDevelopmentKey: boolean
}

/** V4. */
export async function checkCensus(
  bundle: Bundle,
  log: AuditedLog,
  terms: ElectionDefinition,
  rules: CensusRules,
  progress: StepProgress,
): Promise<Outcome<AuditedCensus>> {
  const plan = readPlan(bundle, log)
  if (!plan.ok) return plan
  const evidence = readEvidence(bundle, plan.value)
  if (!evidence.ok) return evidence
  const freeze = checkFrozen(bundle, plan.value, evidence.value, terms)
  if (!freeze.ok) return freeze
  const enrolments = evidence.value.filter((one): one is EnrolmentEvidence => !("kind" in one))
  const earned =
    plan.value.mode === "gated"
      ? await checkEnrolments(bundle, log.main, plan.value, enrolments, rules, progress)
      : checkNothingGated(bundle, log)
  if (!earned.ok) return earned
  const broken = checkPromises(bundle, plan.value, freeze.value, evidence.value)
  if (broken !== null) return { ok: false, finding: broken }
  const { size, totalWeight } = freeze.value.body
  return accept({ size, totalWeight, hasDevelopmentKey: earned.value })
}

function readPlan(bundle: Bundle, { ceremony }: AuditedLog): Outcome<CensusPlan> {
  const bytes = bundle.read("census/plan.json")
  const document = orNull(() => parseCensusPlan(bytes))
  if (document === null || !isCanonical(document, bytes))
    return refused("census/plan.json: malformed or not canonical")
  const verdict = checkPlan(document, CATALOGUE)
  if (!verdict.ok) return refused(`census/plan.json: ${verdict.at ?? verdict.reason}`)
  const isOwn = document.body.organizer.key === ceremony.organizer.key
  return isOwn ? accept(document.body) : refused("census/plan.json: of another organizer")
}

function readEvidence(bundle: Bundle, plan: CensusPlan): Outcome<readonly CensusEvidence[]> {
  const evidence = orNull(() => parseEvidenceFile(bundle.read("census/evidence.jsonl"), plan))
  if (evidence === null) return refused("census/evidence.jsonl: malformed")
  for (const [i, one] of evidence.entries()) {
    const verdict = "kind" in one ? checkLeaf(one, plan) : accept(null)
    if (!verdict.ok) return refused(`census/evidence.jsonl line ${i + 1}: ${verdict.reason}`)
  }
  return accept(evidence)
}

function checkFrozen(
  bundle: Bundle,
  plan: CensusPlan,
  evidence: readonly CensusEvidence[],
  terms: ElectionDefinition,
): Outcome<CensusFreeze> {
  const bytes = bundle.read("census/census.json")
  const document = orNull(() => parseCensus(bytes))
  if (document === null || !isCanonical(document, bytes))
    return refused("census/census.json: malformed or not canonical")
  const freeze = freezeCensus(plan, evidence)
  if (!freeze.ok) return refused(`census/evidence.jsonl: ${freeze.reason} ${freeze.at ?? ""}`)
  const { built, evidence: expected, body } = freeze.value
  for (const [path, content] of [
    ["census/evidence.jsonl", expected],
    ["census/leaves.bin", built.tree.levels[0] ?? new Uint8Array(0)],
    ["census/commitments.bin", encodeCommitments(built.records)],
  ] as const) {
    if (!equalBytes(bundle.read(path), content)) return refused(`${path}: not what the evidence gives`)
  }
  const signed = checkFreeze(document, plan, body)
  if (!signed.ok) return refused(`census/census.json: ${signed.at ?? signed.reason}`)
  const named = checkElectionCensus(terms, frozenCensus(plan, document))
  return named.ok ? freeze : refused(`definition.json: ${named.at ?? named.reason}`)
}

function checkNothingGated(bundle: Bundle, { main }: AuditedLog): Outcome<boolean> {
  const stray = [...main].find(
    ([name, { kind }]) => kind === "registry-epoch" || name === "circuit-key-presentation",
  )
  if (stray !== undefined) return refused(`main/${stray[0]}.entry: the census has no gate`)
  return bundle.has(PRESENTATION_VKEY_PATH)
    ? refused(`${PRESENTATION_VKEY_PATH}: the census has no gate`)
    : accept(false)
}

function checkPromises(
  bundle: Bundle,
  plan: CensusPlan,
  { built }: CensusFreeze,
  evidence: readonly CensusEvidence[],
): Finding | null {
  const leaves = new Set(built.records.map(({ leaf }) => leaf))
  const slots = new Set(evidence.map((one) => recordOf(one).slot))
  const frozen = { hasLeaf: leaves.has.bind(leaves), hasSlot: slots.has.bind(slots) }
  for (const path of bundle.paths.filter(isPromisePath)) {
    const promise = orNull(() => parseCensusPromise(bundle.read(path)))
    if (promise === null || !isPromiseOf(promise, plan)) {
      return found("census-invalid", `${path}: no promise of this census`)
    }
    if (isPromiseBroken(promise, frozen)) {
      return found("census-promise-broken", `${path}: neither the leaf nor its slot is in the census`)
    }
  }
  return null
}

function isCanonical(document: object, bytes: Uint8Array): boolean {
  return equalBytes(canonicalBytes(document as Json), bytes)
}

const refused = (place: string): Outcome<never> => stop("census-invalid", place)
