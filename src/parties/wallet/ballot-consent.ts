// What a voter reads before a ballot is made: what it will say, who can see what, and what no cryptography cures.
import { countWeights } from "../../protocol/election/census.ts"
import { bitOf } from "../../protocol/election/rules.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import type { CensusPlan } from "../../protocol/wire/census.ts"
import type { SurveyFinding } from "./survey-guard.ts"

/** What the words depend on. */
export interface ConsentFacts {
  readonly definition: ElectionDefinition
  readonly plan: CensusPlan
  readonly marks: readonly boolean[]
  readonly weight: number
  /** Of everybody in the census. */
  readonly weights: readonly { readonly weight: number }[]
  readonly trustees: number
  /** Trustees who can open the sum, or any ballot, together. */
  readonly threshold: number
  readonly sequence: number
  /** Ballots in the log under this enrolment that this wallet did not cast. */
  readonly foreign: number
  /** Of a survey; null for an election. */
  readonly survey: SurveyFinding | null
}

/** One screen. Titles and labels are the organizer's words. */
export interface BallotConsent {
  readonly title: string
  readonly kind: ElectionDefinition["kind"]
  readonly organizer: string
  readonly description: string
  /** Labels of what will be marked. */
  readonly marked: readonly string[]
  readonly weight: number
  readonly seen: readonly string[]
  readonly warnings: readonly string[]
}

/** Describes the ballot that would be made. */
export function describeBallot(facts: ConsentFacts): BallotConsent {
  const { definition, plan, marks, weight } = facts
  const { title, kind, description, choices } = definition
  return {
    title,
    kind,
    organizer: plan.organizer.name,
    description,
    marked: choices.flatMap(({ label }, position) =>
      marks[bitOf(definition, position)] === true ? [label] : [],
    ),
    weight,
    seen: describeSeen(facts),
    warnings: [...describeOwn(facts), ...describeWeight(facts), ...describeSurvey(facts)],
  }
}

function describeSeen({ definition, trustees, threshold, plan }: ConsentFacts): readonly string[] {
  const { census } = definition
  return [
    "Everybody sees that somebody of the census voted, when to one window, and how often; not who, and not what.",
    `Everybody sees the sum of all ballots after the close; no single ballot is opened. The census has ${census.size} people.`,
    `Any ${threshold} of the ${trustees} trustees together could open single ballots, of pseudonyms without names.`,
    plan.mode === "named"
      ? "Registrars know that you are enrolled; they cannot tell which ballot is yours."
      : "Nobody knows who is enrolled: a proof let you in.",
    "The service that takes your ballot sees the network address it comes from.",
  ]
}

function describeOwn({ definition, sequence, foreign }: ConsentFacts): readonly string[] {
  const found: readonly [boolean, string][] = [
    [foreign > 0, "Another device has voted with your enrolment. This ballot takes the place of that one."],
    [
      sequence > 1 && foreign === 0,
      "You have voted before. This ballot takes the place of the earlier one; everybody sees that somebody voted again.",
    ],
    [!definition.revote, "You cannot vote again in this election."],
    [
      definition.circuit.ceremony === "dev",
      "Development keys: anybody can forge ballots here. This is a rehearsal.",
    ],
    [
      true,
      "This is not receipt-free: a device that keeps what it drew can prove your vote. Nothing here protects against somebody who watches you vote; voting again later does, unless they hold your secret.",
    ],
    [true, "A unanimous result shows every vote."],
  ]
  return found.filter(([is]) => is).map(([, words]) => words)
}

// A sum of few, very unequal weights can be taken apart.
function describeWeight({ definition, plan, weight, weights }: ConsentFacts): readonly string[] {
  if (!plan.weighted) return []
  const sharing = countWeights(weights).get(weight) ?? 0
  const told = `Your weight is ${weight}; ${sharing} of ${definition.census.size} voters have it.`
  return sharing >= definition.minAnonymity
    ? [told]
    : [`${told} That is fewer than ${definition.minAnonymity}: the published sum may show how you voted.`]
}

function describeSurvey({ definition, survey }: ConsentFacts): readonly string[] {
  if (definition.kind !== "survey") return []
  const earlier = (survey?.subtractable ?? []).map(
    ({ title, fields }) =>
      `You answered "${title}" of the same organizer, with a question of this one, asked of people by ${fields.join(", ") || "another census"}. Who subtracts one result from the other learns the answers of those who are in only one of them.`,
  )
  return [
    ...earlier,
    "If two groups differ by one person, whoever has both results learns that person's answer. If all others of the group are the organizer's own people, it learns yours, at any size.",
    "A very small count is published as it is, and so is a unanimous one. No noise is added.",
  ]
}
