// What an audit found, for the person who asked.
import type { AuditOutcome } from "../parties/verifier/audit.ts"
import type { AuditWarning } from "../parties/verifier/audit-report.ts"
import { AUDIT_STEPS, STEP_OF } from "../parties/verifier/audit-steps/outcome.ts"
import type { AuditCode } from "../parties/verifier/audit-steps/outcome.ts"
import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { sha256 } from "../protocol/primitives/hash.ts"

/** What each finding means: what was looked for, and what it would take to be otherwise. */
const MEANING = {
  "container-invalid": "the file is no bundle, or a file in it is not the one that its manifest lists",
  "log-invalid": "the log is not one signed and cosigned tree of well-formed entries by the right people",
  "receipt-missing": "the log had promised a voter an entry that it does not hold: proof of misconduct",
  "phase-order": "an entry of the election's life is missing or not at its time",
  "definition-invalid": "the definition is not the one that the log names, or breaks a rule",
  "census-invalid": "somebody is in the census without evidence, or the census is not the one voted with",
  "census-promise-broken": "somebody was promised a place in the census and has none: proof of misconduct",
  "ceremony-invalid": "a message of the key ceremony does not hold",
  "keys-invalid": "the election's keys are not the ones that the trustees dealt",
  "circuit-invalid": "the key that proofs are verified with is not the one you may rely on",
  "ballot-proof": "a ballot does not hold: the result may contain votes that nobody could cast",
  "ballot-order": "a ballot is outside of voting, out of its order, or given up by somebody else",
  "close-invalid": "the close is not what the ballots before it give",
  "close-early": "voting was closed before its time",
  "ballots-late": "ballots were admitted after voting had ended",
  "shares-too-few": "fewer trustees than needed have decrypted",
  "combine-invalid": "the published counts are not what the trustees' shares open",
  "total-invalid": "no set of valid ballots has these totals",
  "below-min-anonymity": "too few ballots count to hide one among them",
  "report-mismatch": "the published result is not the one that the log gives",
} as const satisfies Record<AuditCode, string>

const WARNING = {
  "at-close-late": "no cosigner says in time when voting ended: that rests on the service's word",
  "development-keys": "DEVELOPMENT KEYS: anyone can forge ballots, so this result proves nothing",
  "quorum-none": "your policy asks no cosigner: the service could show others another history",
  "trustees-few": "half of the trustees or fewer can decrypt",
} as const

/** The lines of an outcome. */
export function auditWords(outcome: AuditOutcome): readonly string[] {
  const digest = `report  sha256:${bytesToHex(sha256(outcome.report))}  (the report itself: --json)`
  if (!outcome.isValid) {
    const { code, place } = outcome.finding
    const step = STEP_OF[code]
    return [
      `INVALID  step ${step} of ${AUDIT_STEPS.length}, ${AUDIT_STEPS[step - 1] ?? ""}: ${code}`,
      `  ${MEANING[code]}`,
      `  ${place}`,
      digest,
    ]
  }
  const { definition, figures, warnings } = outcome
  const { accepted, superseded, challenged, counted, censusSize, counts, trustees } = figures
  return [
    `VALID  all ${AUDIT_STEPS.length} steps hold: ${definition.title}`,
    ...definition.choices.map(({ label }, position) => `  ${counts[position] ?? 0}  ${label}`),
    `  ${counted} of ${censusSize} in the census voted; ${accepted} ballots, ${superseded} replaced, ${challenged} challenged`,
    `  opened by trustees ${trustees.join(", ")}`,
    ...warnings.map((warning) => `WARNING  ${warning}: ${wordsOf(warning)}`),
    digest,
  ]
}

function wordsOf(warning: AuditWarning): string {
  return warning in WARNING
    ? WARNING[warning as keyof typeof WARNING]
    : "this trustee published a share that is none; it blocks nothing"
}
