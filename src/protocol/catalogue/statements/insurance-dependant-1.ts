import type { Statement } from "../../wire/statement.ts"

/** A parent answers for a child under a record that says so. */
export const INSURANCE_DEPENDANT_1: Statement = {
  type: "sotto/statement/1",
  id: "insurance-dependant/1",
  title: { en: "A dependant child is covered today" },
  schema: "coverage/1",
  subject: "ward",
  where: {
    all: [
      { field: "periodStart", atMost: "today" },
      { field: "periodEnd", atLeast: "today" },
      { field: "relationship", in: ["http://terminology.hl7.org/CodeSystem/subscriber-relationship|child"] },
    ],
  },
}
