// A frozen census as a reader recomputes it: from its plan and its evidence, held against what registrars signed.
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { computeCensusId, frozenCensus } from "../protocol/election/census.ts"
import type { FrozenCensus } from "../protocol/election/census.ts"
import { checkFreeze, checkLeaf, checkPlan } from "../protocol/election/census-documents.ts"
import { freezeCensus, parseEvidenceFile } from "../protocol/election/census-freeze.ts"
import type { CensusFreeze } from "../protocol/election/census-freeze.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { parseCensus, parseCensusPlan } from "../protocol/wire/census.ts"
import type { CensusDocument } from "../protocol/wire/census.ts"
import { ElectionError } from "./election-error.ts"
import type { CensusFiles } from "./election-place.ts"

/** A census whose root and digests were recomputed and whose signatures hold. */
export interface ReadCensus {
  readonly frozen: FrozenCensus
  readonly plan: CensusDocument<"census-plan">
  readonly document: CensusDocument<"census">
  /** Leaves, tree and evidence. */
  readonly freeze: CensusFreeze
}

/**
 * Recomputes a census. Of a gated one it does not verify the proofs by which people came in: an auditor does.
 * @param files - attacker-controlled
 * @param censusId - as the definition names it
 * @throws ElectionError `census-inconsistent`
 */
export function readCensus(files: CensusFiles, censusId: string): ReadCensus {
  try {
    return recompute(files, censusId)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw inconsistent(cause.message, cause)
  }
}

function recompute({ plan: planBytes, census, evidence }: CensusFiles, censusId: string): ReadCensus {
  const [plan, document] = [parseCensusPlan(planBytes), parseCensus(census)]
  if (computeCensusId(plan.body) !== censusId) throw inconsistent("a plan of another census")
  const planned = checkPlan(plan, CATALOGUE)
  if (!planned.ok) throw inconsistent(`plan: ${planned.at ?? planned.reason}`)
  const places = parseEvidenceFile(evidence, plan.body)
  for (const [i, place] of places.entries()) {
    const verdict = "kind" in place ? checkLeaf(place, plan.body) : null
    if (verdict?.ok === false) throw inconsistent(`evidence line ${i + 1}: ${verdict.reason}`)
  }
  const freeze = freezeCensus(plan.body, places)
  if (!freeze.ok) throw inconsistent(`evidence: ${freeze.reason}`)
  const signed = checkFreeze(document, plan.body, freeze.value.body)
  if (!signed.ok) throw inconsistent(`freeze: ${signed.at ?? signed.reason}`)
  return { frozen: frozenCensus(plan.body, document), plan, document, freeze: freeze.value }
}

const inconsistent = (what: string, cause?: unknown): ElectionError =>
  new ElectionError("census-inconsistent", what, { cause })
