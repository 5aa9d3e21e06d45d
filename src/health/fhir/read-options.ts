// What the desk that takes in a record states itself, because the record does not.

/** Statements of the issuer's desk; none of them is taken from the record. */
export interface ReadOptions {
  /** `ward` when the holder acts for the record's person (a parent for a child); `self` by default. */
  readonly subject?: "self" | "ward"
  /**
   * Base URL of the payer's plan, group and network codes, which Coverage.class carries without a system:
   * `https://acme.example` gives `https://acme.example/plan|11461128`. Without it those attributes are absent.
   */
  readonly classSystem?: string
  /** Lets a unit in words stand where it equals the schema's UCUM code byte for byte; each use is a notice. */
  readonly acceptDisplayUnit?: boolean
  /** FHIR token of a licence's standing on the day of issue; FHIR has no such member, so the board states it. */
  readonly standing?: string
  /**
   * Takes in a record whose entries all name one and the same patient that is not among them: the desk has the
   * patient's identity from elsewhere. Birth date and sex are then absent.
   */
  readonly patientElsewhere?: boolean
}
