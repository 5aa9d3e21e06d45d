import type { Statement } from "../../wire/statement.ts"

/** In network, for the individual or for the family: a policy states one of them or both. */
export const INSURANCE_COST_CEILING_1: Statement = {
  type: "sotto/statement/1",
  id: "insurance-cost-ceiling/1",
  title: { en: "Covered on a date, out-of-pocket maximum below a ceiling" },
  schema: "coverage-costs/1",
  subject: "self",
  where: {
    all: [
      { field: "periodStart", atMost: { param: "on" } },
      { field: "periodEnd", atLeast: { param: "on" } },
      {
        any: [
          {
            field: "outOfPocketIndividualIn",
            atMost: { param: "ceiling" },
            unit: "urn:iso:std:iso:4217|USD",
          },
          { field: "outOfPocketFamilyIn", atMost: { param: "ceiling" }, unit: "urn:iso:std:iso:4217|USD" },
        ],
      },
    ],
  },
}
