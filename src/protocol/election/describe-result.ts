// What the totals of an election say, as data without words: ids and numbers, by the ballot's type.
import { BallotTypeError } from "./ballot-family.ts"
import type { Totals } from "./ballot-family.ts"
import { describeUnknownType, isBallotType } from "./ballot-types.ts"
import { describeBorda } from "./borda-ballot.ts"
import type { BordaResult } from "./borda-ballot.ts"
import { describeChoices } from "./choice-ballot.ts"
import type { ChoiceResult } from "./choice-ballot.ts"
import { describeGrades } from "./grade-ballot.ts"
import type { GradeResult } from "./grade-ballot.ts"
import { describePairwise } from "./pairwise-ballot.ts"
import type { PairwiseResult } from "./pairwise-ballot.ts"
import type { BallotTerms } from "./rules.ts"

/** A result by what was asked. */
export type ElectionOutcome = ChoiceResult | GradeResult | BordaResult | PairwiseResult

/**
 * Reads totals in the terms of the ballot's type.
 * @param definition - accepted by `checkDefinition`
 * @param totals - `counts` and `counted` of the election's result, accepted by the check of totals
 */
export function describeResult(definition: BallotTerms, totals: Totals): ElectionOutcome {
  const { ballotType, choices } = definition
  if (!isBallotType(ballotType))
    throw new BallotTypeError("ballot-type-unknown", describeUnknownType(ballotType))
  if (totals.counts.length !== choices.length) throw new RangeError(`expected ${choices.length} counts`)
  switch (ballotType) {
    case "single-choice":
    case "approval":
    case "questions":
    case "weighted-single-choice":
    case "weighted-approval":
      return describeChoices(definition, totals)
    case "grades":
      return describeGrades(definition, totals)
    case "borda":
      return describeBorda(definition, totals)
    case "pairwise":
      return describePairwise(definition, totals)
  }
}
