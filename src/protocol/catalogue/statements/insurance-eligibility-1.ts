import type { Statement } from "../../wire/statement.ts"

/** The question before a visit; `on` may be `today`. */
export const INSURANCE_ELIGIBILITY_1: Statement = {
  type: "sotto/statement/1",
  id: "insurance-eligibility/1",
  title: { en: "Covered on a date by one of some plans, family deductible below a ceiling" },
  schema: "coverage/1",
  subject: "self",
  where: {
    all: [
      { field: "periodStart", atMost: { param: "on" } },
      { field: "periodEnd", atLeast: { param: "on" } },
      { field: "plan", in: { param: "plans" } },
      { field: "deductibleFamilyIn", atMost: { param: "deductible" }, unit: "urn:iso:std:iso:4217|USD" },
    ],
  },
}
