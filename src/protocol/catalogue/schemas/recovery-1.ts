import type { Schema } from "../../wire/statement.ts"

/** Recovery from an infection after a first positive test, with the days between which a certificate of it counts. */
export const RECOVERY_1: Schema = {
  type: "sotto/schema/1",
  name: "recovery",
  version: 1,
  subject: "self",
  attributes: [
    { name: "disease", type: "code", open: true },
    { name: "firstPositiveOn", type: "date", minWidth: 30 },
    { name: "usableFrom", type: "date", minWidth: 30 },
    { name: "usableUntil", type: "date", minWidth: 30 },
    { name: "country", type: "code", optional: true },
    { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
    { name: "issuerName", type: "string", optional: true },
    { name: "certificateId", type: "code", identifies: true, optional: true },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
