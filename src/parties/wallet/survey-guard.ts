// A survey is guarded like a question: its answers stay sealed, but two sums over nearly the same people can be subtracted,
// and what is left is one person's answer.
import type { CensusPlan } from "../../protocol/wire/census.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import type { AnsweredSurvey, Voting } from "./voting.ts"

/** Fewest people of a survey, in its census and among its counted ballots: below, the wallet does not answer. */
const MIN_SURVEY_SIZE = 30

/** A survey beside the plan of its cohort. */
export interface AskedSurvey {
  readonly definition: ElectionDefinition
  /** The key of the ceremony's organizer, text. */
  readonly organizer: string
  readonly electionId: AnsweredSurvey["electionId"]
  readonly plan: CensusPlan
}

/** What the guard found. */
export interface SurveyFinding {
  /** True where the wallet does not answer at all. */
  readonly isTooSmall: boolean
  /** Earlier surveys of this organizer whose result the new one could be subtracted from. */
  readonly subtractable: readonly AnsweredSurvey[]
}

/** Looks at a survey before anything of it is asked; a survey does not stand in its own way when it is answered again. */
export function checkSurvey(voting: Voting, asked: AskedSurvey): SurveyFinding {
  const { census, minAnonymity } = asked.definition
  const { organizer, electionId, questions } = surveyOf(asked)
  const subtractable = voting.surveys.filter(
    (earlier) =>
      earlier.organizer === organizer &&
      earlier.electionId !== electionId &&
      earlier.questions.some((question) => questions.includes(question)),
  )
  return { isTooSmall: Math.min(census.size, minAnonymity) < MIN_SURVEY_SIZE, subtractable }
}

/** What the wallet keeps of a survey that it answers. */
export function surveyOf({ definition, organizer, electionId, plan }: AskedSurvey): AnsweredSurvey {
  const alternatives = plan.gate?.alternatives ?? []
  const fields = alternatives.flatMap(({ statement }) =>
    fieldsIn(statement.where).map((field) => `${statement.schema} ${field}`),
  )
  const questions = definition.choices.map(({ id }) => id)
  return { electionId, organizer, title: definition.title, questions, fields: [...new Set(fields)].sort() }
}

/** The voting part with this survey among the answered ones, once. */
export const withSurvey = (voting: Voting, survey: AnsweredSurvey): Voting => ({
  ...voting,
  surveys: [...voting.surveys.filter(({ electionId }) => electionId !== survey.electionId), survey],
})

// Every `field` of a condition, however deep: conditions nest.
function fieldsIn(where: unknown): readonly string[] {
  if (typeof where !== "object" || where === null) return []
  return Object.entries(where).flatMap(([member, value]) =>
    member === "field" && typeof value === "string" ? [value] : fieldsIn(value),
  )
}
