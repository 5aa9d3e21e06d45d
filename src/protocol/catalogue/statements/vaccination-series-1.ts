import type { Statement } from "../../wire/statement.ts"

/** Any disease: how many doses, and when the last one was given. */
export const VACCINATION_SERIES_1: Statement = {
  type: "sotto/statement/1",
  id: "vaccination-series/1",
  title: { en: "Vaccinated against a disease with enough doses" },
  schema: "immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: { param: "disease" } },
      { field: "dosesInRecord", atLeast: { param: "doses" } },
      { field: "occurredOn", between: [{ param: "from" }, { param: "to" }] },
    ],
  },
}
