import type { Schema } from "../../wire/statement.ts"
import { US_DOLLARS } from "./coverage-1.ts"

/** One treatment that can be claimed once: its credential-bound nullifier is the claim. */
export const TREATMENT_1: Schema = {
  type: "sotto/schema/1",
  name: "treatment",
  version: 1,
  subject: "self",
  attributes: [
    { name: "service", type: "code", open: true },
    { name: "performedOn", type: "date", minWidth: 7 },
    {
      ...{ name: "amount", type: "decimal", scale: 2, unit: US_DOLLARS },
      ...{ min: "0", max: "1000000", minWidth: "100", optional: true },
    },
    { name: "providerName", type: "string", optional: true },
    { name: "caseNumber", type: "string" },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
