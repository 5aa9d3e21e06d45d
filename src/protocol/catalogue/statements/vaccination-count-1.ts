import type { Statement } from "../../wire/statement.ts"

/** For records without series numbers, which is what FHIR bundles mostly hold: distinct doses are counted. */
export const VACCINATION_COUNT_1: Statement = {
  type: "sotto/statement/1",
  id: "vaccination-count/1",
  title: { en: "At least two COVID-19 vaccine doses, the last 14 to 270 days ago" },
  schema: "immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: "http://snomed.info/sct|840539006" },
      { field: "dosesInRecord", atLeast: 2 },
      { field: "occurredOn", between: ["today-P270D", "today-P14D"] },
    ],
  },
}
