import type { AttributeDefinition, Schema } from "../../wire/statement.ts"

/** US dollars as a unit of a schema: ISO 4217. */
export const US_DOLLARS = "urn:iso:std:iso:4217|USD"

/** An amount of a policy that may be unstated; questions about it leave at least 500 dollars open. */
export const policyAmount = (name: string): AttributeDefinition => ({
  name,
  type: "decimal",
  scale: 2,
  unit: US_DOLLARS,
  min: "0",
  max: "1000000",
  minWidth: "500",
  optional: true,
})

/** One person's cover under one policy. Payer, plan, group and network are asked about by lists of three or more. */
export const COVERAGE_1: Schema = {
  type: "sotto/schema/1",
  name: "coverage",
  version: 1,
  subject: "self",
  attributes: [
    { name: "payer", type: "code" },
    { name: "plan", type: "code", optional: true },
    { name: "group", type: "code", optional: true },
    { name: "network", type: "code", optional: true },
    { name: "kind", type: "code", open: true },
    { name: "relationship", type: "code", open: true },
    { name: "periodStart", type: "date", openStart: true, minWidth: 30 },
    { name: "periodEnd", type: "date", openEnd: true, minWidth: 30 },
    policyAmount("deductibleIndividualIn"),
    policyAmount("deductibleIndividualOut"),
    policyAmount("deductibleFamilyIn"),
    policyAmount("deductibleFamilyOut"),
    { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
    { name: "memberNumber", type: "string" },
    { name: "boundOn", type: "date", minWidth: 30 },
  ],
}
