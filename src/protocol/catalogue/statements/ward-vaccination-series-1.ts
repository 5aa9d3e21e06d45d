import type { Statement } from "../../wire/statement.ts"

/** The same as vaccination-series/1 about a person for whom the holder acts, such as a child before school. */
export const WARD_VACCINATION_SERIES_1: Statement = {
  type: "sotto/statement/1",
  id: "ward-vaccination-series/1",
  title: { en: "A dependant is vaccinated against a disease with enough doses" },
  schema: "immunization/1",
  subject: "ward",
  where: {
    all: [
      { field: "disease", eq: { param: "disease" } },
      { field: "dosesInRecord", atLeast: { param: "doses" } },
      { field: "occurredOn", between: [{ param: "from" }, { param: "to" }] },
    ],
  },
}
