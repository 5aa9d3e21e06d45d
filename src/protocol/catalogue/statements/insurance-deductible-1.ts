import type { Statement } from "../../wire/statement.ts"

/** For a person alone; a policy that states no deductible proves nothing about it. */
export const INSURANCE_DEDUCTIBLE_1: Statement = {
  type: "sotto/statement/1",
  id: "insurance-deductible/1",
  title: { en: "Covered on a date, individual deductible below a ceiling" },
  schema: "coverage/1",
  subject: "self",
  where: {
    all: [
      { field: "periodStart", atMost: { param: "on" } },
      { field: "periodEnd", atLeast: { param: "on" } },
      { field: "deductibleIndividualIn", atMost: { param: "deductible" }, unit: "urn:iso:std:iso:4217|USD" },
    ],
  },
}
