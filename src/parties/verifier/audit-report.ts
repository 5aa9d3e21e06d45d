// The report of an audit: a pure function of bundle and policy, so that it cannot be borrowed. No time, no name, no place.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { AUDIT_STEPS, STEP_OF } from "./audit-steps/outcome.ts"
import type { AuditCode } from "./audit-steps/outcome.ts"

/** What a valid election came to. */
export interface AuditFigures {
  readonly accepted: number
  readonly censusSize: number
  readonly challenged: number
  readonly counted: number
  /** One a choice, by position. */
  readonly counts: readonly number[]
  readonly entries: number
  readonly sharesValid: number
  readonly superseded: number
  readonly totalWeight: number
  /** Whose shares the result was opened with. */
  readonly trustees: readonly number[]
}

/** What rests on less than it could, though nothing is wrong. */
export type AuditWarning =
  | "at-close-late" // no cosigner says in time when voting ended
  | "development-keys" // anyone can forge under them
  | "quorum-none" // the auditor's policy asks no cosigner
  | "trustees-few" // half of the trustees or fewer can decrypt
  | `share-invalid-${number}`

/** Where an audit ended. */
export type AuditVerdict =
  | { readonly isValid: true; readonly figures: AuditFigures; readonly warnings: readonly AuditWarning[] }
  | { readonly isValid: false; readonly code: AuditCode }

/**
 * The report's bytes: canonical JSON, no line feed. Two verifiers with the same bundle and policy print the same.
 * @param zip - the bundle as it lay there
 * @param electionId - of its manifest, or null when the container did not hold
 */
export function encodeReport(zip: Uint8Array, electionId: Fr | null, end: AuditVerdict): Uint8Array {
  const said = end.isValid
    ? {
        verdict: "valid",
        step: AUDIT_STEPS.length,
        code: "",
        figures: end.figures as unknown as Json,
        warnings: [...end.warnings].sort(),
      }
    : { verdict: "invalid", step: STEP_OF[end.code], code: end.code, figures: {}, warnings: [] }
  const bundleSha256 = bytesToHex(sha256(zip))
  return canonicalBytes({ type: "sotto/audit-report/1", bundleSha256, electionId: electionId ?? "", ...said })
}
