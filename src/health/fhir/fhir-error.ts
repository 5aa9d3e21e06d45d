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

/** Why one dose is left out; the code of the first one refuses a record of which nothing else is usable. */
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

/** Why an Observation is no laboratory result and no test for an infection. */
export type ObservationRefusal =
  | "status-not-final"
  | "value-not-a-point"
  | "value-absent"
  | "value-not-coded"
  | "value-ambiguous"
  | "unit-not-coded"
  | "unit-unknown"
  | "analyte-unknown"
  | "analyte-ambiguous"
  | "result-unknown"

/** Why a Coverage is no cover. */
export type CoverageRefusal =
  | "coverage-not-active"
  | "beneficiary-missing"
  | "payor-missing"
  | "payor-not-coded"
  | "payor-ambiguous"
  | "kind-not-coded"
  | "relationship-not-coded"
  | "relationship-contradicted"
  | "class-ambiguous"
  | "unit-mismatch"
  | "member-number-missing"

/** Why a qualification of a Practitioner is no licence. */
export type LicenceRefusal =
  | "qualification-not-coded"
  | "issuer-missing"
  | "period-missing"
  | "jurisdiction-unknown"
  | "licence-number-missing"
  | "standing-not-stated"

/** Why a Patient is no person/1. */
export type PersonRefusal = "birth-date-missing" | "person-deceased"

/** What any record may be refused for: another shape, the wrong person, or a value that its schema cannot hold. */
export type RecordRefusal =
  | "malformed-record"
  | "record-not-active"
  | "not-the-subject"
  | "no-record"
  | "value-malformed"
  | "value-out-of-range"
  | "precision-exceeded"

/** Every code with which something of a record is refused. */
export type FhirRefusal =
  | BundleRefusal
  | DoseRefusal
  | ObservationRefusal
  | CoverageRefusal
  | LicenceRefusal
  | PersonRefusal
  | RecordRefusal

/** What the record says twice or in two ways; the dose stays, the contradicted attribute is absent. */
type DoseNotice = "dose-duplicate" | "dose-conflict" | "protocol-ambiguous"

/** What a record says that no attribute holds, or that the desk let stand; the record is taken in without it. */
type RecordNotice =
  | "reference-range-unused"
  | "display-unit-accepted"
  | "sex-unknown"
  | "class-system-missing"
  | "cost-unused"
  | "patient-not-included"
  | "resource-unused"

/** Something in doses that the issuer should see: a code and a JSON path (RFC 9535), never a value. */
export interface DoseProblem {
  readonly code: DoseNotice
  readonly path: string
}

/** The same for records of every kind. */
export interface RecordProblem {
  readonly code: FhirRefusal | DoseNotice | RecordNotice
  readonly path: string
}

/** A FHIR record that is not taken in. `path` is a JSON path into the record; no message holds a value of it. */
export class FhirError extends SottoError<FhirRefusal> {
  readonly path: string

  constructor(code: FhirRefusal, path: string, options?: ErrorOptions) {
    super(code, `${code} at ${path}`, options)
    this.path = path
  }
}
