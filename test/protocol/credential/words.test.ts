import { describe, expect, it } from "vitest"
import { describeStatement } from "../../../src/protocol/credential/words.ts"
import { statementInput } from "../../../src/protocol/credential/compile-request.ts"
import type { Where } from "../../../src/protocol/wire/statement.ts"
import { MMOL } from "../../support/every-type.ts"
import { inputOf, LONG_SET } from "../../support/made-statements.ts"
import { oneCredential } from "../../support/one-credential.ts"

const say = (condition: Where) => describeStatement(inputOf(condition)).sentences.join(" ")

describe("the consent screen's words", () => {
  it("say what a released statement proves, with its bounds as days and its set as codes", () => {
    const { request, catalogue } = oneCredential()
    const [alternative] = request.items[0]?.alternatives ?? []
    if (alternative === undefined) throw new Error("no alternative")
    const { sentences, sets } = describeStatement(statementInput(request, alternative, catalogue))
    expect(sentences).toEqual([
      "You will prove: disease is http://snomed.info/sct|840539006.",
      "You will prove: vaccine is in the value set covid-19-vaccines/1.",
      "You will prove: doseNumber is at least seriesDoses.",
      "You will prove: occurredOn is between 2022-01-18 and 2022-10-01.",
    ])
    expect(sets).toEqual([{ id: "covid-19-vaccines/1", codes: catalogue.valueSets[0]?.codes }])
  })

  it.each<readonly [Where, string]>([
    [{ field: "kind", in: ["s|02", "s|01"] }, "kind is one of s|0"],
    [{ not: { field: "kind", eq: "s|01" } }, "kind is not s|01."],
    [{ field: "count", atMost: -3 }, "count is at most -3."],
    [
      { field: "value", between: ["3.90", "7.7"], unit: MMOL },
      `value is between 3.9 ${MMOL} and 7.7 ${MMOL}.`,
    ],
    [{ not: { field: "count", between: [1, 2] } }, "count is not between 1 and 2."],
    [{ field: "takenAt", atLeast: "now-PT72H" }, "takenAt is at least 2022-10-12T12:00:00Z."],
    [{ field: "born", atMost: "today-P18Y" }, "the latest possible born is at most 2004-10-15."],
    [{ field: "takenOn", atLeast: { field: "from", plus: 21 } }, "takenOn is at least from plus 21 days."],
    [
      { field: "value", atMost: { field: "high", plus: -1 }, unit: MMOL },
      `value is at most high minus 1 ${MMOL}.`,
    ],
    [{ field: "other", sameAs: "kind" }, "other is the same as kind."],
    [{ field: "note", present: false }, "note is not stated."],
    [
      {
        any: [
          { field: "count", eq: 1 },
          { field: "total", eq: 2 },
        ],
      },
      "count is 1, or total is 2.",
    ],
  ])("say %j", (condition, words) => {
    expect(say(condition)).toContain(words)
  })

  it("name the codes of a list that came out of a short value set or a parameter", () => {
    const short = { ...LONG_SET, id: "short/1", codes: ["s|00", "s|01"] }
    const input = inputOf({ field: "kind", in: { valueSet: "short/1" } })
    const long = input.valueSets("long/1")
    if (long === null) throw new Error("no set")
    const valueSets = () => ({ ...long, ...short, members: long.members.slice(0, 2) })
    const [sentence = ""] = describeStatement({ ...input, valueSets }).sentences
    expect(sentence).toMatch(/s\|00/)
    expect(sentence).toMatch(/s\|01/)
    const withParameter = inputOf({ field: "kind", eq: { param: "k" } }, { parameters: { k: "s|07" } })
    expect(describeStatement(withParameter).sentences).toEqual(["You will prove: kind is s|07."])
  })
})
