import type { Statement } from "../../wire/statement.ts"

/** A suspended licence has its status bit set, so standing as of issue and the status list of today both count. */
export const LICENCE_IN_GOOD_STANDING_1: Statement = {
  type: "sotto/statement/1",
  id: "licence-in-good-standing/1",
  title: { en: "Licensed in good standing, not expired" },
  schema: "licence/1",
  subject: "self",
  where: {
    all: [
      { field: "profession", in: { param: "professions" } },
      { field: "expiresOn", atLeast: "today" },
      { field: "standing", eq: "https://sotto.example/standing|active" },
      { field: "jurisdiction", in: { param: "jurisdictions" } },
    ],
  },
}
