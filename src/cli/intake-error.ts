import { SottoError } from "../protocol/primitives/errors.ts"

/** Why files are no record that intake knows, before any room of health reads them. */
type IntakeRefusal =
  "too-large" | "malformed-json" | "format-unknown" | "format-mixed" | "several-records" | "card-missing"

/** Files that are refused as a whole. No message holds a value of them. */
export class IntakeError extends SottoError<IntakeRefusal> {}
