// The signed documents of a census: the plan by its organizer, leaves by registrars, the freeze by at least two of them.
import { bytesToHex } from "../primitives/bytes.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import { accept } from "../primitives/verdict.ts"
import type { StatementSources } from "../credential/sources.ts"
import { areSignaturesValid } from "../log/signed-entry.ts"
import type { CensusBodies, CensusDocument, CensusPlan } from "../wire/census.ts"
import { isAdmissibleKey } from "./admissible-key.ts"
import { checkRecord, computeCensusId } from "./census.ts"
import type { PlacedRecord } from "./census.ts"
import { checkGate } from "./gate.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/**
 * Registrars who must sign a freeze, a leaf that replaces another, and a leaf that comes when enrolment is over: no one of
 * them can move a vote alone.
 */
export const SIGNERS_OF_WEIGHT = 2

type Plan = ElectionVerdict<true, "definition-invalid" | "signature-refused">

/**
 * Checks a plan: keys that two verifiers cannot disagree about, registrars distinct, enrolment with an end, a gate exactly
 * when the census is gated; and the organizer's signature alone.
 * @param document - attacker-controlled, as from `parseCensusPlan`
 * @param sources - the checker's anchored catalogue: what a gate asks is compiled from it
 * @returns `definition-invalid` with the member that is wrong
 */
export function checkPlan(document: CensusDocument<"census-plan">, sources: StatementSources): Plan {
  const { body: plan, signatures } = document
  const { organizer, registrars, verifier } = plan
  for (const [member, key] of [
    ["organizer.key", organizer.key],
    ["verifier.key", verifier.key],
    ...registrars.map((registrar, i) => [`registrars.${i}.key`, registrar.key] as const),
  ] as const) {
    if (!isAdmissibleKey(key)) return refuseAt("definition-invalid", member)
  }
  // One key under two names would be one person with two signatures.
  const keys = new Set(registrars.map(({ key }) => bytesToHex(parseVerifierKey(key).publicKey)))
  if (keys.size !== registrars.length) return refuseAt("definition-invalid", "registrars")
  if (new Set(registrars.map(({ name }) => name)).size !== registrars.length)
    return refuseAt("definition-invalid", "registrars")
  if (plan.enrolmentClosesAt <= plan.enrolmentOpensAt)
    return refuseAt("definition-invalid", "enrolmentClosesAt")
  const gate = checkMode(plan, sources)
  if (!gate.ok) return gate
  const isSigned = signatures.length === 1 && signatures[0]?.key === organizer.key
  return isSigned && areSignaturesValid(document) ? accept(true) : refuseAt("signature-refused", "signatures")
}

/** What is refused about a named leaf. */
type LeafRefusal =
  "leaf-reserved" | "leaf-not-canonical" | "signature-refused" | "registrar-signature-missing"

/**
 * Checks a leaf of a named census: of this census, a place that the plan allows, signed by registrars of the plan and
 * nobody else; by two of them where it replaces another.
 * @param document - attacker-controlled, as from `parseCensusLeaf`
 * @param plan - accepted by `checkPlan`
 */
export function checkLeaf(
  document: CensusDocument<"census-leaf">,
  plan: CensusPlan,
): ElectionVerdict<PlacedRecord, LeafRefusal> {
  const { censusId, commitment, weight, rollCommitment, replaces } = document.body
  if (plan.mode !== "named" || censusId !== computeCensusId(plan))
    return refuseAt("signature-refused", "censusId")
  const record = { commitment, weight, slot: rollCommitment }
  const leaf = checkRecord(record, plan)
  if (!leaf.ok) return leaf
  const signed = checkRegistrars(document, plan, replaces === undefined ? 1 : SIGNERS_OF_WEIGHT)
  return signed.ok ? accept({ ...record, leaf: leaf.value }) : signed
}

/**
 * Checks the freeze: every member as recomputed, and the signatures of at least two registrars of the plan.
 * @param document - attacker-controlled, as from `parseCensus`
 * @param plan - accepted by `checkPlan`
 * @param recomputed - by `computeFreeze` from records whose evidence holds
 * @returns `definition-invalid` with the member that differs
 */
export function checkFreeze(
  document: CensusDocument<"census">,
  plan: CensusPlan,
  recomputed: CensusBodies["census"],
): ElectionVerdict<true, "definition-invalid" | "signature-refused" | "registrar-signature-missing"> {
  const members = Object.keys(recomputed) as (keyof CensusBodies["census"])[]
  const different = members.find((member) => document.body[member] !== recomputed[member])
  if (different !== undefined) return refuseAt("definition-invalid", different)
  return checkRegistrars(document, plan, SIGNERS_OF_WEIGHT)
}

function checkMode(plan: CensusPlan, sources: StatementSources): Plan {
  const { mode, gate, weighted } = plan
  if (mode === "named") return gate === undefined ? accept(true) : refuseAt("definition-invalid", "gate")
  if (gate === undefined) return refuseAt("definition-invalid", "gate")
  // A proof shows that somebody qualifies and not how much they hold.
  if (weighted) return refuseAt("definition-invalid", "weighted")
  return checkGate(plan, gate, sources)
}

function checkRegistrars(
  document: CensusDocument<"census-leaf"> | CensusDocument<"census">,
  { registrars }: CensusPlan,
  least: number,
): ElectionVerdict<true, "signature-refused" | "registrar-signature-missing"> {
  const { signatures } = document
  const isTheirs = signatures.every(({ key }) => registrars.some((registrar) => registrar.key === key))
  if (!isTheirs || !areSignaturesValid(document)) return refuseAt("signature-refused", "signatures")
  return signatures.length >= least ? accept(true) : refuseAt("registrar-signature-missing", "signatures")
}
