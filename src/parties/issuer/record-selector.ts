/** Which record of an intake is meant; what is left out does not narrow. */
export interface RecordSelector {
  /** `name/version` of a schema. */
  readonly schema?: string
  /** FHIR token of the attribute `disease`. */
  readonly disease?: string
  /** LOINC code, with or without `http://loinc.org|`, of a laboratory result. */
  readonly loinc?: string
  /** Counts from 0 among the records that the other members leave. */
  readonly index?: number
}
