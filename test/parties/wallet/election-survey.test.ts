// What a voter is told before a ballot: whom a survey could betray, and whose weight shows in a sum.
import { describe, expect, it } from "vitest"
import { describeBallot } from "../../../src/parties/wallet/ballot-consent.ts"
import type { ConsentFacts } from "../../../src/parties/wallet/ballot-consent.ts"
import { checkSurvey, surveyOf, withSurvey } from "../../../src/parties/wallet/survey-guard.ts"
import type { AskedSurvey } from "../../../src/parties/wallet/survey-guard.ts"
import { NO_VOTING } from "../../../src/parties/wallet/voting.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { VACCINATED_ENROLMENT_1 } from "../../../src/protocol/catalogue/statements/vaccinated-enrolment-1.ts"
import type { CensusPlan } from "../../../src/protocol/wire/census.ts"
import type { ElectionDefinition } from "../../../src/protocol/wire/election-definition.ts"
import { SmallElection } from "../../support/small-election.ts"

const election = new SmallElection({ n: 3, t: 2, voters: 12, upTo: "definition" })
const named = election.census.plan.body
const schema = CATALOGUE.findSchema("immunization/1")!
const plan = {
  ...named,
  mode: "gated",
  gate: {
    alternatives: [
      {
        registry: "immunization",
        schemaId: CATALOGUE.schemaIdOf(schema),
        statement: VACCINATED_ENROLMENT_1,
        parameters: {},
      },
    ],
  },
} as unknown as CensusPlan
const survey = (change: Partial<ElectionDefinition> = {}): ElectionDefinition => ({
  ...election.definition,
  kind: "survey",
  title: "Side effects",
  minAnonymity: 30,
  census: { ...election.definition.census, size: 400 },
  ...change,
})
const asked = (id: number, change: Partial<ElectionDefinition> = {}, organizer = "k"): AskedSurvey => ({
  definition: survey(change),
  organizer,
  electionId: encodeFr(BigInt(id)),
  plan,
})
const answered = withSurvey(NO_VOTING, surveyOf(asked(1, { title: "First survey" })))
const choices = (...ids: string[]) => ids.map((id) => ({ id, label: id }))

describe("D22: two surveys that could be subtracted", () => {
  it("names the first one when the second asks one of its questions", () => {
    const { subtractable, isTooSmall } = checkSurvey(answered, asked(2))
    expect(isTooSmall).toBe(false)
    expect(subtractable.map(({ title }) => title)).toEqual(["First survey"])
    expect(subtractable[0]?.fields).toEqual([
      "immunization/1 boundOn",
      "immunization/1 disease",
      "immunization/1 dosesInRecord",
    ])
    const words = describeBallot(
      factsOf({ definition: survey(), plan, survey: { isTooSmall, subtractable } }),
    )
    expect(words.warnings.filter((line) => line.includes('"First survey"'))).toHaveLength(1)
  })

  it("is silent about the same survey again, another organizer, and other questions", () => {
    expect(checkSurvey(answered, asked(1)).subtractable).toEqual([])
    expect(checkSurvey(answered, asked(2, {}, "another")).subtractable).toEqual([])
    expect(checkSurvey(answered, asked(2, { choices: choices("p", "q") })).subtractable).toEqual([])
    expect(checkSurvey(answered, asked(2, { choices: choices("p", "ann") })).subtractable).toHaveLength(1)
  })

  it.each([
    ["a census of 29", { census: { ...survey().census, size: 29 } }, true],
    ["a minimum of 29", { minAnonymity: 29 }, true],
    ["a census of 30 and a minimum of 30", { census: { ...survey().census, size: 30 } }, false],
  ])("has no answer below thirty: %s", (_, change, isTooSmall) => {
    expect(checkSurvey(NO_VOTING, asked(1, change)).isTooSmall).toBe(isTooSmall)
  })

  it("keeps one line a survey, however often it is answered", () => {
    expect(withSurvey(answered, surveyOf(asked(1))).surveys).toHaveLength(1)
    expect(withSurvey(answered, surveyOf(asked(2))).surveys).toHaveLength(2)
  })
})

function factsOf(change: Partial<ConsentFacts> = {}): ConsentFacts {
  return {
    definition: election.definition,
    plan: named,
    marks: Array.from({ length: 8 }, (_, bit) => bit === 1),
    weight: 1,
    weights: Array.from({ length: 12 }, () => ({ weight: 1 })),
    trustees: 3,
    threshold: 2,
    sequence: 1,
    foreign: 0,
    survey: null,
    ...change,
  }
}
const warningsOf = (change: Partial<ConsentFacts>): string =>
  describeBallot(factsOf(change)).warnings.join("\n")

describe("C5: a weight that few share", () => {
  const weighted = { ...named, weighted: true }
  const weights = [...Array.from({ length: 11 }, () => ({ weight: 1 })), { weight: 1000 }]
  it("is warned of, with how many share it; a common one is told and not warned of", () => {
    const own = { plan: weighted, weights }
    expect(warningsOf({ ...own, weight: 1000 })).toContain("1 of 12 voters have it. That is fewer than 10")
    expect(warningsOf({ ...own, weight: 1 })).toContain("11 of 12 voters have it.")
    expect(warningsOf({ ...own, weight: 1 })).not.toContain("fewer than")
    expect(warningsOf({})).not.toContain("voters have it")
  })
})

describe("what every voter is told", () => {
  it("is what is marked, that nothing is receipt-free, and how many trustees could open a ballot", () => {
    const { marked, seen, warnings } = describeBallot(factsOf())
    expect(marked).toEqual(["BEN"])
    expect(seen.join("\n")).toContain("Any 2 of the 3 trustees")
    expect(warnings.join("\n")).toContain("not receipt-free")
  })

  it("is also that another device voted, or that there is no second time", () => {
    expect(warningsOf({ sequence: 3, foreign: 1 })).toContain("Another device has voted")
    expect(warningsOf({ sequence: 3, foreign: 0 })).not.toContain("Another device")
    expect(warningsOf({ definition: { ...election.definition, revote: false } })).toContain(
      "cannot vote again",
    )
  })
})
