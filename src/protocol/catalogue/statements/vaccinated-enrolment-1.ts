import type { Statement } from "../../wire/statement.ts"

/** For the gate of a survey: the vaccinated as a cohort, of records that were their holders' before the day of the plan. */
export const VACCINATED_ENROLMENT_1: Statement = {
  type: "sotto/statement/1",
  id: "vaccinated-enrolment/1",
  title: { en: "Vaccinated against a disease, by a record bound before enrolment" },
  schema: "immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: { param: "disease" } },
      { field: "dosesInRecord", atLeast: { param: "doses" } },
      { field: "boundOn", atMost: "today-P1D" },
    ],
  },
}
