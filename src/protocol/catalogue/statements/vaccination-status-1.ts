import type { Statement } from "../../wire/statement.ts"

/** For records that number the doses of a series. */
export const VACCINATION_STATUS_1: Statement = {
  type: "sotto/statement/1",
  id: "vaccination-status/1",
  title: { en: "COVID-19 vaccination complete, last dose 14 to 270 days ago" },
  schema: "immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: "http://snomed.info/sct|840539006" },
      { field: "vaccine", in: { valueSet: "covid-19-vaccines/1" } },
      { field: "doseNumber", atLeast: { field: "seriesDoses" } },
      { field: "occurredOn", between: ["today-P270D", "today-P14D"] },
    ],
  },
}
