// The ballot types by name. A type is data on the same circuits: a new one is a file and its rows here, no new setup.
import { accept } from "../primitives/verdict.ts"
import { BALLOT_TYPES } from "../wire/election-definition.ts"
import type { BallotType } from "../wire/election-definition.ts"
import { BallotTypeError } from "./ballot-family.ts"
import type { Selection } from "./ballot-family.ts"
import type { BallotCircuitId } from "./ballot-signals.ts"
import { checkTerms } from "./ballot-terms.ts"
import { checkBorda, composeBorda, markBorda } from "./borda-ballot.ts"
import type { BordaDescription } from "./borda-ballot.ts"
import {
  checkOneQuestion,
  checkQuestions,
  composeChoices,
  composeQuestions,
  markChoices,
} from "./choice-ballot.ts"
import type { ApprovalDescription, QuestionsDescription, SingleChoiceDescription } from "./choice-ballot.ts"
import { checkGrades, composeGrades, markGrades } from "./grade-ballot.ts"
import type { GradesDescription } from "./grade-ballot.ts"
import { checkPairwise, composePairwise, markPairwise } from "./pairwise-ballot.ts"
import type { PairwiseDescription } from "./pairwise-ballot.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"
import type { BallotTerms, PlacedTerms } from "./rules.ts"

/** What an organizer wants to ask, in words; `type` is the ballot's. */
export type BallotDescription =
  | SingleChoiceDescription
  | ApprovalDescription
  | QuestionsDescription
  | GradesDescription
  | BordaDescription
  | PairwiseDescription

/** Terms with the smallest circuit that carries them. */
export interface ComposedBallot extends BallotTerms {
  readonly circuitId: BallotCircuitId
}

interface Shape {
  /** The member that makes terms not of this type, or null. @param terms - accepted by `checkTerms` */
  readonly check: (terms: BallotTerms) => string | null
  readonly mark: (terms: PlacedTerms, selection: Selection) => readonly boolean[]
}

const ONE_QUESTION: Shape = { check: checkOneQuestion, mark: markChoices }
const SHAPES: Readonly<Record<BallotType, Shape>> = {
  "single-choice": ONE_QUESTION,
  approval: ONE_QUESTION,
  questions: { check: checkQuestions, mark: markChoices },
  "weighted-single-choice": ONE_QUESTION,
  "weighted-approval": ONE_QUESTION,
  grades: { check: checkGrades, mark: markGrades },
  borda: { check: checkBorda, mark: markBorda },
  pairwise: { check: checkPairwise, mark: markPairwise },
}

/** Types that people ask for and sums cannot give, with the reason. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  quadratic: "squares of marks are no sums",
  cumulative: "more than three votes for one choice take a table the circuit has not",
  stv: "transfers need single ballots, which are never opened",
  irv: "eliminations need single ballots, which are never opened",
  "write-in": "a written name cannot be summed without being read",
}

/** True for the types that this release can count. */
export const isBallotType = (text: string): text is BallotType =>
  (BALLOT_TYPES as readonly string[]).includes(text)

/** Why a type is not one of ours, in public words. */
export function describeUnknownType(ballotType: string): string {
  const reason = Object.hasOwn(REFUSED_TYPES, ballotType) ? REFUSED_TYPES[ballotType] : undefined
  return reason === undefined ? "unknown ballot type" : `${ballotType} is not supported: ${reason}`
}

/**
 * Checks that a ballot can be counted, fits its circuit, and is of the type it says.
 * @param terms - attacker-controlled, as from `parseDefinition`
 * @returns `ballot-type-unknown` with the reason in `at` where the type has one
 */
export function checkBallot(
  terms: PlacedTerms,
): ElectionVerdict<true, "definition-invalid" | "ballot-type-unknown"> {
  const { ballotType } = terms
  if (!isBallotType(ballotType))
    return refuseAt("ballot-type-unknown", `ballotType: ${describeUnknownType(ballotType)}`)
  const kept = checkTerms(terms)
  if (!kept.ok) return kept
  const misfit = SHAPES[ballotType].check(terms)
  return misfit === null ? accept(true) : refuseAt("definition-invalid", misfit)
}

/**
 * Choices and rules from a description, and the smallest circuit that carries them.
 * @param description - from a form: its type may be one that does not exist
 * @throws BallotTypeError `ballot-type-unknown`, or `definition-invalid` with the member that no circuit carries
 */
export function composeBallot(description: BallotDescription): ComposedBallot {
  const terms = compose(description)
  const [small, large] = (["ballot8", "ballot16"] as const).map((id) => ({
    id,
    verdict: checkBallot({ ...terms, circuit: { id } }),
  }))
  const fitting = [small, large].find((one) => one?.verdict.ok)
  if (fitting !== undefined) return { ...terms, circuitId: fitting.id }
  const at = large?.verdict.ok === false ? (large.verdict.at ?? "") : ""
  throw new BallotTypeError("definition-invalid", `no ballot can be made of this: ${at}`)
}

/**
 * The marks of a ballot in the words of its type: marks[j] is bit j of the circuit.
 * @param definition - accepted by `checkDefinition`
 * @throws SelectionError; `rule-broken` names the rule by its label
 */
export function marksOf(definition: PlacedTerms, selection: Selection): readonly boolean[] {
  const { ballotType } = definition
  if (!isBallotType(ballotType))
    throw new BallotTypeError("ballot-type-unknown", describeUnknownType(ballotType))
  return SHAPES[ballotType].mark(definition, selection)
}

function compose(description: BallotDescription): BallotTerms {
  switch (description.type) {
    case "single-choice":
    case "weighted-single-choice":
    case "approval":
    case "weighted-approval":
      return composeChoices(description)
    case "questions":
      return composeQuestions(description)
    case "grades":
      return composeGrades(description)
    case "borda":
      return composeBorda(description)
    case "pairwise":
      return composePairwise(description)
    default: {
      const { type } = description satisfies never as { type: string }
      throw new BallotTypeError("ballot-type-unknown", describeUnknownType(type))
    }
  }
}
