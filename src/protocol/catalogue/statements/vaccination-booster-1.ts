import type { Statement } from "../../wire/statement.ts"

/** A dose beyond those that complete the series, for records that number their doses. */
export const VACCINATION_BOOSTER_1: Statement = {
  type: "sotto/statement/1",
  id: "vaccination-booster/1",
  title: { en: "Booster after a complete vaccination" },
  schema: "immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: { param: "disease" } },
      { field: "doseNumber", atLeast: { field: "seriesDoses", plus: 1 } },
      { field: "occurredOn", between: [{ param: "from" }, { param: "to" }] },
    ],
  },
}
