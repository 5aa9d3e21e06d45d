import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a rule has no statement; each is reported with the rule's identifier, never passed over. */
export type RefusalReason =
  /** More literals in a clause, more clauses or more parts than one answer holds. */
  | "statement-too-wide"
  | "operator-unknown"
  /** A fold over more than `MAX_REDUCED` items. */
  | "reduce-not-constant"
  /** Months or years between two fields: no difference of days says the same. */
  | "offset-not-days"
  /** A fragment of a certificate's identifier: the record holds its hash. */
  | "extract-from-uvci"
  /** A text of the certificate compared with another: the record holds its hash, and a statement may only ask for it. */
  | "text-compared"
  /** A member of the certificate that no schema has. */
  | "field-unknown"
  /** Two things whose equality or order CertLogic leaves open, or that no statement can compare. */
  | "values-not-comparable"
  /** Not CertLogic: a wrong shape, or a literal where none is allowed. */
  | "logic-malformed"
  /** Its lists are not at hand. */
  | "value-sets-missing"
  /** No certificate satisfies it: a statement of several rules that contains it would ask for the impossible. */
  | "never-satisfied"

/** What can be wrong with a folder of rules. */
export type RuleFileCode = "malformed-json" | "malformed-rules" | "malformed-value-sets" | "too-large"

/** A rule that cannot be translated, or a file that is none of rules; the message carries public text of the rule only. */
export class RulesError extends SottoError<RefusalReason | RuleFileCode> {}
