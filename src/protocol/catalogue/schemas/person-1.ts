import type { Schema } from "../../wire/statement.ts"

/** Who somebody is, as far as statements ask: age and place. */
export const PERSON_1: Schema = {
  type: "sotto/schema/1",
  name: "person",
  version: 1,
  subject: "self",
  attributes: [
    { name: "birthDate", type: "partialDate", minWidth: 365 },
    { name: "country", type: "code", optional: true },
    { name: "region", type: "code", optional: true },
    { name: "sex", type: "code", optional: true },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
