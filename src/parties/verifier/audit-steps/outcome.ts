// What a step of the audit answers: what it has established for the steps behind it, or the first thing that is wrong.

/** The 14 steps in order, in the words of the report's reader. */
export const AUDIT_STEPS = [
  "container",
  "log",
  "definition",
  "census",
  "key ceremony",
  "election keys",
  "circuit",
  "ballot proofs",
  "ballot order",
  "close",
  "decryption shares",
  "combination",
  "totals",
  "result",
] as const

/** Every code a report can carry beside the empty one, with the step that gives it. */
export const STEP_OF = {
  "container-invalid": 1,
  "log-invalid": 2,
  "receipt-missing": 2,
  "phase-order": 3,
  "definition-invalid": 3,
  "census-invalid": 4,
  "census-promise-broken": 4,
  "ceremony-invalid": 5,
  "keys-invalid": 6,
  "circuit-invalid": 7,
  "ballot-proof": 8,
  "ballot-order": 9,
  "close-invalid": 10,
  "close-early": 10,
  "ballots-late": 10,
  "shares-too-few": 11,
  "combine-invalid": 12,
  "total-invalid": 13,
  "below-min-anonymity": 13,
  "report-mismatch": 14,
} as const
/** A code of a report. */
export type AuditCode = keyof typeof STEP_OF

/** The first thing that is wrong. `place` is for people: which file or entry, and what about it. */
export interface Finding {
  readonly code: AuditCode
  readonly place: string
}

/** The answer of a step. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly finding: Finding }

/** A finding. */
export const found = (code: AuditCode, place: string): Finding => ({ code, place })

/** The negative outcome. */
export function stop(code: AuditCode, place: string): { ok: false; finding: Finding } {
  return { ok: false, finding: found(code, place) }
}

/** Told now and then: so much of so much of the running step is done. */
export type StepProgress = (done: number, total: number) => void
