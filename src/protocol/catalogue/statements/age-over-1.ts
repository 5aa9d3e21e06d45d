import type { Statement } from "../../wire/statement.ts"

/** Age over N: `bornBy` is `today-P18Y` for 18 years. An incomplete birth date counts as its last possible day. */
export const AGE_OVER_1: Statement = {
  type: "sotto/statement/1",
  id: "age-over/1",
  title: { en: "Born on or before a day, such as 18 years ago" },
  schema: "person/1",
  subject: "self",
  where: { field: "birthDate", atMost: { param: "bornBy" } },
}
