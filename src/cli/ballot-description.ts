// The ballot of an election in words, by type.
import type { BallotDescription } from "../protocol/election/ballot-types.ts"
import type { Option } from "../protocol/election/ballot-family.ts"
import type { Description } from "./description-file.ts"

const TYPES = [
  "single-choice",
  "weighted-single-choice",
  "approval",
  "weighted-approval",
  "questions",
  "grades",
  "borda",
  "pairwise",
] as const

/** Reads the ballot of a description. @throws CliError `option-invalid` */
export function readBallotDescription(ballot: Description): BallotDescription {
  const type = ballot.word("type", TYPES)
  switch (type) {
    case "single-choice":
    case "weighted-single-choice": {
      const mayAbstain = ballot.flag("mayAbstain", false)
      return ballot.done({
        type,
        label: ballot.text("label"),
        options: optionsOf(ballot, "options"),
        mayAbstain,
      })
    }
    case "approval":
    case "weighted-approval":
      return ballot.done({ type, ...boundedQuestion(ballot) })
    case "questions":
      return ballot.done({
        type,
        questions: ballot.list("questions").map((one) => one.done(boundedQuestion(one))),
      })
    case "grades":
      return ballot.done({ type, items: optionsOf(ballot, "items"), grades: ballot.texts("grades") })
    case "borda":
    case "pairwise":
      return ballot.done({ type, items: optionsOf(ballot, "items") })
  }
}

function boundedQuestion(one: Description) {
  const bounds = { min: one.number("min"), max: one.number("max") }
  return { label: one.text("label"), options: optionsOf(one, "options"), ...bounds }
}

const optionsOf = (description: Description, name: string): readonly Option[] =>
  description.list(name).map((one) => one.done({ id: one.text("id"), label: one.text("label") }))
