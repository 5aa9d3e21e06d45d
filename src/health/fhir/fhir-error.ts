import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a whole bundle is refused, whatever its doses are worth. */
export type BundleRefusal =
  | "too-large"
  | "malformed-json"
  | "malformed-bundle"
  | "bundle-type"
  | "too-many-entries"
  | "modifier-extension"
  | "subject-missing"
  | "subject-mixed"
  | "reference-unresolved"
  | "no-immunization"

/** Why one dose is left out; the code of the first one refuses a bundle without any usable dose. */
export type DoseRefusal =
  | "dose-not-given"
  | "entered-in-error"
  | "status-unknown"
  | "dose-subpotent"
  | "vaccine-unknown"
  | "vaccine-ambiguous"
  | "date-incomplete"
  | "date-in-future"
  | "malformed-dose"

/** What the record says twice or in two ways; the dose stays, the contradicted attribute is absent. */
type DoseNotice = "dose-duplicate" | "dose-conflict" | "protocol-ambiguous"

/** Something in a bundle that the issuer should see: a code and a JSON path (RFC 9535), never a value. */
export interface IntakeProblem {
  readonly code: DoseRefusal | DoseNotice
  readonly path: string
}

/** A FHIR record that is not taken in. `path` is a JSON path into the record; no message holds a value of it. */
export class FhirError extends SottoError<BundleRefusal | DoseRefusal> {
  readonly path: string

  constructor(code: BundleRefusal | DoseRefusal, path: string, options?: ErrorOptions) {
    super(code, `${code} at ${path}`, options)
    this.path = path
  }
}
