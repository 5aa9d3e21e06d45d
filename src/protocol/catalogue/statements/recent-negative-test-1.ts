import type { Statement } from "../../wire/statement.ts"

/**
 * The rule of most European countries in 2021 and 2022. LP6464-4 is a nucleic acid test; laboratories write "negative"
 * (260385009), certificates "not detected" (260415000).
 */
export const RECENT_NEGATIVE_TEST_1: Statement = {
  type: "sotto/statement/1",
  id: "recent-negative-test/1",
  title: { en: "Negative COVID-19 test: at most 72 hours old, or 48 if not a nucleic acid test" },
  schema: "infection-test/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: "http://snomed.info/sct|840539006" },
      { field: "result", in: ["http://snomed.info/sct|260385009", "http://snomed.info/sct|260415000"] },
      { field: "collectedAt", atLeast: "now-PT72H" },
      {
        any: [
          { field: "testType", eq: "http://loinc.org|LP6464-4" },
          { field: "collectedAt", atLeast: "now-PT48H" },
        ],
      },
    ],
  },
}
