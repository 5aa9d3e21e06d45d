import type { Statement } from "../../wire/statement.ts"

/** For the gate of a census: as in good standing, of a record that was its holder's before the day of the plan. */
export const LICENCE_HOLDER_ENROLMENT_1: Statement = {
  type: "sotto/statement/1",
  id: "licence-holder-enrolment/1",
  title: { en: "Licensed in good standing, by a record bound before enrolment" },
  schema: "licence/1",
  subject: "self",
  where: {
    all: [
      { field: "profession", in: { param: "professions" } },
      { field: "expiresOn", atLeast: "today" },
      { field: "standing", eq: "https://sotto.example/standing|active" },
      { field: "jurisdiction", in: { param: "jurisdictions" } },
      { field: "boundOn", atMost: "today-P1D" },
    ],
  },
}
