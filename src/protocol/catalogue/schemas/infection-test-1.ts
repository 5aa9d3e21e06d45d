import type { Schema } from "../../wire/statement.ts"

/** One test for an infection; a positive result is a fact as well. */
export const INFECTION_TEST_1: Schema = {
  type: "sotto/schema/1",
  name: "infection-test",
  version: 1,
  subject: "self",
  attributes: [
    { name: "disease", type: "code", open: true },
    { name: "testType", type: "code", open: true },
    { name: "device", type: "code", optional: true },
    { name: "testName", type: "string", optional: true },
    { name: "collectedAt", type: "instant", minWidth: 86_400 },
    { name: "result", type: "code", open: true },
    { name: "facility", type: "string", optional: true },
    { name: "country", type: "code", optional: true },
    { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
    { name: "issuerName", type: "string", optional: true },
    { name: "certificateId", type: "code", identifies: true, optional: true },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
