// The freeze: everything a census publishes is a function of its plan and the set of its evidence. So a service freezes
// and an auditor checks by the same call, and who came when has no place to show.
import { bytesToHex } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { sha256 } from "../primitives/hash.ts"
import { accept } from "../primitives/verdict.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import { parseCensusLeaf, parseEnrolmentEvidence } from "../wire/census.ts"
import type { CensusBodies, CensusDocument, CensusPlan, EnrolmentEvidence } from "../wire/census.ts"
import { buildCensus, computeCensusId } from "./census.ts"
import type { BuiltCensus, CensusRecord } from "./census.ts"
import { enrolmentSlot } from "./enrolment.ts"
import type { CensusRefusal, ElectionVerdict } from "./refusal.ts"

const LF = 0x0a

/** What one place in a census rests on: a registrar's document, or a proof. */
export type CensusEvidence = CensusDocument<"census-leaf"> | EnrolmentEvidence

/** A frozen census, ready to be signed and published. */
export interface CensusFreeze {
  readonly built: BuiltCensus
  /** `evidence.jsonl`: one canonical line and LF per leaf, in leaf order. */
  readonly evidence: Uint8Array
  /** What registrars sign. */
  readonly body: CensusBodies["census"]
}

/**
 * Freezes a census.
 * @param evidence - in any order, each accepted: by `checkLeaf`, or by its proof
 */
export function freezeCensus(
  plan: CensusPlan,
  evidence: readonly CensusEvidence[],
): ElectionVerdict<CensusFreeze, CensusRefusal> {
  const lines = new Map(evidence.map((one) => [recordOf(one).commitment, one]))
  const built = buildCensus(evidence.map(recordOf), plan)
  if (!built.ok) return built
  const { records, tree, totalWeight } = built.value
  const ordered = records.flatMap(({ commitment }) => lines.get(commitment) ?? [])
  const bytes = joinLines(ordered.map((one) => canonicalBytes(one as unknown as Json)))
  const body = {
    censusId: computeCensusId(plan),
    root: tree.root,
    size: records.length,
    totalWeight,
    replacements: ordered.filter(isReplacement).length,
    leavesSha256: bytesToHex(sha256(tree.levels[0] ?? new Uint8Array())),
    evidenceSha256: bytesToHex(sha256(bytes)),
  }
  return accept({ built: built.value, evidence: bytes, body })
}

/**
 * Reads an evidence file: one line and LF per place, each in the form of the census's mode.
 * @param bytes - attacker-controlled
 * @throws ProtocolError `malformed-census`, `proof-malformed`, `field-element-not-canonical`
 */
export function parseEvidenceFile(
  bytes: Uint8Array,
  { mode }: Pick<CensusPlan, "mode">,
): readonly CensusEvidence[] {
  const lines = splitLines(bytes)
  return mode === "named"
    ? lines.map((line) => parseCensusLeaf(line))
    : lines.map((line) => parseEnrolmentEvidence(line))
}

/** The place that evidence speaks of. */
export function recordOf(evidence: CensusEvidence): CensusRecord {
  if (!("kind" in evidence)) {
    const { commitment, nullifier } = evidence
    return { commitment, weight: 1, slot: enrolmentSlot(nullifier) }
  }
  const { commitment, weight, rollCommitment } = evidence.body
  return { commitment, weight, slot: rollCommitment }
}

const isReplacement = (evidence: CensusEvidence): boolean =>
  "kind" in evidence && evidence.body.replaces !== undefined

// Bytes and not text: the evidence of half a million people is longer than a string can be.
function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length + 1, 0))
  let at = 0
  for (const line of lines) {
    bytes.set(line, at)
    at += line.length + 1
    bytes[at - 1] = LF
  }
  return bytes
}

function splitLines(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.at(-1) !== LF) throw new ProtocolError("malformed-census", "expected lines that end with LF")
  const lines: Uint8Array[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LF, start)
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return lines
}
