import type { AttributeDefinition, Schema } from "../../wire/statement.ts"
import { policyAmount, US_DOLLARS } from "./coverage-1.ts"

const copay = (name: string): AttributeDefinition => ({
  name,
  type: "decimal",
  scale: 2,
  unit: US_DOLLARS,
  min: "0",
  max: "10000",
  minWidth: "20",
  optional: true,
})

/** What a policy lets its member pay at most: out-of-pocket maximums and copays, beside coverage/1. */
export const COVERAGE_COSTS_1: Schema = {
  type: "sotto/schema/1",
  name: "coverage-costs",
  version: 1,
  subject: "self",
  attributes: [
    { name: "payer", type: "code" },
    { name: "plan", type: "code", optional: true },
    { name: "kind", type: "code", open: true },
    { name: "relationship", type: "code", open: true },
    { name: "periodStart", type: "date", openStart: true, minWidth: 30 },
    { name: "periodEnd", type: "date", openEnd: true, minWidth: 30 },
    policyAmount("outOfPocketIndividualIn"),
    policyAmount("outOfPocketIndividualOut"),
    policyAmount("outOfPocketFamilyIn"),
    policyAmount("outOfPocketFamilyOut"),
    copay("copayPrimaryCare"),
    copay("copaySpecialist"),
    copay("copayEmergency"),
    { name: "memberNumber", type: "string" },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
